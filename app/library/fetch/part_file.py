"""The part of a file that is there already.

Job: keep what has come in ``NAME.part`` with a record of it in ``NAME.part.json``, find out after any
ending how much of it can be used, and turn it into the whole file. Rule: what the record says was on the
disk before the record was; the name that can be loaded appears by one rename, after size and hash were
found right. One process at a time holds a part.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.core.errors import UserError
from app.core.file_lock import lock
from app.core.private_files import sync_file, sync_folder, write_whole
from app.library.fetch.protocol import PART, PART_RECORD
from app.library.files import free_space
from app.library.files.fingerprint import Progress, feed

SYNC_EVERY = 128 * 2**20
"""So many bytes may be lost to a power cut, and are fetched again."""
_LOOK_EVERY = 16 * 2**20
_LONGEST_RECORD = 64 * 1024
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, slots=True)
class Identity:
    """Which file this is a part of; a part of another one is of no use."""

    repository: str
    commit: str
    file: str
    size: int
    sha256: str
    etag: str


class PartFile:
    """The open part of ``target``; ``close`` it in any case. ``boot`` names this run of the system.

    Raises UserError ``library.fetch_*`` where the disk refuses.
    """

    def __init__(self, target: Path, reserve: int, boot: str) -> None:
        self._target, self._reserve, self._boot = target, reserve, boot
        self.path = target.with_name(target.name + PART)
        self._record = target.with_name(target.name + PART_RECORD)
        self._identity: Identity | None = None
        self._running = hashlib.sha256()
        self._durable = 0
        self._looked = 0
        self.done = 0
        """How many bytes are there and hashed."""
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        try:
            self._descriptor = os.open(self.path, flags, 0o600)
        except OSError as error:
            raise _disk_failed(error) from None
        try:
            lock(self._descriptor)
        except OSError:
            os.close(self._descriptor)
            raise UserError("library.fetch_twice", name=target.name) from None

    @property
    def digest(self) -> str:
        """The SHA-256 of what is there."""
        return self._running.hexdigest()

    # --- what is there --------------------------------------------------------------------------

    def take_up(self, identity: Identity, on_progress: Progress) -> str:
        """Find out what can be used, and go on after it.

        Returns the empty string, or why it has to begin again (``changed``, ``damaged``). What is there
        is read and hashed; a part that was open when the system went down counts only as far as its
        record does.
        """
        if self._identity == identity:
            return ""  # the same run of this process: nothing else has touched it
        try:
            length = os.fstat(self._descriptor).st_size
            record = self._read_record()
            self._identity = identity
            if not length:
                self._begin()
                return ""
            if record is None or record["identity"] != asdict(identity):
                self._begin()
                return "changed"
            durable = record["durable"]
            if record["boot"] != self._boot:
                length = min(length, durable)
            if not self._rehash(length, durable, record["prefix"], on_progress):
                self._begin()
                return "damaged"
            os.ftruncate(self._descriptor, length)
            os.lseek(self._descriptor, length, os.SEEK_SET)
            self._durable = durable
        except OSError as error:
            raise _disk_failed(error) from None
        return ""

    def _rehash(self, length: int, durable: int, prefix: str, on_progress: Progress) -> bool:
        """Hash what is there; says whether it is as long, and begins, as its record says."""
        assert self._identity is not None
        self._running = hashlib.sha256()
        if not durable <= length <= self._identity.size:
            return False
        feed(self._running, self._descriptor, 0, durable, lambda done, _: on_progress(done, length))
        if self._running.hexdigest() != prefix:
            return False
        self.done = feed(self._running, self._descriptor, durable, length, on_progress)
        return self.done == length

    def _read_record(self) -> dict[str, Any] | None:
        try:
            with self._record.open("rb") as file:
                record = json.loads(file.read(_LONGEST_RECORD))
            sound = isinstance(record["identity"], Mapping) and isinstance(record["durable"], int)
            sound = sound and record["durable"] >= 0 and isinstance(record["prefix"], str)
            return {**record, "boot": str(record["boot"])} if sound else None
        except (FileNotFoundError, ValueError, KeyError, TypeError, RecursionError):
            return None

    # --- what comes -----------------------------------------------------------------------------

    def start_again(self) -> None:
        """Forget what is there."""
        try:
            self._begin()
        except OSError as error:
            raise _disk_failed(error) from None

    def _begin(self) -> None:
        os.ftruncate(self._descriptor, 0)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        self._running = hashlib.sha256()
        self.done = self._durable = self._looked = 0
        self._write_record()  # before the first byte, so that there is no part without a record

    def check_room(self) -> None:
        """Raise UserError when what is still missing would not leave the reserve free."""
        assert self._identity is not None
        self._check_free(self._identity.size - self.done)

    def write(self, data: bytes) -> None:
        """Add what came. Raises UserError when the disk is full, runs low or refuses."""
        view = memoryview(data)
        try:
            while view:
                count = os.write(self._descriptor, view)
                self._running.update(view[:count])
                self.done += count
                view = view[count:]
            if self.done - self._durable >= SYNC_EVERY:
                self._sync()
        except OSError as error:
            raise self._no_room(error) from None
        if self.done - self._looked >= _LOOK_EVERY:
            self._looked = self.done
            self._check_free(0)

    def keep(self) -> None:
        """Make what is there outlast a power cut."""
        if self._identity is None or self.done == self._durable or self._descriptor < 0:
            return
        try:
            self._sync()
        except OSError as error:
            raise self._no_room(error) from None

    def finish(self) -> None:
        """Give the whole, checked file its name; raises UserError when a file has that name by now."""
        try:
            sync_file(self._descriptor)
            if self._target.exists():
                raise UserError("library.fetch_exists", name=self._target.name)
            if sys.platform == "win32":
                self.close()  # an open file cannot be renamed there
            self.path.rename(self._target)
            self._record.unlink(missing_ok=True)
            sync_folder(self._target.parent)
        except OSError as error:
            raise _disk_failed(error) from None

    def discard(self) -> None:
        """Remove part and record: they were found to be wrong."""
        self.close()
        discard(self._target)

    def close(self) -> None:
        """Let go of the file; what was written stays. May be repeated."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _sync(self) -> None:
        sync_file(self._descriptor)
        self._durable = self.done
        self._write_record()

    def _write_record(self) -> None:
        assert self._identity is not None
        record = {
            "identity": asdict(self._identity),
            "durable": self._durable,
            "prefix": self.digest,
            "boot": self._boot,
        }
        write_whole(self._record, json.dumps(record, indent=1).encode())

    def _check_free(self, wanted: int) -> None:
        folder = self._target.parent
        if self._reserve < 0:
            room = free_space.room(folder)
        else:
            room = free_space.free_bytes(folder) - self._reserve
        if room < wanted or room <= 0:
            self.keep()
            raise UserError("library.fetch_no_room", missing=free_space.in_gb(wanted - room))

    def _no_room(self, error: OSError) -> UserError:
        return UserError("library.fetch_disk_full") if error.errno in _NO_ROOM else _disk_failed(error)


def discard(target: Path) -> None:
    """Remove the part of ``target`` and its record, if they are there; raises OSError."""
    for suffix in (PART, PART_RECORD):
        target.with_name(target.name + suffix).unlink(missing_ok=True)


def _disk_failed(error: OSError) -> UserError:
    if error.errno == errno.EFBIG:
        return UserError("library.fetch_small_files_only")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return UserError("library.fetch_not_writable")
    return UserError("library.fetch_disk_failed", errno=error.errno or 0)
