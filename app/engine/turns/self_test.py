"""Whether the engine still computes what it computed at first.

Job: have the model go on from a fixed prompt, remember what it wrote when it was fresh, and compare
later, after the computer slept for example. Rule: it never touches the conversation's cache; while
something more urgent interrupts it, nothing is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from app.harmony.vocabulary import Vocabulary

QUESTION = "Count from one to five."
LENGTH = 6
"""Tokens that are compared; a computer that computes wrongly shows it in the first."""


class AsideWriter(Protocol):
    """What can write beside the conversation."""

    def write_aside(self, tokens: Sequence[int], count: int) -> list[int] | None:
        """Return the ids that follow, chosen greedily; None when interrupted or not computed."""


class SelfTest:
    """One recorded answer of one loaded model."""

    def __init__(self, writer: AsideWriter, vocabulary: Vocabulary) -> None:
        self._writer = writer
        special, encode = vocabulary.special, vocabulary.encode
        answer = [special["start"], *encode("assistant"), special["channel"], *encode("final")]
        question = [special["start"], *encode("user"), special["message"], *encode(QUESTION)]
        self._prompt = [*question, special["end"], *answer, special["message"]]
        self._recorded: list[int] | None = None

    @property
    def recorded(self) -> bool:
        """Whether there is something to compare with."""
        return self._recorded is not None

    def record(self) -> None:
        """Remember the answer of a fresh model, once; without effect while it is interrupted."""
        if self._recorded is None:
            self._recorded = self._writer.write_aside(self._prompt, LENGTH)

    def run(self) -> bool:
        """Answer again and compare; False when it differs or could not be computed.

        Where nothing was recorded, this answer is, and only one that cannot be computed is wrong.
        """
        answer = self._writer.write_aside(self._prompt, LENGTH)
        if self._recorded is None:
            self._recorded = answer
        return answer is not None and answer == self._recorded
