"""What ``doctor`` says of memory, its pressure, and the battery.

Job: one reading of each, as plain data and as lines. Rule: as the window's own care of the engine reads
them, so that a report explains what the window did.
"""

from __future__ import annotations

from typing import Any

from app.core.computer.memory import Memory, memory_now
from app.core.computer.power import Power, power_now
from app.core.computer.pressure import Pressure, PressureGauge, this_systems_signal
from app.core.texts import text


def memory_report() -> dict[str, Any]:
    """Return plain data in MiB; ``limit_mib`` is None without a limit, the pressure is a word."""
    reading = PressureGauge(this_systems_signal(), memory_now).read()
    return _plain(reading.memory, reading.pressure)


def power_report() -> dict[str, Any]:
    """Return plain data: whether the battery is used, and how full it is in percent."""
    power: Power = power_now()
    return {"on_battery": power.on_battery, "percent": round(power.percent)}


def memory_lines(report: dict[str, Any], power: dict[str, Any]) -> list[str]:
    """Return both reports in words."""
    lines = [_line("memory", free=report["available_mib"], pressure=_line(report["pressure"]))]
    if report["limit_mib"] is not None:
        lines.append(_line("limit", limit=report["limit_mib"], used=report["limit_used_mib"]))
    if report["swap_total_mib"]:
        lines.append(_line("swap", used=report["swap_used_mib"], total=report["swap_total_mib"]))
    lines.append(_line("battery", percent=power["percent"]) if power["on_battery"] else _line("mains"))
    return lines


def _plain(memory: Memory, pressure: Pressure) -> dict[str, Any]:
    return {
        "total_mib": round(memory.total_mib),
        "available_mib": round(memory.available_mib),
        "limit_mib": None if memory.limit_mib is None else round(memory.limit_mib),
        "limit_used_mib": round(memory.limit_used_mib),
        "swap_total_mib": round(memory.swap_total_mib),
        "swap_used_mib": round(memory.swap_used_mib),
        "pressure": pressure.name.lower(),
    }


def _line(key: str, **values: str | int) -> str:
    return text(f"care.doctor.{key}", **values)
