"""The key store of the operating system: Secret Service, Keychain or Credential Manager.

Job: keep one random 32-byte key per vault there, and the few secrets of downloads. Rule: this is the
one file that imports keyring, and it names the store of each platform itself: the environment and
configuration files choose nothing, and stores that keep nothing are refused. What is written is read
back and compared. Every call runs in a thread of its own with a deadline, because a key store can
hang behind an unseen dialog.
"""

from __future__ import annotations

import hmac
import queue
import sys
import threading
from collections.abc import Callable
from enum import StrEnum
from typing import Final, Protocol, TypeVar

from app.core.errors import UserError
from app.core.logs import log_event
from app.storage.keys.slots import KEY_BYTES

DEADLINE_S: Final = 10.0
_SERVICE: Final = "Cloister"
_Result = TypeVar("_Result")


class StoreBackend(Protocol):
    """What this file needs of a keyring backend."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return what is stored, None if nothing is."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store it."""

    def delete_password(self, service: str, username: str) -> None:
        """Remove it."""


class KeystoreState(StrEnum):
    """What the key store can do for us right now."""

    READY = "ready"
    ABSENT = "absent"
    LOCKED = "locked"
    SLOW = "slow"
    UNRELIABLE = "unreliable"
    FAILED = "failed"


class Secret(StrEnum):
    """What is kept besides the keys of vaults."""

    HUB_TOKEN = "hub-token"  # noqa: S105 - a name, not the token
    """The access token for files that are not given to everyone."""
    PROXY = "proxy"
    """Who one is to the proxy: a name, a line break and a password."""


class KeystoreProblem(Exception):  # noqa: N818 - "problem" is the word; the state says which
    """The key store did not do what was asked; ``state`` says why."""

    def __init__(self, state: KeystoreState) -> None:
        self.state = state
        super().__init__(state.value)

    def in_words(self, kind: str = "keystore") -> UserError:
        """Return the sentence for the person: of a history's key, or of a ``secret`` of downloads."""
        if self.state is KeystoreState.SLOW:
            return UserError(f"storage.{kind}_slow", seconds=round(DEADLINE_S))
        return UserError(f"storage.{kind}_{self.state.value}")


class Keystore:
    """The key store of this computer.

    ``make_backend`` is called in the worker thread for every operation, so that what is read back
    comes from the store and not from an object's memory; None means the platform's own store.
    """

    def __init__(
        self, make_backend: Callable[[], StoreBackend] | None = None, deadline_s: float = DEADLINE_S
    ) -> None:
        self._make_backend = make_backend or pinned_backend
        self._deadline_s = deadline_s

    def state(self) -> KeystoreState:
        """Return READY or why not, without reading, writing or asking the person anything."""
        try:
            self._in_thread(lambda _: None)
        except KeystoreProblem as problem:
            return problem.state
        return KeystoreState.READY

    def store(self, vault_id: str, key: bytes) -> None:
        """Keep ``key`` for this vault and read it back; raises KeystoreProblem."""
        name = _name(vault_id)
        self._in_thread(lambda backend: backend.set_password(_SERVICE, name, key.hex()))
        kept = self.read(vault_id)
        if kept is None or not hmac.compare_digest(kept, key):
            raise KeystoreProblem(KeystoreState.UNRELIABLE)

    def read(self, vault_id: str) -> bytes | None:
        """Return the key of this vault, None if the store has none; raises KeystoreProblem."""
        name = _name(vault_id)
        text = self._in_thread(lambda backend: backend.get_password(_SERVICE, name))
        if text is None:
            return None
        try:
            key = bytes.fromhex(text)
        except (ValueError, TypeError):
            raise KeystoreProblem(KeystoreState.UNRELIABLE) from None
        if len(key) != KEY_BYTES:
            raise KeystoreProblem(KeystoreState.UNRELIABLE)
        return key

    def remove(self, vault_id: str) -> None:
        """Forget the key of this vault; raises KeystoreProblem."""
        name = _name(vault_id)
        self._in_thread(lambda backend: backend.delete_password(_SERVICE, name))

    def store_secret(self, secret: Secret, words: str) -> None:
        """Keep a secret of the person's and read it back; raises KeystoreProblem."""
        self._in_thread(lambda backend: backend.set_password(_SERVICE, secret.value, words))
        kept = self.read_secret(secret)
        if kept is None or not hmac.compare_digest(kept.encode(), words.encode()):
            raise KeystoreProblem(KeystoreState.UNRELIABLE)

    def read_secret(self, secret: Secret) -> str | None:
        """Return a secret, None if the store has none; raises KeystoreProblem."""
        return self._in_thread(lambda backend: backend.get_password(_SERVICE, secret.value))

    def remove_secret(self, secret: Secret) -> None:
        """Forget a secret, if there is one; raises KeystoreProblem."""
        if self.read_secret(secret) is not None:
            self._in_thread(lambda backend: backend.delete_password(_SERVICE, secret.value))

    def _in_thread(self, work: Callable[[StoreBackend], _Result]) -> _Result:
        results: queue.SimpleQueue[tuple[KeystoreState, _Result | None]] = queue.SimpleQueue()

        def run() -> None:
            try:
                results.put((KeystoreState.READY, work(self._make_backend())))
            except Exception as error:  # noqa: BLE001 - the border of this thread; stores raise anything
                results.put((_state_of(error), None))

        threading.Thread(target=run, name="keystore", daemon=True).start()
        try:
            state, result = results.get(timeout=self._deadline_s)
        except queue.Empty:
            state, result = KeystoreState.SLOW, None
        if state is not KeystoreState.READY:
            log_event("storage.keystore", state=state.value)
            raise KeystoreProblem(state)
        return result  # type: ignore[return-value] # READY always comes with what the work returned


