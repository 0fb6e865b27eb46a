"""Reading ids into the cache.

Job: evaluate what the cache lacks of a prompt, a stretch at a time, and save the window at the places to
which later prompts will want to come back. Rule: an interrupted stretch leaves the cache as if it had
never begun.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol

from app.engine.turns.prefix_cache import CacheStore, PrefixCache

CHECKPOINT_EVERY = 2048
"""Tokens between checkpoints inside a long message, so that an edit in its middle stays cheap."""
BORDER_EVERY = 512
"""Tokens between checkpoints at the beginnings of a person's messages, for edits far back."""


class Evaluator(CacheStore, Protocol):
    """What reading needs of the computing side."""

    @property
    def micro_batch(self) -> int:
        """The most tokens one call of decode takes."""

    def decode(self, tokens: Sequence[int], position: int, logits: bool) -> bool:
        """Evaluate tokens; False when interrupted."""


class Reading:
    """Reads ``ids`` up to ``end``. ``borders`` are the places at which a person's message begins.

    With ``logits`` those of the last token are computed, after which a generation may begin.
    What the cache already holds must be their beginning (:meth:`PrefixCache.reuse` sees to it).
    """

    def __init__(
        self,
        evaluator: Evaluator,
        cache: PrefixCache,
        ids: Sequence[int],
        end: int,
        borders: Sequence[int] = (),
        *,
        logits: bool = False,
    ) -> None:
        self._logits = logits
        self._evaluator, self._cache = evaluator, cache
        self._ids, self._end, self._borders = ids, end, tuple(borders)

    @property
    def finished(self) -> bool:
        """Whether everything is read."""
        return len(self._cache) >= self._end

    def step(self, most: int | None = None) -> bool:
        """Read at most ``most`` tokens, or a micro-batch; False when interrupted, with nothing read."""
        cache = self._cache
        begin = len(cache)
        end = min(
            self._end, begin + min(most or self._evaluator.micro_batch, self._evaluator.micro_batch)
        )
        border = self._next_border(begin)
        end = min(end, border)
        logits = self._logits and end == self._end
        if not self._evaluator.decode(self._ids[begin:end], begin, logits):
            cache.undo_partial()
            return False
        cache.extend(self._ids[begin:end])
        if end == border or end - max(cache.checkpoints, default=0) >= CHECKPOINT_EVERY:
            cache.checkpoint()
        return True

    def _next_border(self, begin: int) -> int:
        """Return the next place worth a checkpoint of its own: not every short message's beginning."""
        last = max((place for place in self._cache.checkpoints if place <= begin), default=0)
        for border in self._borders[bisect_right(self._borders, begin) :]:
            if border - last >= BORDER_EVERY or border == self._borders[-1]:
                return border
        return self._end
