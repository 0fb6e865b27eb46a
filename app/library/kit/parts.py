"""Writes the files of a kit, in pieces where a stick needs it.

Job: cut a long file into pieces that FAT32 can hold, and copy each whole or not at all. Rule: the source
is read from its beginning to its end and hashed on the way; a piece that is there already is kept only
if it has the right hash; a piece has its name only when it is whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.core.errors import UserError
from app.core.private_files import sync_file
from app.library.files.fingerprint import PIECE, Progress, sha256_of
from app.library.files.regular_file import mark_of, mark_of_open, open_regular
from app.library.kit.manifest import KitFile

FAT_PIECE = 4000 * 2**20
"""The largest piece in bytes; a file on FAT32 must be smaller than 4 GiB."""
_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Piece:
    """Where a stretch of a file goes: ``path`` below the kit's folder, ``size`` in bytes."""

    path: str
    begin: int
    size: int


def pieces_of(path: str, size: int, largest: int) -> tuple[Piece, ...]:
    """Return how a file is cut: whole under ``path``, or as ``path.001`` and so on; 0 never cuts."""
    if not largest or size <= largest:
        return (Piece(path, 0, size),)
    begins = range(0, size, largest)
    return tuple(
        Piece(f"{path}.{number:03}", begin, min(largest, size - begin))
        for number, begin in enumerate(begins, 1)
    )


def for_everyone(path: Path) -> None:
    """Let every user of a computer read a file or folder of the kit, where the stick knows users."""
    with contextlib.suppress(OSError):
        path.chmod(0o755 if path.is_dir() else 0o644)


def write_pieces(
    source: Path, folder: Path, pieces: Sequence[Piece], report: Progress
) -> tuple[str, tuple[KitFile, ...]]:
    """Write a file's pieces; returns the SHA-256 of the whole, and the pieces as the kit names them.

    Raises OSError of writing, whatever ``report`` raises, and UserError ``library.missing``,
    ``unreadable``, ``changed_meanwhile``.
    """
    whole = hashlib.sha256()
    written = []
    with open_regular(source) as reading:
        before = mark_of_open(reading)
        total = before.size
        for piece in pieces:
            target = folder / piece.path
            target.parent.mkdir(parents=True, exist_ok=True)
            sha256 = _one(target, piece, reading, whole, lambda done: report(done, total))
            written.append(KitFile(piece.path, piece.size, sha256))
        if mark_of_open(reading) != before or pieces[-1].begin + pieces[-1].size != total:
            raise UserError("library.changed_meanwhile")
    return whole.hexdigest(), tuple(written)


def _one(
    target: Path,
    piece: Piece,
    reading: io.FileIO,
    whole: hashlib._Hash,
    report: Callable[[int], None],
) -> str:
    """Write one piece, or keep what an earlier run wrote; returns its hash."""
    there = _hash_there(target, piece.size)
    if there:
        own = hashlib.sha256()
        _through(reading, piece, (own, whole), None, report)
        if own.hexdigest() == there:
            return there
    target.unlink(missing_ok=True)  # its room is needed
    own = hashlib.sha256()
    unfinished = target.with_name(f"{target.name}.part")
    unfinished.unlink(missing_ok=True)
    try:
        with unfinished.open("xb") as writing:
            _through(reading, piece, (own,) if there else (own, whole), writing, report)
            writing.flush()
            sync_file(writing.fileno())
        unfinished.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):  # a stick that was pulled out
            unfinished.unlink(missing_ok=True)
        raise
    return own.hexdigest()


def _hash_there(target: Path, size: int) -> str:
    mark = None if target.is_symlink() else mark_of(target)
    if mark is None or mark.size != size:
        return ""
    try:
        return sha256_of(target)
    except UserError:  # a bad place of the stick: written anew
        return ""


def _through(
    reading: io.FileIO,
    piece: Piece,
    hashes: Sequence[hashlib._Hash],
    writing: BinaryIO | None,
    report: Callable[[int], None],
) -> None:
    reading.seek(piece.begin)
    left, told = piece.size, 0.0
    while left:
        data = reading.read(min(PIECE, left))
        if not data:
            raise UserError("library.changed_meanwhile")
        for running in hashes:
            running.update(data)
        if writing is not None:
            writing.write(data)
        left -= len(data)
        if time.monotonic() - told >= _EVERY_S or not left:
            told = time.monotonic()
            report(piece.begin + piece.size - left)
