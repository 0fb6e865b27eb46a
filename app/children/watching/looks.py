"""Time in which nobody here could listen.

Job: tell whoever waits for a child, look after look, how long this whole process stood still: a
computer that slept, a program that was stopped. Rule: such time counts for no child's silence, which
most often stood still as well and has had no chance to speak yet.
"""

from __future__ import annotations

import time
from collections.abc import Callable

STOOD_STILL_S = 5.0
"""So long between two looks that are half a second apart: more than a busy computer takes."""


class Looks:
    """Asked before each look for something to read; ``clock`` gives monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()

    def missed(self) -> float:
        """Return the seconds since the last look in which this process stood still, mostly 0.0."""
        before, self._last = self._last, self._clock()
        passed = self._last - before
        return passed if passed > STOOD_STILL_S else 0.0
