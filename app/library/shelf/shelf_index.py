"""What is remembered of model files: their hash, and when it was verified.

Job: one JSON file in the profile, by absolute path of the model file. Rule: written as a whole; whatever
is wrong with it costs a verification, never more: an entry counts only while size, time and number of
the file are still those that were hashed, and its disk was not away where numbers do not last.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.core.errors import UserError
from app.core.logs import log_event
from app.core.private_files import make_folder, write_whole
from app.library.files.regular_file import FileMark

INDEX = "model-files.json"
VERSION = 1
MAX_BYTES = 2**22
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Noted:
    """One file as it was hashed.

    ``confirmed``: the hub's own record named this hash. ``accepted``: the hash is in no catalogue and
    the person (or IT) decided to use the file. ``plugged``: since when its disk is there, by
    ``mounts.plugged_in``; "" on disks whose files have numbers that last.
    """

    mark: FileMark
    sha256: str
    verified_at: datetime
    confirmed: bool = False
    accepted: bool = False
    plugged: str = ""


class ShelfIndex:
    """The notes of one profile; ``path`` None keeps them for this run only.

    Other processes of the person may write the same file: each change is made to what stands there now.
    Safe from any thread: what came is noted on one, what is about to be loaded on another.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._changes: dict[str, Noted | None] = {}
        self._notes = self._read()

    def get(self, file: Path) -> Noted | None:
        """Return what was noted of the file at this absolute path."""
        return self._notes.get(str(file))

    def confirmed(self) -> frozenset[str]:
        """Return the hashes that the hub's own record has named."""
        return frozenset(noted.sha256 for noted in self._notes.values() if noted.confirmed)

    def put(self, file: Path, noted: Noted) -> None:
        """Note and keep. Raises UserError ``library.index_not_saved`` (and holds it until the end)."""
        self._change(file, noted)

    def forget(self, file: Path) -> None:
        """Drop what was noted of a file; raises as :meth:`put`."""
        if self.get(file) is not None:
            self._change(file, None)

    def _change(self, file: Path, noted: Noted | None) -> None:
        with self._lock:
            self._changes[str(file)] = noted
            notes = {**self._read(), **self._changes}
            self._notes = {path: kept for path, kept in notes.items() if kept is not None}
            self._write()

    def _read(self) -> dict[str, Noted]:
        if self._path is None:
            return {}
        try:
            if not self._path.is_file():  # raises where the system refuses to say
                return {}
            with self._path.open("rb") as file:
                data = json.loads(file.read(MAX_BYTES))
            notes = {str(path): _noted(value) for path, value in data["files"].items()}
            return notes if data["version"] == VERSION else {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
            log_event("shelf.index_unreadable")
            return {}

    def _write(self) -> None:
        if self._path is None:
            return
        files = {path: _plain(noted) for path, noted in self._notes.items()}
        data = json.dumps({"version": VERSION, "files": files}, indent=1).encode()
        try:
            make_folder(self._path.parent)
            # A name of our own: another program may write the same file at this moment.
            temporary = self._path.with_name(f"{self._path.name}.{os.getpid()}.part")
            temporary.unlink(missing_ok=True)
            write_whole(self._path, data, temporary)
        except OSError as error:
            log_event("shelf.index_not_saved", errno=error.errno or 0)
            raise UserError("library.index_not_saved") from None


def now() -> datetime:
    """Return the time as it is noted: UTC, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def _plain(noted: Noted) -> dict[str, Any]:
    return {**asdict(noted), "verified_at": noted.verified_at.isoformat()}


def _noted(data: Mapping[str, Any]) -> Noted:
    sha256, mark = data["sha256"], data["mark"]
    verified_at = datetime.fromisoformat(data["verified_at"])
    truths = data["confirmed"], data["accepted"]
    plugged = data.get("plugged", "")  # notes of an older version have none
    numbers = mark["size"], mark["changed_ns"], mark["number"]
    if not _SHA256.fullmatch(sha256) or verified_at.tzinfo is None:
        raise ValueError
    if not all(isinstance(truth, bool) for truth in truths):
        raise ValueError
    if not all(isinstance(number, int) for number in numbers):
        raise ValueError
    if not isinstance(plugged, str):
        raise TypeError
    return Noted(FileMark(*numbers), sha256, verified_at, *truths, plugged=plugged)
