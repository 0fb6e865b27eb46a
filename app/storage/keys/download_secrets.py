"""The two secrets of downloads, as the key store has them.

Job: the access token of the hub, and who one is to the proxy. Rule: they lie in the key store of the
system and nowhere else; a token is read only when it was wished for, because it says who asks. What the
key store refuses is said in words of downloads: no passphrase and no recovery code helps here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from app.storage.keys.keystore import Keystore, KeystoreProblem, Secret

_Result = TypeVar("_Result")


def token(keystore: Keystore) -> str:
    """Return the access token, "" when none is kept. Raises UserError ``storage.secret_*``."""
    return _in_words(lambda: keystore.read_secret(Secret.HUB_TOKEN)) or ""


def proxy_sign_in(keystore: Keystore) -> tuple[str, str]:
    """Return name and password for the proxy, both "" when none are kept.

    Many proxies want none and some computers have no key store, so that is no trouble here.
    """
    try:
        user, _, password = (keystore.read_secret(Secret.PROXY) or "").partition("\n")
    except KeystoreProblem:
        return "", ""
    return user, password


def keep_token(keystore: Keystore, words: str) -> None:
    """Keep the access token. Raises UserError ``storage.secret_*``."""
    _in_words(lambda: keystore.store_secret(Secret.HUB_TOKEN, words))


def keep_proxy_sign_in(keystore: Keystore, user: str, password: str) -> None:
    """Keep name and password for the proxy. Raises as :func:`keep_token`."""
    _in_words(lambda: keystore.store_secret(Secret.PROXY, f"{user}\n{password}"))


def forget(keystore: Keystore, secret: Secret) -> None:
    """Remove a secret, if there is one. Raises as :func:`keep_token`."""
    _in_words(lambda: keystore.remove_secret(secret))


def _in_words(act: Callable[[], _Result]) -> _Result:
    try:
        return act()
    except KeystoreProblem as problem:
        raise problem.in_words("secret") from None
