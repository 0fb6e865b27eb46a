"""Whether memory is short, as the system itself sees it.

Job: one word (none, short, critical) from each system's own signal: stall times and free memory on
Linux, the kernel's pressure level on macOS, the low-memory notification and what may still be committed
on Windows. Rule: it rises at once and falls only after a calm while, so that nobody steps up and down.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from app.core.computer.memory import SYSTEM_ROOT, Memory, group_limit, memory_groups, memory_now

CALM_READINGS = 5
"""So many lower readings in a row it takes to believe that it is over."""

STALL_SHORT, STALL_CRITICAL = 10.0, 40.0
"""Percent of the last ten seconds in which some process waited for memory."""

SWAPPING_SHORT_MIB, SWAPPING_CRITICAL_MIB = 8.0, 128.0
"""What was fetched back from swap between two readings."""

FLOOR_SHORT_MIB, FLOOR_CRITICAL_MIB = 512.0, 192.0
FLOOR_SHORT_SHARE, FLOOR_CRITICAL_SHARE = 0.04, 0.015
"""Less free memory than this is short: the smaller of a size and a share of all there is."""

ROOMY_SHARE = 0.25
"""With more of memory free than this, other programs' stalls are their own limits', not ours."""

COMMIT_SHORT_SHARE, COMMIT_CRITICAL_SHARE = 0.05, 0.02
"""What of the commit limit is left, on Windows, where a promise that cannot be kept ends a program."""


class Pressure(IntEnum):
    """How short memory is: not, so that nothing optional should be done, or so that a system swaps."""

    NONE = 0
    SHORT = 1
    CRITICAL = 2


class Signal(Protocol):
    """One system's way of saying it."""

    def level(self, memory: Memory, free_mib: float) -> Pressure:
        """Return the pressure now; ``free_mib`` is what is really free (see :class:`PressureGauge`)."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read at once: the pressure, memory, and what is really free of it, in MiB."""

    pressure: Pressure
    memory: Memory
    free_mib: float

    @property
    def used_mib(self) -> float:
        """What is taken of :attr:`Memory.ceiling_mib`, pages that are needed again counted."""
        return max(0.0, self.memory.ceiling_mib - self.free_mib)


class PressureGauge:
    """Reads memory and pressure; keep one and read it at regular intervals, a few seconds apart."""

    def __init__(self, signal: Signal, memory: Callable[[], Memory] = memory_now) -> None:
        self._signal = signal
        self._memory = memory
        self._level = Pressure.NONE
        self._calm = 0

    def read(self, needed_mib: float = 0.0) -> Reading:
        """Return a new reading.

        ``needed_mib`` are pages of files that count as free and are not: weights that are computed with
        where they lie in the system's cache. Without them each token would wait for the disk.
        """
        memory = self._memory()
        free = max(0.0, memory.available_mib - needed_mib)
        now = self._signal.level(memory, free)
        if now >= self._level:
            self._level, self._calm = now, 0
        else:
            self._calm += 1
            if self._calm >= CALM_READINGS:
                self._level, self._calm = now, 0
        return Reading(self._level, memory, free)


def this_systems_signal() -> Signal:
    """Return the signal of the system this runs on."""
    if sys.platform == "darwin":
        return MacSignal(ctypes.CDLL(None, use_errno=True))
    if sys.platform == "win32":
        return WindowsSignal(ctypes.WinDLL("kernel32", use_last_error=True))
    return LinuxSignal()


class LinuxSignal:
    """Stall times of the computer and of our own control groups, what is free, what is swapped in.

    ``root`` is where ``proc`` and ``sys`` lie.
    """

    def __init__(self, root: Path = SYSTEM_ROOT) -> None:
        self._root = root
        self._swapped_in: float | None = None

    def level(self, memory: Memory, free_mib: float) -> Pressure:
        """Return the pressure now; call it once for each reading, it compares with the one before."""
        stall = self._stall(free_mib < ROOMY_SHARE * memory.ceiling_mib)
        before, self._swapped_in = self._swapped_in, memory.swapped_in_mib
        swapping = 0.0 if before is None else memory.swapped_in_mib - before
        return max(
            _above(stall, STALL_SHORT, STALL_CRITICAL),
            _above(swapping, SWAPPING_SHORT_MIB, SWAPPING_CRITICAL_MIB),
            below_floor(memory, free_mib),
        )

    def _stall(self, everyones: bool) -> float:
        """Return the worst stall time that concerns us, in percent; ``everyones``: of all programs."""
        # A group without a limit of its own holds other programs, which may stall in theirs.
        groups = [group for group in memory_groups(self._root) if everyones or group_limit(group)]
        files = [group / "memory.pressure" for group in groups]
        if everyones:
            files.append(self._root / "proc/pressure/memory")
        return max((_some_avg10(path) for path in files), default=0.0)


