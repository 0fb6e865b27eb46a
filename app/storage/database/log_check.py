"""The look at the write-ahead log before SQLite sees it.

Job: recognise a log that another history wrote, because SQLite would copy its pages into our file and
destroy it. Rule: only a log whose own checksum holds and whose first page was not
sealed with our key is set aside (renamed, never deleted); everything else is left to SQLite, which
passes over torn logs by itself.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from pathlib import Path
from typing import Final, Literal

from app.core.errors import UserError
from app.core.logs import log_event
from app.storage.files import trouble

_HEADER: Final = 32
_FRAME_HEADER: Final = 24
_PAGE: Final = 4096
_MAGIC: Final[dict[int, Literal["<", ">"]]] = {0x377F0682: "<", 0x377F0683: ">"}
# SQLCipher 4: 16 bytes of salt in front of the file, 64 bytes of HMAC-SHA512 at the end of a page.
_SALT: Final = 16
_SEAL: Final = 64
_SEAL_SALT_MASK: Final = 0x3A
_SEAL_ROUNDS: Final = 2


def set_foreign_log_aside(history: Path, key: bytes) -> bool:
    """Rename the log of ``history`` if another history wrote it; returns whether it did.

    Raises UserError("storage.history_foreign"), and touches nothing, if the history's own first page
    does not open with ``key`` either.
    """
    log = history.with_name(f"{history.name}-wal")
    with trouble.in_words():
        if not log.is_file():
            return False
        with log.open("rb") as file:
            start = file.read(_HEADER + _FRAME_HEADER + _PAGE)
        with history.open("rb") as file:
            first_page = file.read(_PAGE)
        salt = first_page[:_SALT]
        number = struct.unpack(">I", start[_HEADER : _HEADER + 4])[0] if _is_whole(start) else 0
        if number == 0 or _is_sealed(start[_HEADER + _FRAME_HEADER :], number, key, salt):
            return False
        if not _is_sealed(first_page, 1, key, salt):
            raise UserError("storage.history_foreign")
        attempt = 1
        while (aside := history.with_name(f"{log.name}.aside-{attempt}")).exists():
            attempt += 1
        log.replace(aside)
    log_event("storage.log_set_aside")
    return True


def _is_whole(start: bytes) -> bool:
    """Return whether SQLite would believe the log's header and first frame."""
    if len(start) < _HEADER + _FRAME_HEADER + _PAGE:
        return False
    magic, _, page_size = struct.unpack(">3I", start[:12])
    if magic not in _MAGIC or page_size != _PAGE:
        return False
    order = _MAGIC[magic]
    frame = start[_HEADER:]
    sums = _checksum(start[:24], order, (0, 0))
    if sums != struct.unpack(">2I", start[24:32]) or frame[8:16] != start[16:24]:
        return False
    sums = _checksum(frame[:8] + frame[_FRAME_HEADER:], order, sums)
    return sums == struct.unpack(">2I", frame[16:24])


def _checksum(data: bytes, order: str, sums: tuple[int, int]) -> tuple[int, int]:
    first, second = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for at in range(0, len(words), 2):
        first = (first + words[at] + second) & 0xFFFFFFFF
        second = (second + words[at + 1] + first) & 0xFFFFFFFF
    return first, second


def _is_sealed(page: bytes, number: int, key: bytes, salt: bytes) -> bool:
    """Return whether ``page`` was written with ``key`` as page ``number`` of the file with ``salt``."""
    body = page[_SALT if number == 1 else 0 : -_SEAL]
    seal_salt = bytes(byte ^ _SEAL_SALT_MASK for byte in salt)
    seal_key = hashlib.pbkdf2_hmac("sha512", key, seal_salt, _SEAL_ROUNDS, len(key))
    seal = hmac.digest(seal_key, body + struct.pack("<I", number), "sha512")
    return hmac.compare_digest(seal, page[-_SEAL:])
