"""Whether the engine still computes what it computed at first.

Job: have the model go on from a fixed prompt, remember what it wrote when it was fresh, and compare
later, after the computer slept for example. What was recorded outlives the engine: the Interface keeps
its digest and gives it to the next engine that computes with the same model file, build and settings.
Rule: it never touches the conversation's cache; while something more urgent interrupts it, nothing is
known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Protocol

from app.engine.protocol.events import Recorded, SelfTested
from app.engine.protocol.snapshots import SnapshotFacts
from app.harmony.vocabulary import Vocabulary

QUESTION = "Count from one to five."
LENGTH = 6
"""Tokens that are compared; a computer that computes wrongly shows it in the first."""


class AsideWriter(Protocol):
    """What can write beside the conversation."""

    def write_aside(self, tokens: Sequence[int], count: int) -> list[int] | None:
        """Return the ids that follow, chosen greedily; None when interrupted or not computed."""


class SelfTest:
    """One recorded answer of one loaded model; ``terms`` tell what it is computed with."""

    def __init__(self, writer: AsideWriter, vocabulary: Vocabulary, terms: str = "") -> None:
        self._writer = writer
        self._terms = terms
        special, encode = vocabulary.special, vocabulary.encode
        answer = [special["start"], *encode("assistant"), special["channel"], *encode("final")]
        question = [special["start"], *encode("user"), special["message"], *encode(QUESTION)]
        self._prompt = [*question, special["end"], *answer, special["message"]]
        self._recorded = ""

    @property
    def recorded(self) -> bool:
        """Whether there is something to compare with."""
        return bool(self._recorded)

    def record(self) -> Recorded | None:
        """Remember the answer of a fresh model, once; None when it was or could not be computed."""
        if not self._recorded:
            self._recorded = self._computed()
            if self._recorded:
                return Recorded(self._terms, self._recorded)
        return None

    def run(self, known: Mapping[str, str] | None = None) -> SelfTested:
        """Answer again and compare; not ok when it differs or could not be computed.

        What is ``known`` for the same terms counts before what this engine recorded. Where there is
        neither, this answer is recorded, and only one that cannot be computed is wrong.
        """
        answer = self._computed()
        wanted = (known or {}).get(self._terms) or self._recorded or answer
        if not self._recorded:
            self._recorded = wanted
        return SelfTested(bool(answer) and answer == wanted, self._terms, answer)

    def _computed(self) -> str:
        """Return the digest of an answer, "" for none."""
        ids = self._writer.write_aside(self._prompt, LENGTH)
        return "" if ids is None else _digest(*ids)


def terms_of(made_with: SnapshotFacts, threads: int) -> str:
    """Return a digest of what may move an answer's numbers."""
    return _digest(
        made_with.fingerprint, made_with.engine, made_with.cache_type, made_with.placing, threads
    )


def _digest(*values: str | int) -> str:
    return hashlib.sha256("\n".join(str(value) for value in values).encode()).hexdigest()[:32]
