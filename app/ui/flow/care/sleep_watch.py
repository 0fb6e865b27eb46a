"""Whether this computer has slept.

Job: compare a clock that stands still during sleep with one that goes on. Rule: a wrong answer must be
harmless: somebody who sets the clock causes a check of the engine, and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

SLEPT_S = 5.0
"""The clocks differ by this much more than before: it slept. Less is how clocks are kept right."""

STOOD_STILL_S = 60.0
"""So long between two checks: some systems' clocks all go on during sleep."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """Two clocks at one moment, in seconds: of the time awake, and of the time that passed."""

    awake: float
    passed: float


def clocks_now() -> Clocks:
    """Read both clocks; where the system has none that counts sleep, the wall clock is the second."""
    boot_time = getattr(time, "CLOCK_BOOTTIME", None)  # Linux has it
    passed = time.time() if boot_time is None else time.clock_gettime(boot_time)
    return Clocks(time.monotonic(), passed)


class SleepWatch:
    """Ask :meth:`woke` every few seconds; ``clocks`` reads both clocks."""

    def __init__(self, clocks: Callable[[], Clocks] = clocks_now) -> None:
        self._clocks = clocks
        self._before = clocks()

    def woke(self) -> bool:
        """Say whether the computer slept since the last call."""
        before, now = self._before, self._clocks()
        self._before = now
        awake, passed = now.awake - before.awake, now.passed - before.passed
        return passed - awake > SLEPT_S or awake > STOOD_STILL_S
