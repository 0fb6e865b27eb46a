"""Reading ahead: what the next prompt will begin with, while the person reads and types.

Job: take the last answer without its reasoning, what is attached and the settled part of the draft into
the cache, a short stretch at a time. Rule: a stretch can be interrupted and then counts as unread; what
was read ahead wrongly is found by the prefix cache and costs time, never exactness.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from app.core.errors import UserError
from app.engine.protocol.requests import PrepareRequest
from app.engine.turns.generation import Generator
from app.engine.turns.reading import Evaluator, Reading

LEAST_STRETCH = 32
"""Tokens of the shortest stretch: a mixture of experts reads fewer at once far more slowly."""
SHORT_S, LONG_S = 0.25, 1.0
"""A stretch that took less is followed by a longer one, one that took more by a shorter one.

A turn interrupts a stretch within milliseconds but then reads its tokens again.
"""


class Preparation:
    """Reads ahead for one generator; at most one preparation at a time."""

    def __init__(
        self, generator: Generator, evaluator: Evaluator, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._generator, self._evaluator, self._clock = generator, evaluator, clock
        self._reading: Reading | None = None
        self._stretch = LEAST_STRETCH

    def begin(self, request: PrepareRequest) -> None:
        """Take a newer preparation in place of the one before; one that cannot be read is dropped."""
        self._reading = None
        generator = self._generator
        if generator.is_far_too_long(request.turn, request.draft):
            return
        try:
            prompt = generator.writer.ahead(request.turn, request.draft)
            generator.use_adapter(request.turn)
        except UserError:
            return  # the turn itself will say what is wrong
        if not generator.fits(prompt):
            return
        held = generator.cache.align(prompt.ids, request.turn.conversation)
        if held < len(prompt.ids):
            self._reading = Reading(
                self._evaluator, generator.cache, prompt.ids, len(prompt.ids), prompt.borders
            )

    def step(self) -> bool:
        """Read a stretch; return whether more is to do. Raises DecodeError from the backend."""
        reading = self._reading
        if reading is None:
            return False
        began = self._clock()
        if not reading.step(self._stretch):
            return True  # interrupted: whoever did it comes first, and may drop this
        self._adapt(self._clock() - began)
        if reading.finished:
            self._reading = None
        return self._reading is not None

    def drop(self) -> None:
        """Forget the preparation: the cache is about to be used otherwise."""
        self._reading = None

    def _adapt(self, took: float) -> None:
        if took < SHORT_S:
            self._stretch = min(self._stretch * 2, self._evaluator.micro_batch)
        elif took > LONG_S:
            self._stretch = max(LEAST_STRETCH, self._stretch // 2)
