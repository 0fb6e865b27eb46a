"""Files and folders that nobody else may read and that must never be half written.

Job: make a folder of one's own; replace a file as a whole, so that after a crash or a power cut the old
or the new content stands there, never a piece. Rule: folders are 0700 and files 0600 whatever the
umask; the temporary file lies in the same folder, is synced before it is renamed, and the folder after.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def make_folder(path: Path) -> Path:
    """Create ``path`` (and parents) as 0700, or tighten it if it exists; returns it.

    Raises OSError as the system does; callers turn it into a UserError where a person can act.
    """
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o700)
    return path


def write_whole(path: Path, data: bytes, temporary: Path | None = None) -> None:
    """Replace ``path`` by ``data``; raises OSError and then leaves the old file as it was.

    ``temporary`` is a free name in the same folder, for a folder that is not ours: there a file of the
    usual name may be somebody's.
    """
    if temporary is None:
        temporary = path.with_name(f"{path.name}.part")
        temporary.unlink(missing_ok=True)
    try:
        _write_synced(temporary, data)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def create_empty(path: Path) -> None:
    """Create ``path`` with 0600 whatever the umask; raises FileExistsError if it is there."""
    os.close(_open_new(path))


def sync_folder(folder: Path) -> None:
    """Make renames in ``folder`` survive a power cut (the system offers nothing for this on Windows)."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def tighten(path: Path) -> None:
    """Make ``path`` readable by its owner only, if it is there and is not yet."""
    if os.name == "posix" and path.exists() and path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _open_new(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)


def _write_synced(path: Path, data: bytes) -> None:
    with os.fdopen(_open_new(path), "wb") as file:
        file.write(data)
        file.flush()
        sync_file(file.fileno())


def sync_file(descriptor: int) -> None:
    """Return once what was written to an open file is on the disk; raises OSError."""
    if sys.platform == "darwin":
        import fcntl

        # fsync alone leaves the data in the drive's own cache on macOS.
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)
