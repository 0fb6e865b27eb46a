"""Snapshots: what the model had read of a conversation, kept so that it need not read it again.

Job: one sealed file for each conversation in a folder of the profile; written whole or not at all, used
only if nothing of it is wrong, the least recently used removed first. Rule: a snapshot is a convenience
that can always be made again: whatever is wrong with one, it is removed, a code is logged and nobody is
told. A file's name is a keyed digest and says nothing. Any thread may call; nothing here needs the
history, and what stands in the header is the caller's.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import shutil
import stat
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from app.core import private_files
from app.core.logs import log_event
from app.storage.files.sealed_stream import (
    PIECE,
    SealBrokenError,
    SealedReader,
    SealedWriter,
    derived_key,
    sealed_size,
)

FOLDER_NAME: Final = "snapshots"
DEFAULT_CAP: Final = 2 * 2**30
"""Bytes that all snapshots together may take."""
KEPT_FREE: Final = 2 * 2**30
"""Bytes of the disk that snapshots never take."""

_SUFFIX, _UNFINISHED = ".snap", ".part"
_NAME_LETTERS: Final = 32


class SnapshotRefusedError(Exception):
    """A snapshot cannot be written or read on; ``code`` says why, in a word for the log."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def free_bytes(folder: Path) -> int:
    """Return how much of the disk is free."""
    return shutil.disk_usage(folder).free


