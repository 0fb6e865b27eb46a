"""Which page a reading speaks for, and how sure that is.

Job: add BM25 and what was learned about each word, page by page, and weigh the best page against "no
page". Rule: pure arithmetic; the one constant was chosen on ``tests/manual/data`` and the weights were
fitted by ``resources/guide/search/train.py``, neither on questions kept out for judging the guide.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from app.manual.features import features, of_length_one
from app.manual.learned import NO_PAGE_CLASS, LearnedWeights
from app.manual.pages import Page
from app.manual.reading import Reading, Term, TermKind

BM25_WEIGHT = 1.5
"""What the page with the best BM25 score gains over one without any."""
NEUTRAL_WEIGHT = 0.3
NOTHING_STRANGE = 1.5
"""What speaks for a page when the manual knows all that a question says."""
NOTHING_SAID = 2.0
"""What speaks against any page when a question has empty words only (``and then?``)."""
ENOUGH = 0.5
"""The confidence from which a page is placed."""


@dataclass(frozen=True, slots=True)
class Score:
    """The evidence for a page: ``score`` orders pages, ``confidence`` (0 to 1) says how sure it is."""

    page: int
    score: float
    confidence: float


class Scorer:
    """Scores readings against one manual."""

    def __init__(self, pages: Sequence[Page], weights: LearnedWeights) -> None:
        self._weights = weights
        self._slugs = tuple(page.slug for page in pages)

    def scores(self, reading: Reading) -> list[Score]:
        """Return the pages with any evidence, best first; none when nothing of the question is known."""
        seen = of_length_one(features(reading, self._weights.rarities), self._weights.names)
        if not seen:
            return []
        learned = self._weights.sums(seen)
        nothing = learned[NO_PAGE_CLASS] + _caution(reading)
        matched = _bm25(reading)
        most = max(matched.values(), default=0.0)
        scores = []
        for page, slug in enumerate(self._slugs):
            spoken = learned.get(slug, 0.0)
            said = BM25_WEIGHT * matched[page] / most if page in matched else 0.0
            if said or spoken > nothing:
                scores.append(Score(page, spoken + said, _share(spoken - nothing)))
        scores.sort(key=lambda item: (-item.score, item.page))
        return scores


def _caution(reading: Reading) -> float:
    """Return what the reading as a whole says against placing any page."""
    if not reading.terms:
        return NOTHING_SAID
    if any(term.foreign or term.kind is TermKind.UNKNOWN for term in reading.terms):
        return 0.0
    return -NOTHING_STRANGE if reading.of_kind(TermKind.KNOWN) else 0.0


def _share(margin: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-50.0, min(margin, 50.0))))


def _bm25(reading: Reading) -> dict[int, float]:
    matched: dict[int, float] = defaultdict(float)
    for term in reading.terms:
        weight = NEUTRAL_WEIGHT if term.kind is TermKind.NEUTRAL else 1.0
        for page, score in _of_term(term).items():
            matched[page] += weight * score
    return dict(matched)


def _of_term(term: Term) -> dict[int, float]:
    best: dict[int, float] = {}
    for variant in term.variants:
        for page, score in variant.postings.scores.items():
            best[page] = max(best.get(page, 0.0), score * variant.worth)
    return best
