"""The one way to the history file.

Job: open ``history.db`` in the order that keeps it encrypted and durable, and run statements on it.
Rule: no connection is made anywhere else, none is used before the cipher has answered, and a file
that is missing, empty, plain or foreign is an alarm, never a fresh start.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from sqlcipher3 import dbapi2

from app.core import private_files
from app.core.errors import UserError
from app.storage.database import log_check
from app.storage.files import trouble

HISTORY_NAME: Final = "history.db"
SIDE_FILES: Final = ("history.db-wal", "history.db-shm")
PLAIN_START: Final = b"SQLite format 3\x00"

OLDEST_SQLITE: Final = (3, 51, 3)
"""Older ones can damage a database in WAL mode when two connections reset the log at once."""

# Order matters: everything that decides durability comes before the first write.
_SETTINGS: Final = (
    ("foreign_keys", "ON"),
    ("trusted_schema", "OFF"),
    ("cell_size_check", "ON"),
    ("secure_delete", "ON"),
    ("journal_mode", "WAL"),
    ("synchronous", "FULL"),
    ("fullfsync", "1"),
    ("checkpoint_fullfsync", "1"),
    ("busy_timeout", "5000"),
    ("mmap_size", "0"),
)
_EXPECTED: Final = {"foreign_keys": 1, "secure_delete": 1, "synchronous": 2, "mmap_size": 0}

Row = tuple[Any, ...]


class FileTrouble(StrEnum):
    """What can be wrong with the history file before a key is tried; values are error codes."""

    MISSING = "storage.history_missing"
    EMPTY = "storage.history_empty"
    PLAIN = "storage.history_plain"
    UNREADABLE = "storage.history_damaged"


class Database:
    """An open history in ``folder`` (None: in memory). Statements run one at a time, from any thread."""

    def __init__(self, connection: dbapi2.Connection, folder: Path | None = None) -> None:
        self._connection = connection
        self._folder = folder
        self._turn = threading.RLock()

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run one statement; returns the rowid it inserted last. Raises UserError on trouble."""
        with self._turn, trouble.in_words(self._folder):
            cursor = self._connection.execute(sql, values)
            try:
                return int(cursor.lastrowid or 0)
            finally:
                cursor.close()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Run a query and return all its rows. Raises UserError on trouble."""
        with self._turn, trouble.in_words(self._folder):
            return list(self._connection.execute(sql, values))

    def row(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """Run a query and return its first row. Raises UserError on trouble."""
        found = self.rows(sql, values)
        return found[0] if found else None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all statements of the block or none; on return they are on the disk.

        Raises UserError when the disk refuses; then the history is as it was before the block.
        """
        with self._turn:
            self.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.execute("COMMIT")
            except BaseException:
                # SQLite has already rolled back by itself after some failures of the disk.
                if self._connection.in_transaction:
                    self.execute("ROLLBACK")
                raise

    def forget_log(self) -> None:
        """Move the write-ahead log into the file and cut it to nothing: deleted words leave the disk."""
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the connection; the log is moved into the file first."""
        with self._turn:
            self._connection.close()


def file_trouble(history: Path) -> FileTrouble | None:
    """Return what is wrong with the history file as far as can be seen without a key."""
    with trouble.in_words():
        if not history.exists():
            return FileTrouble.MISSING
        if not history.is_file():
            return FileTrouble.UNREADABLE
        with history.open("rb") as file:
            start = file.read(len(PLAIN_START))
    if not start:
        return FileTrouble.EMPTY
    return FileTrouble.PLAIN if start == PLAIN_START else None


def create(history: Path, key: bytes) -> Database:
    """Make a new, empty, encrypted history readable by its owner only."""
    with trouble.in_words():
        private_files.create_empty(history)
    return _connect(history, key)


def open_existing(history: Path, key: bytes) -> Database:
    """Open the history with its key; raises UserError if it is not there or not ours."""
    found = file_trouble(history)
    if found is not None:
        raise UserError(found.value)
    with trouble.in_words():
        for path in (history, *(history.with_name(name) for name in SIDE_FILES)):
            private_files.tighten(path)
    log_check.set_foreign_log_aside(history, key)
    return _connect(history, key)


def open_in_memory() -> Database:
    """Open a history that never touches the disk and ends with the program."""
    _assert_library(_version())
    connection = dbapi2.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA secure_delete=ON")
    return Database(connection)


def _version() -> tuple[int, ...]:
    return tuple(int(number) for number in dbapi2.sqlite_version.split("."))


def _assert_library(version: tuple[int, ...]) -> None:
    if version < OLDEST_SQLITE:
        raise UserError("storage.library_unsuitable")


def _connect(history: Path, key: bytes) -> Database:
    _assert_library(_version())
    with trouble.in_words(history.parent):
        # mode=rw: a file that vanished is an error here, not silently made anew.
        connection = dbapi2.connect(
            f"{history.absolute().as_uri()}?mode=rw",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            _unlock(connection, key)
            _settle(connection)
        except BaseException:
            connection.close()
            raise
    return Database(connection, history.parent)


def _unlock(connection: dbapi2.Connection, key: bytes) -> None:
    # The library would print key errors on standard error, where a log may keep them.
    connection.execute("PRAGMA cipher_log_level=NONE").close()
    connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"").close()
    if not connection.execute("PRAGMA cipher_version").fetchone():
        # A library without the cipher ignores the key and would write in clear.
        raise UserError("storage.library_unsuitable")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _settle(connection: dbapi2.Connection) -> None:
    for name, value in _SETTINGS:
        connection.execute(f"PRAGMA {name}={value}").close()
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        # Only a file that may not be written stays out of WAL mode.
        raise UserError("storage.read_only")
    for name, expected in _EXPECTED.items():
        if connection.execute(f"PRAGMA {name}").fetchone() != (expected,):
            raise UserError("storage.library_unsuitable")
