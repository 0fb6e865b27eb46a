"""Trouble with the disk and the history file, in words.

Job: turn what the system and SQLite report into a :class:`UserError`. Rule: what is not known here is
a bug of ours and is raised as it came, never hidden behind a general sentence.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlcipher3 import dbapi2

from app.core.errors import UserError
from app.core.logs import log_event

_BY_SQLITE_CODE: Final = {
    3: "read_only",  # SQLITE_PERM
    5: "busy",
    6: "busy",  # SQLITE_LOCKED
    7: "memory_short",
    8: "read_only",
    10: "disk_failed",
    11: "history_damaged",
    13: "disk_full",
    14: "profile_unusable",  # SQLITE_CANTOPEN
    18: "too_big",
    26: "history_foreign",  # SQLITE_NOTADB
}
_BY_ERRNO: Final = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EFBIG: "disk_full",
    errno.EACCES: "read_only",
    errno.EPERM: "read_only",
    errno.EROFS: "read_only",
    errno.EIO: "disk_failed",
    errno.ENOMEM: "memory_short",
}

_NO_ROOM_BYTES: Final = 64 * 1024


def from_sqlite(error: dbapi2.Error, folder: Path | None = None) -> UserError | None:
    """Return the words for what SQLite raised over ``folder``; None means a bug of ours."""
    full_code = int(getattr(error, "sqlite_errorcode", 0))
    code = _BY_SQLITE_CODE.get(full_code & 0xFF)
    if code is None:
        return None
    log_event("storage.trouble", sqlite=full_code)
    if code == "disk_failed" and folder is not None and _is_full(folder):
        code = "disk_full"  # over a quota, or without room for the log's index, SQLite says no more
    if code == "profile_unusable":
        return UserError("storage.profile_unusable", error=f"SQLite {full_code}")
    return UserError(f"storage.{code}")


def from_system(error: OSError) -> UserError:
    """Return the words for a failed file operation."""
    number = error.errno or 0
    log_event("storage.trouble", errno=number)
    code = _BY_ERRNO.get(number)
    if code is None:
        return UserError("storage.profile_unusable", error=errno.errorcode.get(number, str(number)))
    return UserError(f"storage.{code}")


def _is_full(folder: Path) -> bool:
    """Say whether not even a little more can be written: a person's share may end before the disk."""
    try:
        if shutil.disk_usage(folder).free < _NO_ROOM_BYTES:
            return True
        with tempfile.TemporaryFile(dir=folder) as trial:
            trial.write(bytes(_NO_ROOM_BYTES))
    except OSError as error:
        return _BY_ERRNO.get(error.errno or 0) == "disk_full"
    return False


@contextmanager
def in_words(folder: Path | None = None) -> Iterator[None]:
    """Raise SQLite's and the system's failures inside the block, over ``folder``, as UserErrors."""
    try:
        yield
    except dbapi2.Error as error:
        words = from_sqlite(error, folder)
        if words is None:
            raise
        raise words from error
    except OSError as error:
        raise from_system(error) from error
    except MemoryError as error:
        raise UserError("storage.memory_short") from error
