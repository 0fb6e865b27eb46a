"""A real memory control group, where this computer lets one be made.

Job: a group with a limit that tests put processes into. Rule: none is left behind; without the right to
make one there is none, and a test says so by skipping.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MIB = 2**20
_HOMES = (Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup"))
_LIMITS = ("memory.limit_in_bytes", "memory.max")


@dataclass(frozen=True)
class MemoryGroup:
    """One group; everything a member starts is a member too."""

    folder: Path

    def enter(self, pid: int) -> None:
        """Make a process a member."""
        (self.folder / "cgroup.procs").write_text(str(pid), "ascii")

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Have what is started meanwhile begin its life in the group."""
        self.enter(os.getpid())
        try:
            yield
        finally:
            (self.folder.parent / "cgroup.procs").write_text(str(os.getpid()), "ascii")

    @property
    def kills(self) -> int:
        """How many processes the system has killed for want of memory in the group."""
        for name in ("memory.oom_control", "memory.events"):
            path = self.folder / name
            for line in path.read_text("ascii").splitlines() if path.exists() else ():
                word, _, value = line.partition(" ")
                if word == "oom_kill":
                    return int(value)
        raise AssertionError("this kernel does not count kills")

    @property
    def peak_mib(self) -> int:
        """The most the group has held, pages of files included."""
        for name in ("memory.max_usage_in_bytes", "memory.peak"):
            path = self.folder / name
            if path.exists():
                return int(path.read_text("ascii")) // MIB
        raise AssertionError("this kernel does not keep the peak")


def forget_pages(path: Path) -> None:
    """Drop a file's pages from the system's cache, as after a restart of the computer."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(file)


@contextmanager
def memory_group(limit_mib: int) -> Iterator[MemoryGroup | None]:
    """Make a group with a limit; None where that is not allowed. Its members must have ended."""
    group = _made(limit_mib)
    try:
        yield group
    finally:
        if group is not None:
            group.folder.rmdir()


def _made(limit_mib: int) -> MemoryGroup | None:
    for home in _HOMES:
        folder = home / f"cloister-test-{os.getpid()}"
        try:
            folder.mkdir()
        except OSError:
            continue
        for name in _LIMITS:
            if (folder / name).exists():
                (folder / name).write_text(str(limit_mib * MIB), "ascii")
                return MemoryGroup(folder)
        folder.rmdir()
    return None


def pages_awaited(pid: int | None) -> int:
    """Return how often a process has waited for a page from the disk (field 12 of proc_pid_stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return int(fields[9])
