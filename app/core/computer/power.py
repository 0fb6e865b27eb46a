"""Whether this computer runs on its battery.

Job: one reading of the power supply. Rule: what cannot be known counts as mains, so that a computer
without a battery, or one that does not tell, is never held back.
"""

from __future__ import annotations

from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Power:
    """``on_battery``, and how full the battery is in percent (100 where there is none)."""

    on_battery: bool
    percent: float


MAINS = Power(on_battery=False, percent=100.0)


def power_now() -> Power:
    """Return the state of the power supply."""
    try:
        # Some builds of the library have no such function: then the system has no batteries to tell of.
        sensors = getattr(psutil, "sensors_battery", None)
        battery = sensors() if sensors else None
    except (OSError, RuntimeError, TypeError, ValueError):  # a driver that answers nonsense
        return MAINS
    if battery is None or battery.power_plugged is not False:
        return MAINS
    return Power(on_battery=True, percent=max(0.0, min(100.0, float(battery.percent))))
