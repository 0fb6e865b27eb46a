"""A file of any length, sealed piece by piece.

Job: encrypt what is written and check what is read, a piece at a time, so that neither needs the whole
in memory. Rule: the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015) over
AES-256-GCM: a nonce is the number of the piece and whether it is the last, so a piece that is missing,
moved, repeated or cut off is noticed; every file has a key of its own, so a nonce is never used twice.

Layout: magic, format, 32 bytes of salt; then for each piece its length (4 bytes) and the piece with its
tag. The key comes from the caller's by HKDF-SHA256 with that salt; each piece is bound to the beginning
of the file and to what the caller names.
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PIECE: Final = 2**20
"""The most plain bytes of one piece."""

_MAGIC: Final = b"CLSS\x01"
_SALT_BYTES: Final = 32
_TAG_BYTES: Final = 16
_LENGTH: Final = struct.Struct("!I")
_OVERHEAD: Final = _LENGTH.size + _TAG_BYTES


class SealBrokenError(Exception):
    """What is read is not what was written: damaged, cut off, swapped, or sealed with another key."""


def derived_key(key: bytes, purpose: bytes, salt: bytes | None = None) -> bytes:
    """Return 32 bytes for one purpose; they say nothing about ``key`` or other purposes."""
    return HKDF(SHA256(), 32, salt, purpose).derive(key)


def sealed_size(*pieces: int) -> int:
    """Return the bytes of a file whose parts, each written by itself, have these sizes."""
    count = sum(max(1, -(-size // PIECE)) for size in pieces)
    return len(_MAGIC) + _SALT_BYTES + sum(pieces) + count * _OVERHEAD


class SealedWriter:
    """Seals into an open, empty file; raises OSError as the file does."""

    def __init__(self, file: BinaryIO, key: bytes, bound_to: bytes) -> None:
        head = _MAGIC + secrets.token_bytes(_SALT_BYTES)
        self._file = file
        self._sealer = _Sealer(key, head, bound_to)
        self._piece = bytearray(PIECE)
        self._used = 0
        self._out = bytearray(_OVERHEAD + PIECE)
        _write_all(file, memoryview(head))

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Add bytes; they are on their way to the disk in pieces."""
        rest = memoryview(data).cast("B")
        while rest:
            if self._used == PIECE:
                self._seal(last=False)
            count = min(PIECE - self._used, len(rest))
            self._piece[self._used : self._used + count] = rest[:count]
            self._used += count
            rest = rest[count:]

    def end_piece(self) -> None:
        """End the piece here, so that a reader gets what was written so far by itself."""
        self._seal(last=False)

    def finish(self) -> None:
        """Seal the last piece; the file is whole then, but not yet synced."""
        self._seal(last=True)

    def _seal(self, *, last: bool) -> None:
        sealed = self._used + _TAG_BYTES
        out = memoryview(self._out)[: _LENGTH.size + sealed]
        _LENGTH.pack_into(out, 0, sealed)
        self._sealer.seal(memoryview(self._piece)[: self._used], out[_LENGTH.size :], last=last)
        _write_all(self._file, out)
        self._used = 0


class SealedReader:
    """Reads what :class:`SealedWriter` wrote with the same key and name."""

    def __init__(self, file: BinaryIO, key: bytes, bound_to: bytes) -> None:
        """Read the beginning; raises SealBrokenError, or OSError as the file does."""
        head = file.read(len(_MAGIC) + _SALT_BYTES)
        if len(head) != len(_MAGIC) + _SALT_BYTES or not head.startswith(_MAGIC):
            raise SealBrokenError
        self._file = file
        self._sealer = _Sealer(key, head, bound_to)
        self._sealed = bytearray(PIECE + _TAG_BYTES)
        self._plain = bytearray(PIECE)

    def pieces(self) -> Iterator[memoryview]:
        """Return the pieces in order; each view is good until the next one is asked for.

        Raises SealBrokenError at the first piece that is not right, and at the end of a file that was
        cut off or goes on; OSError as the file does.
        """
        last = False
        while not last:
            length = self._next_length()
            sealed = memoryview(self._sealed)[:length]
            if _read_into(self._file, sealed) != length:
                raise SealBrokenError
            plain = memoryview(self._plain)[: length - _TAG_BYTES]
            last = self._sealer.open(sealed, plain, at_end=not self._more())
            yield plain

    def _next_length(self) -> int:
        field = bytearray(_LENGTH.size)
        if _read_into(self._file, memoryview(field)) != _LENGTH.size:
            raise SealBrokenError
        (length,) = _LENGTH.unpack(field)
        if not _TAG_BYTES <= length <= PIECE + _TAG_BYTES:
            raise SealBrokenError
        return int(length)

    def _more(self) -> bool:
        here = self._file.tell()
        more = bool(self._file.read(1))
        self._file.seek(here)
        return more


class _Sealer:
    """Seals and opens the pieces of one file, in order."""

    def __init__(self, key: bytes, head: bytes, bound_to: bytes) -> None:
        self._cipher = AESGCM(derived_key(key, b"cloister sealed stream", head[len(_MAGIC) :]))
        self._bound_to = head + bound_to
        self._number = 0

    def seal(self, plain: memoryview, out: memoryview, *, last: bool) -> None:
        self._cipher.encrypt_into(self._nonce(last=last), plain, self._bound_to, out)

    def open(self, sealed: memoryview, out: memoryview, *, at_end: bool) -> bool:
        """Open the next piece; returns whether it is the last, which only the end of the file can be."""
        try:
            self._cipher.decrypt_into(self._nonce(last=at_end), sealed, self._bound_to, out)
        except InvalidTag:
            raise SealBrokenError from None
        return at_end

    def _nonce(self, *, last: bool) -> bytes:
        number, self._number = self._number, self._number + 1
        return number.to_bytes(11, "big") + bytes([last])


def _write_all(file: BinaryIO, data: memoryview) -> None:
    while data:
        data = data[file.write(data) :]


def _read_into(file: BinaryIO, view: memoryview) -> int:
    got = 0
    while got < len(view):
        count = file.readinto(view[got:])  # type: ignore[attr-defined]  # every binary file has it
        if not count:
            break
        got += count
    return got
