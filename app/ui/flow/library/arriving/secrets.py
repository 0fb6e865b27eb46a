"""The secrets of downloads, between the key store and the Fetcher.

Job: read for a download what was wished for, keep what the person entered. Rule: blocks for the key
store, so all of it belongs to a lane; no secret is held here, shown or logged.
"""

from __future__ import annotations

from app.library.fetch.protocol import Secrets
from app.storage.keys import download_secrets
from app.storage.keys.keystore import Keystore, Secret


class DownloadSecrets:
    """What the key store holds for downloads. Everything raises UserError ``storage.secret_*``."""

    def __init__(self, keystore: Keystore) -> None:
        self._keystore = keystore

    def has_token(self) -> bool:
        """Say whether an access token is kept."""
        return bool(download_secrets.token(self._keystore))

    def read(self, *, token: bool, proxy: bool) -> Secrets:
        """Return what a download needs; nothing is asked of the key store that is not wanted."""
        words = download_secrets.token(self._keystore) if token else ""
        user, password = download_secrets.proxy_sign_in(self._keystore) if proxy else ("", "")
        return Secrets(words, user, password)

    def keep_token(self, words: str) -> None:
        """Keep an access token; UserError ``library.fetch_token_malformed`` for what cannot be one."""
        Secrets(words or " ")
        download_secrets.keep_token(self._keystore, words)

    def keep_proxy_sign_in(self, user: str, password: str) -> None:
        """Keep name and password for the proxy."""
        download_secrets.keep_proxy_sign_in(self._keystore, user, password)

    def forget(self) -> None:
        """Remove both."""
        for secret in (Secret.HUB_TOKEN, Secret.PROXY):
            download_secrets.forget(self._keystore, secret)
