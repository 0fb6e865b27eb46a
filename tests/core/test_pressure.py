"""Pressure from each system's signal, the calm after it, and the battery.

The signals of macOS and Windows are tried with handles that answer as those systems do.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from app.core.computer.memory import Memory
from app.core.computer.power import MAINS, Power, power_now
from app.core.computer.pressure import (
    CALM_READINGS,
    LinuxSignal,
    MacSignal,
    Pressure,
    PressureGauge,
    WindowsSignal,
    below_floor,
    this_systems_signal,
)

NONE, SHORT, CRITICAL = Pressure


def _memory(available: float = 8000, total: float = 16_000, swapped_in: float = 0) -> Memory:
    return Memory(total, available, None, 0, 4000, 0, swapped_in)


class _Script:
    """A signal that says what it is told to."""

    def __init__(self, *levels: Pressure) -> None:
        self.levels = list(levels)
        self.free: list[float] = []

    def level(self, memory: Memory, free_mib: float) -> Pressure:
        assert memory.total_mib > 0
        self.free.append(free_mib)
        return self.levels.pop(0)


def test_it_rises_at_once_and_falls_after_a_calm_while() -> None:
    calm = [NONE] * CALM_READINGS
    gauge = PressureGauge(_Script(NONE, SHORT, CRITICAL, *calm, SHORT, NONE, SHORT, *calm), _memory)
    said = [gauge.read().pressure for _ in range(3 + CALM_READINGS)]
    assert said == [NONE, SHORT, *[CRITICAL] * CALM_READINGS, NONE]
    said = [gauge.read().pressure for _ in range(3 + CALM_READINGS)]
    assert said == [SHORT, SHORT, *[SHORT] * CALM_READINGS, NONE]


def test_it_falls_to_what_is_left_of_it() -> None:
    gauge = PressureGauge(_Script(CRITICAL, *[SHORT] * CALM_READINGS), _memory)
    assert [gauge.read().pressure for _ in range(1 + CALM_READINGS)][-1] is SHORT


def test_pages_that_are_needed_again_are_not_free() -> None:
    script = _Script(NONE, NONE)
    gauge = PressureGauge(script, lambda: _memory(available=3000))
    reading = gauge.read(needed_mib=2500)
    assert reading.free_mib == 500
    assert reading.used_mib == 15_500
    assert gauge.read(needed_mib=5000).free_mib == 0
    assert script.free == [500, 0]


@pytest.mark.parametrize(
    ("total", "free", "level"),
    [
        (16_000, 600, NONE),
        (16_000, 511, SHORT),
        (16_000, 190, CRITICAL),
        (1000, 50, NONE),  # a small control group is not short all the time
        (1000, 39, SHORT),
        (1000, 14, CRITICAL),
    ],
)
def test_the_floor(total: float, free: float, level: Pressure) -> None:
    assert below_floor(_memory(free, total), free) is level


def _files(
    root: Path, everyones: str = "0.00", ours: str | None = None, limit: str = "9999999999"
) -> LinuxSignal:
    pressure = root / "proc/pressure"
    pressure.mkdir(parents=True)
    (pressure / "memory").write_text(
        f"some avg10={everyones} avg60=0.00 avg300=0.00 total=1\nfull avg10=0"
    )
    (root / "proc/self").mkdir()
    (root / "proc/self/cgroup").write_text("0::/app.scope\n")
    group = root / "sys/fs/cgroup/app.scope"
    group.mkdir(parents=True)
    (root / "sys/fs/cgroup/cgroup.controllers").touch()
    (root / "sys/fs/cgroup/memory.pressure").write_text(f"some avg10={everyones}")
    if ours is not None:
        (group / "memory.max").write_text(limit)
        (group / "memory.current").write_text("1000")
        (group / "memory.pressure").write_text(f"some avg10={ours} avg60=0.00 avg300=0.00 total=1\n")
    return LinuxSignal(root)


@pytest.mark.parametrize(("stall", "level"), [("9.99", NONE), ("10.00", SHORT), ("40.00", CRITICAL)])
def test_linux_stalls_of_everyone_count_when_little_is_free(
    tmp_path: Path, stall: str, level: Pressure
) -> None:
    signal = _files(tmp_path, everyones=stall)
    assert signal.level(_memory(), 3000) is level
    assert signal.level(_memory(), 8000) is NONE  # someone else's limit


@pytest.mark.parametrize(("stall", "level"), [("9.99", NONE), ("10.00", SHORT), ("40.00", CRITICAL)])
def test_linux_stalls_in_a_limit_of_our_own_always_count(
    tmp_path: Path, stall: str, level: Pressure
) -> None:
    assert _files(tmp_path, ours=stall).level(_memory(), 8000) is level


def test_linux_a_group_without_a_limit_is_shared_with_others(tmp_path: Path) -> None:
    signal = _files(tmp_path, ours="99", limit="max")
    assert signal.level(_memory(), 8000) is NONE
    assert signal.level(_memory(), 3000) is CRITICAL


def test_linux_pages_fetched_back_from_swap(tmp_path: Path) -> None:
    signal = _files(tmp_path)
    said = [signal.level(_memory(swapped_in=total), 8000) for total in (5000, 5000, 5010, 5200, 5201)]
    assert said == [NONE, NONE, SHORT, CRITICAL, NONE]


@pytest.mark.parametrize("content", ["", "some", "some avg10=", "some avg10=nan", "full avg10=90", "\0"])
def test_linux_files_with_nonsense_say_nothing(tmp_path: Path, content: str) -> None:
    signal = _files(tmp_path, ours="0")
    for path in ("proc/pressure/memory", "sys/fs/cgroup/app.scope/memory.pressure"):
        (tmp_path / path).write_text(content)
    assert signal.level(_memory(), 3000) is NONE


def test_linux_without_any_file(tmp_path: Path) -> None:
    assert LinuxSignal(tmp_path).level(_memory(), 3000) is NONE
    assert LinuxSignal(tmp_path).level(_memory(), 100) is CRITICAL


def test_this_computer_has_a_signal() -> None:
    reading = PressureGauge(this_systems_signal()).read()
    assert reading.pressure in Pressure
    assert reading.memory.total_mib > 0


class _Libc:
    def __init__(self, level: int, error: int = 0) -> None:
        self.level, self.error = level, error

    def sysctlbyname(self, name: bytes, value: Any, size: Any, new: None, length: int) -> int:
        assert (name, new, length) == (b"kern.memorystatus_vm_pressure_level", None, 0)
        assert ctypes.cast(size, ctypes.POINTER(ctypes.c_size_t))[0] == ctypes.sizeof(ctypes.c_int)
        ctypes.cast(value, ctypes.POINTER(ctypes.c_int))[0] = self.level
        return self.error


@pytest.mark.parametrize(
    ("answer", "error", "level"),
    [(1, 0, NONE), (2, 0, SHORT), (4, 0, CRITICAL), (0, 0, NONE), (77, 0, NONE), (4, -1, NONE)],
)
def test_macos_takes_the_kernels_level(answer: int, error: int, level: Pressure) -> None:
    assert MacSignal(_Libc(answer, error)).level(_memory(100), 100) is level


class _Kernel32:
    def __init__(self, low: bool = False, commit_left: float = 0.5, handle: int | None = 7) -> None:
        self.low, self.commit_left = low, commit_left
        self.CreateMemoryResourceNotification = _Function(self._create)
        self.handle = handle

    def _create(self, kind: int) -> int | None:
        assert kind == 0
        return self.handle

    def QueryMemoryResourceNotification(self, handle: ctypes.c_void_p, answer: Any) -> int:
        assert handle.value == self.handle
        ctypes.cast(answer, ctypes.POINTER(ctypes.c_int))[0] = self.low
        return 1

    def GlobalMemoryStatusEx(self, status: Any) -> int:
        raw = ctypes.cast(status, ctypes.POINTER(ctypes.c_uint64))
        assert ctypes.cast(status, ctypes.POINTER(ctypes.c_uint32))[0] == 64  # its length comes first
        raw[3], raw[4] = 20_000, int(20_000 * self.commit_left)
        return 1


class _Function:
    """A function of a library: it can be called, and its result's type can be set."""

    restype: object = None

    def __init__(self, call: Callable[[int], int | None]) -> None:
        self._call = call

    def __call__(self, kind: int) -> int | None:
        return self._call(kind)