def pinned_backend() -> StoreBackend:
    """Return the one store we use on this platform; raises KeystoreProblem(ABSENT) without one."""
    from keyring.backend import KeyringBackend

    backend: KeyringBackend
    if sys.platform == "darwin":
        from keyring.backends import macOS

        backend = macOS.Keyring()  # type: ignore[no-untyped-call] # keyring is typed in part only
    elif sys.platform == "win32":
        from keyring.backends import Windows

        backend = Windows.WinVaultKeyring()  # type: ignore[no-untyped-call] # keyring is typed in part only
    else:
        from keyring.backends import SecretService

        backend = SecretService.Keyring()  # type: ignore[no-untyped-call] # keyring is typed in part only
    return checked_backend(backend)


def checked_backend(backend: object) -> StoreBackend:
    """Return ``backend`` without what the environment set on it.

    Raises KeystoreProblem(ABSENT) if it cannot work here or is of a kind that keeps nothing.
    """
    from keyring.backend import KeyringBackend
    from keyring.backends import chainer, fail, null

    keeps_nothing = (null.Keyring, fail.Keyring, chainer.ChainerBackend)
    if not isinstance(backend, KeyringBackend) or isinstance(backend, keeps_nothing):
        raise KeystoreProblem(KeystoreState.ABSENT)
    # keyring copies every KEYRING_PROPERTY_* variable onto its objects, and on macOS the keychain's
    # path onto the class: both could send our key elsewhere.
    vars(backend).clear()
    if sys.platform == "darwin":
        vars(backend)["keychain"] = None
    elif sys.platform == "win32":
        vars(backend)["_persist"] = 2  # this computer only: never roaming with the account
    kind = type(backend)
    if not kind.viable or kind.priority <= 0:
        raise KeystoreProblem(KeystoreState.ABSENT)
    return backend


def _state_of(error: Exception) -> KeystoreState:
    from keyring import errors

    if isinstance(error, KeystoreProblem):
        return error.state
    if isinstance(error, errors.KeyringLocked):
        return KeystoreState.LOCKED
    if isinstance(error, errors.NoKeyringError):
        return KeystoreState.ABSENT
    return KeystoreState.FAILED


def _name(vault_id: str) -> str:
    return f"vault-{vault_id}"
