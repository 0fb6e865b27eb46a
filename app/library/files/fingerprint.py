"""SHA-256 of long files.

Job: hash a file, or a stretch of one, with progress and a way out. Rule: memory stays at one piece
whatever the file's size; the reader sees the bytes once and in order; a file that changes while it is
read has no hash.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from app.core.errors import UserError
from app.library.files.regular_file import FileMark, mark_of_open, open_regular

PIECE = 2**20
_EVERY_S = 0.25

Progress = Callable[[int, int], None]
"""Told how many bytes of how many are read, a few times a second; may raise to end it."""

Stop = Callable[[], bool]
"""Asked a few times a second whether to stop."""


class Stopped(Exception):  # noqa: N818 - no error: what was wished
    """The person wished to stop; what was begun can be gone on with."""


def ignore(done: int, total: int) -> None:
    """Progress that nobody looks at."""


def never() -> bool:
    """Return that nobody wishes to stop."""
    return False


def stopping(on_progress: Progress, stop: Stop) -> Progress:
    """Return a progress that raises :class:`Stopped` as soon as it is wished."""

    def report(done: int, total: int) -> None:
        if stop():
            raise Stopped
        on_progress(done, total)

    return report


def sha256_of(path: Path, on_progress: Progress = ignore, stop: Stop = never) -> str:
    """Return the file's SHA-256 as 64 small hex digits. Raises as :func:`fingerprint`."""
    return fingerprint(path, on_progress, stop)[0]


def fingerprint(path: Path, on_progress: Progress = ignore, stop: Stop = never) -> tuple[str, FileMark]:
    """Return the SHA-256 and the mark of exactly the file that was read; pipes and folders are refused.

    Raises :class:`Stopped`, UserError ``library.missing``, ``unreadable`` or ``changed_meanwhile``.
    """
    running = hashlib.sha256()
    with open_regular(path) as file:
        try:
            before = mark_of_open(file)
            end = feed(running, file.fileno(), 0, before.size, stopping(on_progress, stop))
            after = mark_of_open(file)
        except OSError:
            raise UserError("library.unreadable") from None
    if before != after or end != before.size:
        raise UserError("library.changed_meanwhile")
    return running.hexdigest(), after


def feed(
    running: hashlib._Hash, descriptor: int, start: int, end: int, on_progress: Progress = ignore
) -> int:
    """Hash the bytes from ``start`` to ``end`` of an open file; returns where the file really ended.

    ``running`` is a hash of ``hashlib``. The descriptor's position is moved. Raises OSError, and
    whatever ``on_progress`` raises.
    """
    view = memoryview(bytearray(PIECE))
    os.lseek(descriptor, start, os.SEEK_SET)
    done, told = start, time.monotonic()
    with open(descriptor, "rb", buffering=0, closefd=False) as file:
        while done < end:
            count = file.readinto(view[: min(PIECE, end - done)])
            if not count:
                break
            running.update(view[:count])
            done += count
            now = time.monotonic()
            if now - told >= _EVERY_S:
                told = now
                on_progress(done, end)
    on_progress(done, end)
    return done
