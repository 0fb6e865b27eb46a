"""Notices a model that only repeats itself.

Job: say when the last tokens are one short phrase over and over. Rule: exact repetition over a long
stretch only, so that a person who asks for repetition still gets it; looks rarely, so that it costs
nothing.
"""

from __future__ import annotations

LONGEST_PHRASE = 64
"""Tokens of the longest phrase whose repetition is noticed."""
_LOOK_EVERY = 64


class LoopWatch:
    """Follows the tokens of one generation."""

    def __init__(self) -> None:
        self._tokens: list[int] = []

    def push(self, token: int) -> None:
        """Follow one token."""
        self._tokens.append(token)

    def restart(self) -> None:
        """Forget what was said so far: something else begins."""
        self._tokens.clear()

    def repeats_for(self, stretch: int) -> bool:
        """Return whether the last ``stretch`` tokens repeat one phrase; looks every 64th token only."""
        tokens = self._tokens
        if len(tokens) < stretch + LONGEST_PHRASE or len(tokens) % _LOOK_EVERY:
            return False
        last = tokens[-stretch:]
        return any(
            last == tokens[-stretch - length : -length] for length in range(1, LONGEST_PHRASE + 1)
        )
