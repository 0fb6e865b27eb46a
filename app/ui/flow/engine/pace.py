"""How long reading a prompt or loading a model will still take.

Job: from what was done since the work began to the seconds that are left. Rule: an estimate is made
of what is measured now and here, and not before there is something to measure.
"""

from __future__ import annotations

import time
from collections.abc import Callable

SURE_AFTER_S = 0.5
WORTH_SAYING_S = 1.0


class Pace:
    """Follows one piece of work at a time; ``clock`` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = 0.0
        self._first = self._done = self._total = 0.0

    def seconds_left(self, done: float, total: float) -> int:
        """Return about how many seconds the work still takes; 0 where nobody can say, or soon.

        Another ``total``, or less done than before, is another piece of work.
        """
        now = self._clock()
        if total != self._total or done < self._done:
            self._began, self._first, self._total = now, done, total
        self._done = done
        since, took = done - self._first, now - self._began
        if since <= 0 or took < SURE_AFTER_S:
            return 0
        left = (total - done) * took / since
        return round(left) if left >= WORTH_SAYING_S else 0