_MAC_LEVELS: Mapping[int, Pressure] = MappingProxyType({2: Pressure.SHORT, 4: Pressure.CRITICAL})


class MacSignal:
    """The kernel's own level; ``libc`` is a handle of the C library."""

    def __init__(self, libc: Any) -> None:
        self._libc = libc

    def level(self, memory: Memory, free_mib: float) -> Pressure:  # noqa: ARG002 - the kernel knows better
        """Return the kernel's level; none where it does not tell."""
        value = ctypes.c_int(0)
        size = ctypes.c_size_t(ctypes.sizeof(value))
        name = b"kern.memorystatus_vm_pressure_level"
        failed = self._libc.sysctlbyname(name, ctypes.byref(value), ctypes.byref(size), None, 0)
        return Pressure.NONE if failed else _MAC_LEVELS.get(value.value, Pressure.NONE)


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load_percent", ctypes.c_uint32),
        ("total_physical", ctypes.c_uint64),
        ("free_physical", ctypes.c_uint64),
        ("total_commit", ctypes.c_uint64),
        ("free_commit", ctypes.c_uint64),
        ("total_virtual", ctypes.c_uint64),
        ("free_virtual", ctypes.c_uint64),
        ("free_extended_virtual", ctypes.c_uint64),
    )


class WindowsSignal:
    """The low-memory notification, the commit limit and what is free; ``kernel32`` is its handle."""

    _LOW = 0

    def __init__(self, kernel32: Any) -> None:
        self._kernel32 = kernel32
        kernel32.CreateMemoryResourceNotification.restype = ctypes.c_void_p
        self._notification = kernel32.CreateMemoryResourceNotification(self._LOW)

    def level(self, memory: Memory, free_mib: float) -> Pressure:
        """Return the pressure now."""
        floor = below_floor(memory, free_mib)
        low = self._is_low()
        if low and floor is not Pressure.NONE:
            return Pressure.CRITICAL
        return max(Pressure.SHORT if low else Pressure.NONE, floor, self._commit())

    def _is_low(self) -> bool:
        answer = ctypes.c_int(0)
        if not self._notification:
            return False
        handle = ctypes.c_void_p(self._notification)
        asked = self._kernel32.QueryMemoryResourceNotification(handle, ctypes.byref(answer))
        return bool(asked and answer.value)

    def _commit(self) -> Pressure:
        status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
        if not self._kernel32.GlobalMemoryStatusEx(ctypes.byref(status)) or not status.total_commit:
            return Pressure.NONE
        left = status.free_commit / status.total_commit
        return _above(-left, -COMMIT_SHORT_SHARE, -COMMIT_CRITICAL_SHARE)


def below_floor(memory: Memory, free_mib: float) -> Pressure:
    """Return how short memory is by what is free alone."""
    short = min(FLOOR_SHORT_MIB, FLOOR_SHORT_SHARE * memory.ceiling_mib)
    critical = min(FLOOR_CRITICAL_MIB, FLOOR_CRITICAL_SHARE * memory.ceiling_mib)
    return _above(-free_mib, -short, -critical)


def _above(value: float, short: float, critical: float) -> Pressure:
    if value >= critical:
        return Pressure.CRITICAL
    return Pressure.SHORT if value >= short else Pressure.NONE


def _some_avg10(path: Path) -> float:
    """Return ``some avg10`` of a pressure file, 0 without one (an older kernel, or it is turned off)."""
    try:
        words = path.read_text("ascii", "replace").split()
    except OSError:
        return 0.0
    if words[:1] != ["some"] or len(words) < 2 or not words[1].startswith("avg10="):
        return 0.0
    try:
        return float(words[1].removeprefix("avg10="))
    except ValueError:
        return 0.0
