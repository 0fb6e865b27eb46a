"""Copies a long file, hashed on the way, so that an interruption costs little.

Job: join one or more files into ``NAME.import`` beside where the whole will lie, and say its SHA-256.
Rule: what is half done never has a model file's name; going on trusts only bytes that were synced, and
whose hash was kept when they were; a source that changed is begun anew; a full disk leaves nothing.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from app.core.errors import UserError
from app.core.file_lock import lock
from app.core.logs import log_event
from app.core.private_files import sync_file, write_whole
from app.library.files.fingerprint import PIECE, Progress, Stop, Stopped, feed, ignore, never, stopping
from app.library.files.regular_file import FileMark, mark_of_open, open_regular, rename_all

WORK, RECORD = ".import", ".import.json"
"""What is appended to a file's name while it is not whole, and to the record of it."""

SYNC_EVERY = 256 * 2**20
_EVERY_S = 0.25
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Work:
    """One file that is being put together at ``target`` + ``.import``."""

    def __init__(self, target: Path) -> None:
        self.path = target.with_name(target.name + WORK)
        self._record = target.with_name(target.name + RECORD)

    def bytes_there(self, sources: Sequence[Path]) -> int:
        """Return how much an earlier run left of just these sources that can be gone on with."""
        try:
            marks = [_mark(source) for source in sources]
            return min(self._kept(marks)[0], self.path.stat().st_size)
        except (OSError, UserError):
            return 0

    def copy(
        self,
        sources: Sequence[Path],
        on_progress: Progress = ignore,
        stop: Stop = never,
        on_source: Callable[[int, str], None] | None = None,
    ) -> str:
        """Join ``sources`` and return the SHA-256 of the whole; the work lies synced at :attr:`path`.

        ``on_source`` is told the number and the SHA-256 of each source that was read from its beginning
        to its end in this run, and may raise. Raises :class:`Stopped` and UserError
        ``library.import_source_gone`` (both leave what was done), ``missing``, ``unreadable``,
        ``changed_meanwhile``, ``disk_full``, ``import_busy`` or ``folder_unusable``.
        """
        try:
            with self._open() as file:
                return self._fill(file, sources, stopping(on_progress, stop), on_source)
        except _SourceError as failure:
            log_event("import.source_failed", errno=failure.errno or 0)
            raise UserError("library.import_source_gone") from None
        except OSError as error:
            raise self._in_words(error) from None

    def discard(self) -> None:
        """Remove what is there; raises nothing, a later run tidies what could not be removed."""
        for path in (self.path, self._record):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                log_event("import.work_kept", errno=error.errno or 0)

    def forget(self) -> None:
        """Remove the record of a file that is whole and has its name."""
        self._record.unlink(missing_ok=True)

    def _open(self) -> io.FileIO:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        flags |= getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        file = io.FileIO(os.open(self.path, flags, 0o600), "r+")
        if os.fstat(file.fileno()).st_nlink > 1:
            # We ended between giving a whole file its name and taking this one away.
            file.close()
            self.path.unlink()
            file = io.FileIO(os.open(self.path, flags, 0o600), "r+")
        try:
            lock(file.fileno())
        except OSError:
            file.close()
            raise UserError("library.import_busy") from None
        return file

    def _fill(
        self,
        file: io.FileIO,
        sources: Sequence[Path],
        report: Progress,
        on_source: Callable[[int, str], None] | None,
    ) -> str:
        marks = [_mark(source) for source in sources]
        total = sum(mark.size for mark in marks)
        running = hashlib.sha256()
        durable, prefix = self._kept(marks)
        if durable and durable <= mark_of_open(file).size:
            feed(running, file.fileno(), 0, durable, lambda done, _: report(done, total))
            if running.hexdigest() != prefix:
                durable, running = 0, hashlib.sha256()
        else:
            durable = 0
        file.truncate(durable)
        file.seek(durable)
        try:
            self._append(file, running, sources, marks, durable, report, on_source)
        except (_SourceError, Stopped, KeyboardInterrupt):
            self._keep(file, running, marks)
            raise
        self._keep(file, running, marks)
        return running.hexdigest()

    def _append(
        self,
        file: io.FileIO,
        running: hashlib._Hash,
        sources: Sequence[Path],
        marks: Sequence[FileMark],
        done: int,
        report: Progress,
        on_source: Callable[[int, str], None] | None,
    ) -> None:
        total, told, synced = sum(mark.size for mark in marks), 0.0, done
        begin = 0
        for number, (source, mark) in enumerate(zip(sources, marks, strict=True)):
            end = begin + mark.size
            own = hashlib.sha256() if on_source and done == begin and len(sources) > 1 else None
            if done < end:
                with _source(source) as reading:
                    if mark_of_open(reading) != mark:
                        raise UserError("library.changed_meanwhile")
                    reading.seek(done - begin)
                    while done < end:
                        piece = _read(reading, min(PIECE, end - done))
                        _write(file, piece)
                        running.update(piece)
                        if own:
                            own.update(piece)
                        done += len(piece)
                        if done - synced >= SYNC_EVERY:
                            synced = done
                            self._keep(file, running, marks)
                        if time.monotonic() - told >= _EVERY_S:
                            told = time.monotonic()
                            report(done, total)
                    if mark_of_open(reading) != mark:
                        raise UserError("library.changed_meanwhile")
            if own and on_source:
                on_source(number, own.hexdigest())
            begin = end
        report(done, total)

    def _kept(self, marks: Sequence[FileMark]) -> tuple[int, str]:
        """Return how many bytes of these sources were synced, and their hash.

        A stick that was pulled out may give its files other numbers (FAT does); size and time tell.
        """
        try:
            data = json.loads(self._record.read_bytes())
            known = [(source["size"], source["changed_ns"]) for source in data["sources"]]
            same = known == [(mark.size, mark.changed_ns) for mark in marks]
            return (int(data["durable"]), str(data["sha256"])) if same else (0, "")
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return 0, ""

    def _keep(self, file: io.FileIO, running: hashlib._Hash, marks: Sequence[FileMark]) -> None:
        sync_file(file.fileno())
        record = {
            "sources": [asdict(mark) for mark in marks],
            "durable": file.tell(),
            "sha256": running.hexdigest(),
        }
        write_whole(self._record, json.dumps(record).encode())

    def _in_words(self, error: OSError) -> UserError:
        log_event("import.failed", errno=error.errno or 0)
        if error.errno in _FULL:
            self.discard()
            return UserError("library.disk_full")
        return UserError("library.folder_unusable")


def finish(works: Sequence[Work], targets: Sequence[Path]) -> None:
    """Give whole files that belong together their names, all or none; raises OSError."""
    rename_all([work.path for work in works], targets)
    for work in works:
        work.forget()


class _SourceError(OSError):
    """Reading failed, not writing."""


def _mark(source: Path) -> FileMark:
    with open_regular(source) as file:
        return mark_of_open(file)


def _source(source: Path) -> io.FileIO:
    try:
        return open_regular(source)
    except UserError:  # it was there when we began
        raise _SourceError(errno.ENOENT, "gone") from None


def _read(file: io.FileIO, count: int) -> bytes:
    try:
        piece = file.read(count)
    except OSError as error:
        raise _SourceError(error.errno, "reading failed") from None
    if not piece:
        raise _SourceError(errno.EIO, "shorter than it was")
    return piece


def _write(file: io.FileIO, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[file.write(view) or 0 :]
