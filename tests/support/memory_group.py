"""A memory control group around a process, for tests and measurements that need a small computer.

Job: make a group with a limit (version 2 or 1 of the kernel's interface), put processes in, read what it
counted, remove it. Rule: needs the right to make groups (root, as in a container); says so otherwise.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

_UNIFIED = Path("/sys/fs/cgroup")
_FIRST_VERSION = Path("/sys/fs/cgroup/memory")
_JOIN = "import os,sys;open(sys.argv[1],'w').write(str(os.getpid()));os.execv(sys.argv[2],sys.argv[2:])"


class NoMemoryGroupError(Exception):
    """This process may not make a memory control group here."""


class MemoryGroup:
    """A group named ``name`` with a limit of ``limit`` bytes; use as a context manager."""

    def __init__(self, name: str, limit: int) -> None:
        self._unified = (_UNIFIED / "cgroup.controllers").exists()
        self.folder = (_UNIFIED if self._unified else _FIRST_VERSION) / name
        self._limit = limit

    def __enter__(self) -> Self:
        """Make the group. Raises NoMemoryGroupError where that is not allowed."""
        try:
            self.folder.mkdir()
            name = "memory.max" if self._unified else "memory.limit_in_bytes"
            (self.folder / name).write_text(str(self._limit), "ascii")
        except OSError as error:
            raise NoMemoryGroupError(str(error)) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the group; its processes must have ended."""
        self.folder.rmdir()

    def command(self, *command: str) -> Sequence[str]:
        """Return a command line that starts ``command`` (its program as a full path) in the group."""
        return [sys.executable, "-c", _JOIN, str(self.folder / "cgroup.procs"), *command]

    @property
    def peak(self) -> int:
        """The most bytes the group has held, pages of files included."""
        name = "memory.peak" if self._unified else "memory.max_usage_in_bytes"
        return int((self.folder / name).read_text("ascii"))

    @property
    def kills(self) -> int:
        """How many processes of the group the kernel has killed for memory."""
        name = "memory.events" if self._unified else "memory.oom_control"
        rows = dict(line.split() for line in (self.folder / name).read_text("ascii").splitlines())
        return int(rows.get("oom_kill", 0))


def forget_pages(path: Path) -> None:
    """Drop a file's pages from the system's cache, as after a restart of the computer."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(file)
