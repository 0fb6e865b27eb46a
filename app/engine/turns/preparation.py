"""Reading ahead: what the next prompt will begin with, while the person types.

Job: decode it into the cache in small steps. Rule: a step is short and changes nothing but the cache;
whatever was read ahead wrongly is found by the prefix cache and costs time, never exactness.
"""

from __future__ import annotations

from app.engine.protocol.requests import PrepareRequest
from app.engine.turns.generation import Generator


class Preparation:
    """Reads ahead for one generator; at most one preparation at a time."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._target: list[int] = []

    def begin(self, request: PrepareRequest) -> None:
        """Take a newer preparation in place of the one before."""
        del request

    def step(self) -> bool:
        """Read a little; return whether more is to do."""
        return False

    def drop(self) -> None:
        """Forget the preparation: the cache is about to be used otherwise."""
        self._target = []