@pytest.mark.parametrize(
    ("low", "commit_left", "free", "level"),
    [
        (False, 0.5, 3000, NONE),
        (True, 0.5, 3000, SHORT),
        (True, 0.5, 400, CRITICAL),
        (False, 0.5, 400, SHORT),
        (False, 0.04, 3000, SHORT),
        (False, 0.01, 3000, CRITICAL),
    ],
)
def test_windows_notification_commit_and_floor(
    low: bool, commit_left: float, free: float, level: Pressure
) -> None:
    assert WindowsSignal(_Kernel32(low, commit_left)).level(_memory(free), free) is level


def test_windows_without_a_notification_has_the_rest() -> None:
    assert WindowsSignal(_Kernel32(low=True, handle=None)).level(_memory(400), 400) is SHORT


# --- the battery ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("percent", "plugged", "power"),
    [
        (40, False, Power(on_battery=True, percent=40)),
        (40, True, MAINS),
        (40, None, MAINS),
        (250, False, Power(on_battery=True, percent=100)),
        (-3, False, Power(on_battery=True, percent=0)),
    ],
)
def test_the_battery(
    monkeypatch: pytest.MonkeyPatch, percent: float, plugged: bool | None, power: Power
) -> None:
    battery = SimpleNamespace(percent=percent, power_plugged=plugged)
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)
    assert power_now() == power


def test_no_battery_and_one_that_fails_count_as_mains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "sensors_battery", lambda: None, raising=False)
    assert power_now() == MAINS

    def failing() -> None:
        raise OSError

    monkeypatch.setattr(psutil, "sensors_battery", failing, raising=False)
    assert power_now() == MAINS
    monkeypatch.delattr(psutil, "sensors_battery")
    assert power_now() == MAINS


@pytest.mark.skipif(sys.platform != "linux", reason="the stall file is Linux's")
def test_the_stall_file_of_this_kernel_is_understood() -> None:
    path = Path("/proc/pressure/memory")
    if not path.exists():
        pytest.skip("this kernel keeps no stall times")
    assert path.read_text("ascii").startswith("some avg10=")


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's files")
@pytest.mark.parametrize("word", ["", "unknown", "-1"])
def test_a_battery_whose_driver_writes_no_number_counts_as_mains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    battery = tmp_path / "BAT0"
    battery.mkdir()
    for name, value in {"energy_now": word, "energy_full": "50", "capacity": word}.items():
        (battery / name).write_text(value)
    monkeypatch.setattr("psutil._pslinux.POWER_SUPPLY_PATH", str(tmp_path))
    assert power_now() == MAINS
