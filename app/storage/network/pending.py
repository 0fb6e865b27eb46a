"""Connections noted while no vault is open, by a download on the command line.

Job: keep each in a small file of its own in the profile until the next vault that opens takes it in.
Rule: codes, a host, a file's name and numbers, never content; a file is replaced as a whole and taken
by renaming it first.

One file for each connection and not one growing list: writer and taker are two processes, and so
neither has to wait for a lock of the other. What was replaced before the renaming is taken whole; what
comes afterwards makes a new file, and the log joins both by their identity.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.core.connections import Connection
from app.core.errors import UserError
from app.core.logs import log_event
from app.core.private_files import make_folder, write_whole

FOLDER_NAME = "connections"
MAX_BYTES = 4096
_NOTED, _TAKEN = ".json", ".taken"
_IDENTITY = re.compile(r"[A-Za-z0-9-]{1,64}")
_WORDS = ("identity", "host", "why", "what", "approved_by", "outcome")


class PendingConnections:
    """The files of one profile."""

    def __init__(self, profile: Path) -> None:
        self._folder = profile / FOLDER_NAME

    def note(self, connection: Connection) -> None:
        """Keep a connection; on return it is on the disk.

        Raises UserError("seal.not_noted") when that fails: then nothing may connect.
        """
        if not _IDENTITY.fullmatch(connection.identity):
            raise ValueError("no identity")
        try:
            make_folder(self._folder)
            write_whole(self._folder / f"{connection.identity}{_NOTED}", _encoded(connection))
        except OSError as error:
            log_event("connections.not_noted", errno=error.errno or 0)
            raise UserError("seal.not_noted") from error

    def all(self) -> tuple[Connection, ...]:
        """Return what waits here, in the order in which it began; what cannot be read is left out."""
        found = [_read(path) for path in self._files(_TAKEN, _NOTED)]
        return tuple(sorted((item for item in found if item), key=lambda item: item.begun))

    def move(self, keep: Callable[[Connection], None]) -> None:
        """Hand each connection to ``keep`` and forget it once ``keep`` has returned.

        What ``keep`` raises passes through, and the connection stays for the next time. A file that
        cannot be read is left where it is.
        """
        self._hand_over(self._files(_TAKEN), keep)  # the last taker did not come to an end
        for path in self._files(_NOTED):
            path.replace(path.with_suffix(_TAKEN))
        self._hand_over(self._files(_TAKEN), keep)

    def _hand_over(self, paths: Sequence[Path], keep: Callable[[Connection], None]) -> None:
        read = [(path, _read(path)) for path in paths]
        known = [(path, connection) for path, connection in read if connection is not None]
        for path, connection in sorted(known, key=lambda item: item[1].begun):
            keep(connection)
            path.unlink()

    def _files(self, *kinds: str) -> list[Path]:
        try:
            return sorted(path for path in self._folder.iterdir() if path.suffix in kinds)
        except OSError:
            return []


def _encoded(connection: Connection) -> bytes:
    values: dict[str, Any] = {name: getattr(connection, name) for name in _WORDS}
    values |= {"received": connection.received, "sent": connection.sent}
    values["begun"] = connection.begun.timestamp()
    values["ended"] = None if connection.ended is None else connection.ended.timestamp()
    return json.dumps(values).encode("utf-8")


def _read(path: Path) -> Connection | None:
    try:
        with path.open("rb") as file:
            values = json.loads(file.read(MAX_BYTES))
        words = {name: str(values[name]) for name in _WORDS}
        ended = values["ended"]
        return Connection(
            begun=datetime.fromtimestamp(values["begun"], UTC),
            ended=None if ended is None else datetime.fromtimestamp(ended, UTC),
            received=max(0, int(values["received"])),
            sent=max(0, int(values["sent"])),
            **words,
        )
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        log_event("connections.unreadable")
        return None
