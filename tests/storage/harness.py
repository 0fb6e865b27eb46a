"""What the vault's tests share: cheap keys, a key store in memory, and eyes on the raw files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from sqlcipher3 import dbapi2

from app.core.conversation.message import Message, Part, PartKind, user_message
from app.core.errors import UserError
from app.storage.keys import header, recovery_code, slots
from app.storage.keys.slots import PassphraseCost, SlotKind
from app.storage.unlock import Protection, create, open_with_passphrase
from app.storage.vault import Vault

CHEAP = PassphraseCost(memory_kib=64, iterations=1, lanes=1)
PASSPHRASE = "correct horse battery"
CANARY = "zebrafinch quokka marmalade"

_PAGE = 4096
_RESERVED = 80  # at the end of each page: 16 bytes of initialisation vector, then its HMAC
_SALT = 16
_WAL_HEADER = 32
_FRAME_HEADER = 24


def question(text: str = "What is a lien?") -> Message:
    return user_message(text)


def answer(text: str = "A right over property.") -> tuple[Part, ...]:
    return (Part(PartKind.REASONING, "Thinking."), Part(PartKind.ANSWER, text))


def make(profile: Path) -> tuple[Vault, str]:
    return create(profile, Protection.with_passphrase(PASSPHRASE, CHEAP))


def no_wait(_: float) -> None:
    """Stand in for the wait after a wrong passphrase."""


def data_key(profile: Path, code: str) -> bytes:
    best = header.read(profile).best
    slot = best.slot(SlotKind.RECOVERY)
    assert slot is not None
    key = slots.open_recovery(slot, recovery_code.read(code), best.vault_id)
    assert key is not None
    return key


@contextmanager
def keyed(profile: Path, key: bytes) -> Iterator[dbapi2.Connection]:
    """Open the history past all our rules."""
    connection = dbapi2.connect(str(profile / "history.db"), isolation_level=None)
    try:
        connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"").close()
        yield connection
    finally:
        connection.close()


def decrypted(profile: Path, key: bytes) -> bytes:
    """Return every page of the history and of its log in clear, also the unused ones.

    Decrypts by hand, so that what SQLite would not show (free pages, old frames) is seen too.
    """
    history = (profile / "history.db").read_bytes()
    clear = [
        _clear_page(history[at : at + _PAGE], key, first=at == 0) for at in range(0, len(history), _PAGE)
    ]
    log = profile / "history.db-wal"
    frames = log.read_bytes()[_WAL_HEADER:] if log.exists() else b""
    for at in range(0, len(frames) - _FRAME_HEADER, _FRAME_HEADER + _PAGE):
        page_number = int.from_bytes(frames[at : at + 4], "big")
        start = at + _FRAME_HEADER
        clear.append(_clear_page(frames[start : start + _PAGE], key, first=page_number == 1))
    return b"".join(clear)


def _clear_page(page: bytes, key: bytes, *, first: bool) -> bytes:
    if len(page) < _PAGE:
        return b""
    vector = page[-_RESERVED : -_RESERVED + 16]
    body = page[_SALT if first else 0 : -_RESERVED]
    decryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
    return decryptor.update(body) + decryptor.finalize()


def all_bytes(profile: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(profile.rglob("*")) if path.is_file())


class MemoryStore:
    """A key store that lives in a dictionary; ``trouble`` is called before every operation."""

    def __init__(self, kept: dict[str, str], trouble: Callable[[], None] = lambda: None) -> None:
        self._kept = kept
        self._trouble = trouble

    def get_password(self, service: str, username: str) -> str | None:
        self._trouble()
        return self._kept.get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._trouble()
        self._kept[f"{service}/{username}"] = password

    def delete_password(self, service: str, username: str) -> None:
        self._trouble()
        del self._kept[f"{service}/{username}"]


def environment(**extra: str) -> dict[str, Any]:
    """Return a small environment for a process that runs our code."""
    root = str(Path(__file__).resolve().parents[2])
    return {"PATH": os.environ["PATH"], "PYTHONPATH": root, "HOME": "/nonexistent", **extra}


def refusal_of(call: Callable[[], object]) -> str:
    """Return the code of the UserError that ``call`` must raise."""
    with pytest.raises(UserError) as caught:
        call()
    assert caught.value.sentence
    return caught.value.code


def make_filled(profile: Path) -> str:
    """Make a vault with one message, closed; returns the recovery code."""
    vault, code = make(profile)
    vault.add_user_message(vault.create_conversation("").id, None, question())
    vault.close()
    return code


def holds_the_message(vault: Vault) -> bool:
    """Close the vault and return whether it held what :func:`make_filled` wrote."""
    (conversation,) = vault.conversations()
    held = [one.message for one in vault.path(conversation.id)] == [question()]
    vault.close()
    return held


def by_passphrase(profile: Path, passphrase: str = PASSPHRASE) -> Vault:
    return open_with_passphrase(profile, passphrase, wait=no_wait)
