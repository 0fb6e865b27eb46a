"""What to give up, and when, as memory gets short.

Job: one step at a time, from what nobody notices to ending the engine. Rule: a step is given time to
help before the next; an answer is interrupted only where the system would begin to swap; a context
never becomes shorter than the conversation on screen.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum, auto

from app.core.computer.pressure import Pressure

SETTLE_S = 15.0
"""How long a step may take to show in the readings."""

URGENT_SETTLE_S = 6.0
"""The same where memory is critical."""

LEAST_CONTEXT = 2048
ROOM_FOR_ANSWER = 1024
_ROUND = 256


class Step(Enum):
    """What is to be done now."""

    NOTHING = auto()
    FREE = auto()
    """Give the caches back."""
    SHORTEN = auto()
    """Load again with half the context."""
    INTERRUPT = auto()
    """Stop the answer; what is written stays."""
    SMALLEST = auto()
    """Load again with as little as the conversation needs."""
    END = auto()
    """End the engine."""


class StepDown:
    """Decides for one loaded model file; ``clock`` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._freed = False
        self._critical_before = False
        self._wait_until = 0.0

    def settle(self) -> None:
        """Wait for the next readings: something has changed, a model was loaded, say."""
        self._wait_until = self._clock() + SETTLE_S

    def next(
        self, pressure: Pressure, *, busy: bool, context: int, needed: int, tight: bool = False
    ) -> Step:
        """Return what to do; call it for each reading and do what it says.

        ``busy``: an answer is being written. ``context`` is what is loaded, ``needed`` what the
        conversation on screen takes of it, in tokens. ``tight``: it was known from the start that memory
        would be short, so being short alone is no reason to load again.
        """
        was_critical, self._critical_before = self._critical_before, pressure is Pressure.CRITICAL
        if pressure is Pressure.NONE:
            self._freed = False
            return Step.NOTHING
        if self._clock() < self._wait_until:
            return Step.NOTHING
        if pressure is Pressure.CRITICAL:
            return self._urgent(was_critical, busy, smallest(context, needed) > 0)
        if busy:
            return Step.NOTHING
        if not self._freed:
            self._freed = True
            return self._done(Step.FREE, SETTLE_S)
        if not tight and shorter(context, needed):
            return self._done(Step.SHORTEN, SETTLE_S)
        return Step.NOTHING

    def _urgent(self, was_critical: bool, busy: bool, can_shrink: bool) -> Step:
        if busy:  # two readings in a row: one alone may be a moment's
            return Step.INTERRUPT if was_critical else Step.NOTHING
        if not self._freed:
            self._freed = True
            return Step.FREE
        return self._done(Step.SMALLEST if can_shrink else Step.END, URGENT_SETTLE_S)

    def _done(self, step: Step, settle_s: float) -> Step:
        self._wait_until = self._clock() + settle_s
        return step


def shorter(context: int, needed: int) -> int:
    """Return half of ``context``, or as little less as the conversation allows; 0 if it allows none."""
    wanted = max(context // 2, _least(needed))
    return wanted if wanted < context else 0


def smallest(context: int, needed: int) -> int:
    """Return the shortest context the conversation allows; 0 when that is what there is."""
    wanted = _least(needed)
    return wanted if wanted < context else 0


def _least(needed: int) -> int:
    """Return what a conversation of ``needed`` tokens can go on in; an empty one in the least."""
    if not needed:
        return LEAST_CONTEXT
    return max(LEAST_CONTEXT, -(-(needed + ROOM_FOR_ANSWER) // _ROUND) * _ROUND)
