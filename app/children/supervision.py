"""Patience with a child: how often it may be restarted, and when its silence is worth a word.

Job: two small counters over an injected clock. Rule: no threads, no timers, no Qt; the clock is
monotonic, so that a changed wall clock neither grants nor costs a restart.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

Clock = Callable[[], float]


class RestartBudget:
    """Allows ``limit`` restarts within any ``window_s`` seconds."""

    def __init__(self, limit: int = 3, window_s: float = 600.0, clock: Clock = time.monotonic) -> None:
        self._limit = limit
        self._window_s = window_s
        self._clock = clock
        self._spent: deque[float] = deque()

    @property
    def used(self) -> int:
        """How many restarts lie within the window that ends now."""
        oldest = self._clock() - self._window_s
        while self._spent and self._spent[0] <= oldest:
            self._spent.popleft()
        return len(self._spent)

    @property
    def left(self) -> int:
        """How many restarts are still allowed now."""
        return max(0, self._limit - self.used)

    def spend(self) -> bool:
        """Take one restart; False, and nothing taken, when none is left."""
        if not self.left:
            return False
        self._spent.append(self._clock())
        return True


class Watchdog:
    """Notices that a child has said nothing for a while.

    The owner calls ``heard`` for each message, uses ``wait_s`` as the time limit of its next
    receive, and ``check`` when that limit passed. ``on_quiet`` is then called with the seconds of
    silence so far, once for each further ``quiet_s``: the child is "still working", not dead.
    """

    def __init__(
        self, on_quiet: Callable[[float], None], quiet_s: float = 10.0, clock: Clock = time.monotonic
    ) -> None:
        self._on_quiet = on_quiet
        self._quiet_s = quiet_s
        self._clock = clock
        self._heard_at = self._due = 0.0
        self.heard()

    def heard(self) -> None:
        """Note a sign of life; also called when a new request begins."""
        self._heard_at = self._clock()
        self._due = self._heard_at + self._quiet_s

    @property
    def silence_s(self) -> float:
        """Seconds since the last sign of life."""
        return self._clock() - self._heard_at

    def wait_s(self) -> float:
        """Seconds until the next word about silence is due, at least 0."""
        return max(0.0, self._due - self._clock())

    def check(self) -> bool:
        """Report the silence if a report is due; returns whether it was."""
        now = self._clock()
        if now < self._due:
            return False
        # Missed reports (the computer slept) are not made up for.
        self._due = now + self._quiet_s
        self._on_quiet(now - self._heard_at)
        return True
