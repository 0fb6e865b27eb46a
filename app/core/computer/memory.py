"""How much memory this computer has, and how much of it this program may still take.

Job: one reading of physical memory, swap and, on Linux, every control group (version 1 or 2) that this
process lives in. Rule: what can be had is the least of all that bounds us; file pages that the system
would give back count as free. Read before a child confines itself: these files are closed to it then.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

MIB = 2**20

SYSTEM_ROOT = Path("/")
"""Where ``proc`` and ``sys`` lie; tests lay a tree of their own."""


@dataclass(frozen=True, slots=True)
class Memory:
    """One reading, in MiB.

    ``available_mib`` can be had without swapping and inside every limit; ``limit_mib`` is the tightest
    control group's (None without one) and ``limit_used_mib`` what of that cannot be given back.
    ``swapped_in_mib`` counts all that had to be fetched back since the computer started.
    """

    total_mib: float
    available_mib: float
    limit_mib: float | None
    limit_used_mib: float
    swap_total_mib: float
    swap_used_mib: float
    swapped_in_mib: float = 0.0

    @property
    def ceiling_mib(self) -> float:
        """What this program could have at the very most: physical memory, or a tighter limit."""
        return self.total_mib if self.limit_mib is None else min(self.total_mib, self.limit_mib)

    @property
    def used_mib(self) -> float:
        """What is taken of the ceiling and cannot be given back."""
        return max(0.0, self.ceiling_mib - self.available_mib)


@dataclass(frozen=True, slots=True)
class GroupLimit:
    """One control group's limit and what of it cannot be given back, in MiB."""

    limit_mib: float
    used_mib: float

    @property
    def free_mib(self) -> float:
        """What may still be taken inside this group."""
        return max(0.0, self.limit_mib - self.used_mib)


def memory_now(root: Path = SYSTEM_ROOT) -> Memory:
    """Return the state of memory at this moment; ``root`` is where ``proc`` and ``sys`` lie."""
    machine, swap = psutil.virtual_memory(), psutil.swap_memory()
    total, available = machine.total / MIB, machine.available / MIB
    limits = [limit for limit in group_limits(root) if limit.limit_mib < total]
    tightest = min(limits, key=lambda limit: limit.limit_mib, default=None)
    return Memory(
        total_mib=total,
        available_mib=min([available, *(limit.free_mib for limit in limits)]),
        limit_mib=tightest.limit_mib if tightest else None,
        limit_used_mib=tightest.used_mib if tightest else 0.0,
        swap_total_mib=swap.total / MIB,
        swap_used_mib=swap.used / MIB,
        swapped_in_mib=swap.sin / MIB,
    )


def mapped_mib(pid: int) -> float:
    """Return how many pages of files a process holds, in MiB, where such pages count as available.

    That is on Linux, even for a process that computes with them and needs them again; elsewhere 0.
    """
    if sys.platform != "linux":
        return 0.0
    try:
        return float(psutil.Process(pid).memory_info().shared / MIB)
    except psutil.Error:  # it ended meanwhile
        return 0.0


def group_limits(root: Path = SYSTEM_ROOT) -> list[GroupLimit]:
    """Return the limit of every control group above this process that has one; none but on Linux."""
    if sys.platform != "linux":
        return []
    return [limit for folder in memory_groups(root) if (limit := group_limit(folder)) is not None]


def memory_groups(root: Path = SYSTEM_ROOT) -> Iterator[Path]:
    """Yield the folders of this process' control groups, innermost first, with the hierarchy's own root.

    Inside a container the path in ``/proc`` may be that of the computer outside: what is not there is
    skipped, and the root is then the container's own group.
    """
    mounts = root / "sys/fs/cgroup"
    for line in _text(root / "proc/self/cgroup").splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0":
            home = mounts if (mounts / "cgroup.controllers").exists() else mounts / "unified"
        elif "memory" in controllers.split(","):
            home = mounts / "memory"
        else:
            continue
        parts = [part for part in path.split("/") if part not in ("", "..", ".")]
        for depth in range(len(parts), -1, -1):
            folder = home.joinpath(*parts[:depth])
            if folder.is_dir():
                yield folder


def group_limit(folder: Path) -> GroupLimit | None:
    """Return the limit of one control group, None where it has none."""
    bounds = [
        value
        for name in ("memory.max", "memory.high", "memory.limit_in_bytes")
        if (value := _number(folder / name)) is not None
    ]
    taken = [
        value
        for name in ("memory.current", "memory.usage_in_bytes")
        if (value := _number(folder / name)) is not None
    ]
    if not bounds or not taken:
        return None
    return GroupLimit(min(bounds) / MIB, max(0, taken[0] - _given_back(folder)) / MIB)


def _given_back(folder: Path) -> int:
    """Return the bytes of a group that the system takes back when it needs them: pages of files."""
    facts = {}
    for line in _text(folder / "memory.stat").splitlines():
        name, _, value = line.partition(" ")
        if value.isdigit():
            facts[name] = int(value)
    # Version 1 says "total_" for a group with the groups inside it; version 2 always means those too.
    return sum(
        facts.get(f"total_{name}", facts.get(name, 0))
        for name in ("inactive_file", "active_file", "slab_reclaimable")
    )


def _number(path: Path) -> int | None:
    words = _text(path).strip()
    return int(words) if words.isdigit() else None  # "max" is no limit


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace")
    except OSError:  # not there, or not ours to read: it bounds nothing we can know of
        return ""
