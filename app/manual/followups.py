"""Whether a question goes on about the page before.

Job: tell ``and then?`` from a new question. Rule: a question that speaks clearly for another page goes
there; staying is for questions with little of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.manual.reading import Reading, Term, TermKind
from app.manual.scoring import ENOUGH, Score

ASKING_FOR_MORE = "last-question"
"""The page about asking for more: right as a first question, never after another page."""
_POINTING = frozenset(
    {"it", "its", "that", "this", "them", "those", "these", "they", "there", "one", "ones", "so"}
)
_MORE = frozenset(
    {
        "more",
        "further",
        "detail",
        "details",
        "next",
        "continue",
        "elaborate",
        "explain",
        "why",
        "else",
        "then",
        "go",
    }
)
_TURNING = frozenset({"undo", "undone", "revert", "reverse", "again", "example"})
_SHORT = 7
_MODERATE = 11


def is_follow_up(
    reading: Reading, scores: Sequence[Score], here: int, asking_for_more: int | None
) -> bool:
    """Return whether ``reading`` stays on page ``here``, the page placed before.

    ``asking_for_more`` is the number of the page named :data:`ASKING_FOR_MORE`, which never competes.
    """
    if reading.of_kind(TermKind.UNKNOWN):
        return False
    words = frozenset(reading.words)
    points = bool(words & (_POINTING | _MORE | _TURNING))
    own = [term for term in reading.of_kind(TermKind.KNOWN) if not _is_about_more(term)]
    rival = next((score for score in scores if score.page != asking_for_more), None)
    sure = rival is not None and rival.confidence >= ENOUGH and rival.page != here
    if not own:
        if not points:
            return not sure and len(reading.words) <= _SHORT
        return len(reading.words) <= _MODERATE
    if not points or len(reading.words) > _MODERATE:
        return False
    if len(own) == 1 and _holds(own[0], here):
        return True
    return not sure


def _is_about_more(term: Term) -> bool:
    return all(word in _POINTING | _MORE | _TURNING for word in term.words.split())


def _holds(term: Term, page: int) -> bool:
    return any(page in variant.postings.scores for variant in term.variants)
