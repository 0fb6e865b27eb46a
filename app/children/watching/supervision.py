"""Patience with a child: how often it may be restarted.

Job: one small counter over an injected clock. Rule: no threads, no timers, no Qt; the clock is
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
