"""How long reading will still take.

Job: from what was read since the reading began to the seconds that are left. Rule: an estimate is made
of what is measured now and here, and not before there is something to measure.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from app.engine.protocol.events import PrefillProgress

SURE_AFTER_S = 0.5
WORTH_SAYING_S = 1.0


class ReadingPace:
    """Follows one reading at a time; ``clock`` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = 0.0
        self._first = 0
        self._done = 0
        self._total = 0

    def seconds_left(self, progress: PrefillProgress) -> int:
        """Return about how many seconds the reading still takes; 0 where nobody can say, or soon."""
        now = self._clock()
        if progress.total != self._total or progress.done < self._done:
            self._began, self._first, self._total = now, progress.done, progress.total
        self._done = progress.done
        read, took = progress.done - self._first, now - self._began
        if read <= 0 or took < SURE_AFTER_S:
            return 0
        left = (progress.total - progress.done) * took / read
        return round(left) if left >= WORTH_SAYING_S else 0