class Snapshots:
    """The snapshots of one vault; ``cap`` in bytes may be changed at any time."""

    def __init__(
        self,
        folder: Path,
        data_key: bytes,
        cap: int = DEFAULT_CAP,
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        self.cap = cap
        self._folder = folder
        self._key = derived_key(data_key, b"cloister snapshots")
        self._name_key = derived_key(data_key, b"cloister snapshot names")
        self._free = free
        self._lock = threading.Lock()
        self._writing: dict[Path, SnapshotFile] = {}
        for unfinished in self._files(_UNFINISHED):
            self._remove(unfinished)

    def begin(self, conversation: int, header: Mapping[str, Any], size: int) -> SnapshotFile:
        """Begin to write a snapshot of ``size`` bytes.

        Raises SnapshotRefusedError: "too_large" for the cap, "disk_short", "disk" when it refuses.
        """
        head = json.dumps(header).encode("utf-8")
        needed = sealed_size(len(head), size)
        if len(head) > PIECE or needed > self.cap:
            raise SnapshotRefusedError("too_large")
        try:
            private_files.make_folder(self._folder)
            if self._free(self._folder) - needed < KEPT_FREE:
                raise SnapshotRefusedError("disk_short")
            return SnapshotFile(self, self._path(conversation), self._sealing(conversation), head)
        except OSError as error:
            raise _disk_trouble(error) from None

    def find(self, conversation: int) -> FoundSnapshot | None:
        """Return the snapshot of a conversation, its header checked; None without a good one."""
        path = self._path(conversation)
        try:
            return FoundSnapshot(path, self._sealing(conversation), self._discard)
        except (SealBrokenError, ValueError):
            self._discard(path)
        except FileNotFoundError:
            pass
        except OSError as error:
            log_event("snapshot.disk", errno=error.errno or 0)
        return None

    def delete(self, conversation: int) -> None:
        """Remove a conversation's snapshot, also one that is being written now."""
        path = self._path(conversation)
        with self._lock:
            self._writing.pop(path, None)
            self._remove(path)

    def keep_only(self, conversations: Collection[int]) -> None:
        """Remove the snapshots of all other conversations: deleted, expired, or of a lost history."""
        kept = {self._path(conversation) for conversation in conversations}
        with self._lock:
            for path in [*self._files(_SUFFIX), *self._writing]:
                if path not in kept:
                    self._writing.pop(path, None)
                    self._remove(path)

    def make_room(self, needed: int = 0) -> None:
        """Remove the least recently used until all, and ``needed`` bytes more, fit under the cap."""
        with self._lock:
            self._make_room(needed)

    def total_bytes(self) -> int:
        """Return what all snapshots take on the disk, with those that are being written."""
        total = 0
        for path in (*self._files(_SUFFIX), *self._files(_UNFINISHED)):
            with suppress(OSError):  # it went while we looked
                total += path.stat().st_size
        return total

    def _make_room(self, needed: int, spare: Path | None = None) -> None:
        sizes: list[tuple[float, int, Path]] = []
        for path in self._files(_SUFFIX):
            with suppress(OSError):
                facts = path.stat()
                sizes.append((facts.st_mtime, facts.st_size, path))
        total = needed + sum(size for _, size, path in sizes if path != spare)
        for _, size, path in sorted(sizes):
            if total <= self.cap:
                return
            if path != spare:
                self._remove(path)
                total -= size

    def _begun(self, file: SnapshotFile) -> None:
        with self._lock:
            self._writing[file.path] = file

    def _ended(self, file: SnapshotFile, unfinished: Path | None) -> bool:
        """Put a finished file in its place; False when it was deleted or written anew meanwhile."""
        with self._lock:
            if self._writing.get(file.path) is not file:
                return False
            del self._writing[file.path]
            if unfinished is None:
                return False
            self._make_room(unfinished.stat().st_size, spare=file.path)
            unfinished.replace(file.path)
            private_files.sync_folder(self._folder)
            return True

    def _sealing(self, conversation: int) -> tuple[bytes, bytes]:
        return self._key, str(conversation).encode()

    def _path(self, conversation: int) -> Path:
        digest = hmac.new(self._name_key, str(conversation).encode(), hashlib.sha256).hexdigest()
        return self._folder / f"{digest[:_NAME_LETTERS]}{_SUFFIX}"

    def _files(self, suffix: str) -> tuple[Path, ...]:
        try:
            return tuple(path for path in self._folder.iterdir() if path.name.endswith(suffix))
        except OSError:
            return ()

    def _discard(self, path: Path) -> None:
        log_event("snapshot.discarded")
        with self._lock:
            self._remove(path)

    @staticmethod
    def _remove(path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            log_event("snapshot.not_removed", errno=error.errno or 0)


class SnapshotFile:
    """A snapshot being written: ``write`` what there is, then ``keep`` it or ``drop`` it."""

    def __init__(self, owner: Snapshots, path: Path, sealing: tuple[bytes, bytes], head: bytes) -> None:
        """Use :meth:`Snapshots.begin`."""
        self.path = path
        self._owner = owner
        self._unfinished = path.with_name(f"{path.name}{secrets.token_hex(4)}{_UNFINISHED}")
        private_files.create_empty(self._unfinished)
        self._file = self._unfinished.open("r+b", buffering=0)
        owner._begun(self)  # noqa: SLF001 - parts of one object
        try:
            self._writer = SealedWriter(self._file, *sealing)
            self._writer.write(head)
            self._writer.end_piece()
        except OSError:
            self.drop()
            raise

    def write(self, data: bytes | memoryview) -> None:
        """Add bytes; raises SnapshotRefusedError when the disk does not take them."""
        try:
            self._writer.write(data)
        except OSError as error:
            raise _disk_trouble(error) from None

    def keep(self) -> bool:
        """Make it the conversation's snapshot, synced; False when the conversation is gone meanwhile.

        Raises SnapshotRefusedError when the disk refuses; then nothing is left of it.
        """
        try:
            self._writer.finish()
            private_files.sync_file(self._file.fileno())
            self._file.close()
            kept = self._owner._ended(self, self._unfinished)  # noqa: SLF001 - parts of one object
        except OSError as error:
            self.drop()
            raise _disk_trouble(error) from None
        if not kept:
            self.drop()
        return kept

    def drop(self) -> None:
        """Leave nothing of it; safe to repeat, does nothing once it is kept."""
        self._file.close()
        self._owner._ended(self, None)  # noqa: SLF001 - parts of one object
        with suppress(OSError):
            self._unfinished.unlink(missing_ok=True)


class FoundSnapshot:
    """A snapshot on the disk: ``header`` as it was given, and the bytes."""

    def __init__(
        self, path: Path, sealing: tuple[bytes, bytes], discard: Callable[[Path], None]
    ) -> None:
        """Use :meth:`Snapshots.find`."""
        self._path = path
        self._discard = discard
        if not stat.S_ISREG(path.lstat().st_mode):  # a pipe would be waited for
            raise SealBrokenError
        self._file = path.open("rb", buffering=0)
        try:
            _read_ahead(self._file.fileno())
            self._pieces = SealedReader(self._file, *sealing).pieces()
            self.header = _header(next(self._pieces))
        except BaseException:
            self._file.close()
            raise

    def chunks(self) -> Iterator[memoryview]:
        """Return the bytes; each view is good until the next one is asked for.

        Raises SnapshotRefusedError at the first wrong one, "broken" (the file is removed) or "disk".
        """
        try:
            yield from self._pieces
        except SealBrokenError:
            self.remove()
            raise SnapshotRefusedError("broken") from None
        except OSError as error:
            raise _disk_trouble(error) from None

    def used(self) -> None:
        """Note that it served: it is the last to go."""
        with suppress(OSError):
            os.utime(self._path)

    def remove(self) -> None:
        """Remove it, because it serves no more."""
        self._file.close()
        self._discard(self._path)

    def close(self) -> None:
        """Give the file back; safe to repeat."""
        self._file.close()


def _header(piece: memoryview) -> dict[str, Any]:
    header = json.loads(bytes(piece))
    if not isinstance(header, dict):
        raise SealBrokenError
    return header


def _disk_trouble(error: OSError) -> SnapshotRefusedError:
    log_event("snapshot.disk", errno=error.errno or 0)
    return SnapshotRefusedError("disk")


def _read_ahead(descriptor: int) -> None:
    """Let the system fetch the file while its first pieces are opened."""
    if sys.platform == "linux":
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_WILLNEED)
