"""Which page a reading speaks for, and how sure that is.

Job: add up the evidence of a question's terms for each page, and judge whether it is enough. Rule: pure
arithmetic over :class:`app.manual.reading.Reading`; the constants were tuned on
``tests/manual/data/development.jsonl`` only.

Two kinds of evidence are added: BM25 of every term, and how alike the question is to the entry (title,
keyword or phrase) it is most like. What the page does not know of the question counts against it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.manual.entries import Entries, Likeness
from app.manual.index import ManualIndex
from app.manual.pages import Page
from app.manual.reading import Reading, Term, TermKind
from app.manual.words import WordLists

SMALL_TALK = frozenset({"hello", "thanks", "goodbye"})
"""Pages that answer a courtesy; they stand back when a question says anything else."""
ENOUGH = 0.5
"""The confidence from which a page is placed."""
ALIKE_WEIGHT = 2.0
"""What the most alike entry counts against a full BM25 score, which is 1."""
SECOND_WEIGHT = 0.3
"""What the second most alike entry of the page adds."""
COVER_WEIGHT = 0.5
BODY_COVER = 0.4
"""How far a word is covered by a page that holds it in its text only."""
ENTRY_COVER = 0.6
"""How far a word is covered at least by a page that holds it in an entry; a whole entry covers it all."""
ELSEWHERE = 0.3
"""How far a word is covered that the page does not hold, but another page does."""
SURE_BIAS, SURE_ALIKE, SURE_COVER, SURE_MARGIN = -5.0, 5.0, 4.0, 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """The evidence for page ``page``: ``score`` orders pages, ``confidence`` (0 to 1) says whether to trust it."""

    page: int
    score: float
    confidence: float


@dataclass(slots=True)
class _Evidence:
    """What was gathered for one page."""

    bm25: float = 0.0
    cover: float = 0.0
    alike: float = 0.0
    second: float = 0.0


class Scorer:
    """Scores readings against one manual."""

    def __init__(self, pages: Sequence[Page], index: ManualIndex, lists: WordLists) -> None:
        self._talk = frozenset(number for number, page in enumerate(pages) if page.slug in SMALL_TALK)
        self._entries = Entries(pages, index, lists)

    def scores(self, reading: Reading) -> list[Score]:
        """Return the pages with any evidence, best first."""
        counted = [term for term in reading.terms if term.kind is not TermKind.NEUTRAL] or list(reading.terms)
        pages = self._gather(reading, counted)
        most = max((found.bm25 for found in pages.values()), default=0.0) or 1.0
        ranked = []
        for page, found in pages.items():
            if page in self._talk and not self._is_talk(page, reading):
                continue
            cover = _cover(found, counted)
            score = found.bm25 / most + ALIKE_WEIGHT * (found.alike + SECOND_WEIGHT * found.second)
            ranked.append((score + COVER_WEIGHT * cover, page, cover))
        ranked.sort(key=lambda item: (-item[0], item[1]))
        return [Score(page, score, _sure(pages[page], cover)) for score, page, cover in ranked]

    def _gather(self, reading: Reading, counted: Sequence[Term]) -> dict[int, _Evidence]:
        pages: dict[int, _Evidence] = defaultdict(_Evidence)
        likenesses = self._entries.likenesses(reading)
        for number, likeness in likenesses.items():
            found = pages[self._entries.entry(number).page]
            if likeness.alike > found.alike:
                found.alike, found.second = likeness.alike, found.alike
            elif likeness.alike > found.second:
                found.second = likeness.alike
        for term in counted:
            covers = self._covers(term, likenesses)
            for page, score in _bm25(term).items():
                found = pages[page]
                found.bm25 += score
                found.cover += term.worth * covers.get(page, BODY_COVER)
        return pages

    def _covers(self, term: Term, likenesses: Mapping[int, Likeness]) -> dict[int, float]:
        """Return how far each page's best entry covers this term, 0 to 1."""
        covers: dict[int, float] = {}
        for variant in term.variants:
            for number in self._entries.holding(variant.stems):
                whole = likenesses[number].whole
                cover = variant.worth * (ENTRY_COVER + (1.0 - ENTRY_COVER) * whole)
                page = self._entries.entry(number).page
                if covers.get(page, 0.0) < cover:
                    covers[page] = cover
        return covers

    def _is_talk(self, page: int, reading: Reading) -> bool:
        if reading.of_kind(TermKind.UNKNOWN):
            return False
        known = reading.of_kind(TermKind.KNOWN)
        return all(any(page in variant.postings.strong for variant in term.variants) for term in known)


def _cover(found: _Evidence, counted: Sequence[Term]) -> float:
    """Return how much of the question the page knows, 0 to 1."""
    asked = sum(term.worth for term in counted)
    if not asked:
        return 1.0
    lent = sum(term.worth for term in counted if term.kind is not TermKind.UNKNOWN and not term.foreign)
    elsewhere = max(lent - found.cover, 0.0) * ELSEWHERE
    return min(1.0, (found.cover + elsewhere) / asked)


def _sure(found: _Evidence, cover: float) -> float:
    weight = SURE_BIAS + SURE_ALIKE * found.alike + SURE_COVER * cover
    return 1.0 / (1.0 + math.exp(-weight))


def _bm25(term: Term) -> dict[int, float]:
    best: dict[int, float] = {}
    for variant in term.variants:
        for page, score in variant.postings.scores.items():
            best[page] = max(best.get(page, 0.0), score * variant.worth)
    return best
