"""What a click selects: nothing yet, a word, a paragraph; and what a drag that began so grows by.

Job: tell the ends of the word or paragraph around a position, and the two ends of a selection that grows
by whole ones. Rule: positions count UTF-16 units of one source's text; nothing is drawn or kept.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QTextBoundaryFinder

from app.markup.sources import utf16_length, utf16_slice
from app.ui.transcript.reader.selection import Spot

Ends = tuple[Spot, Spot]


class Unit(Enum):
    """By what a selection grows while it is dragged."""

    LETTER = 1
    WORD = 2
    PARAGRAPH = 3

    @property
    def next(self) -> Unit:
        """What one more click at the same place selects."""
        return {Unit.LETTER: Unit.WORD, Unit.WORD: Unit.PARAGRAPH}.get(self, Unit.LETTER)

    def around(self, text: str, place: int) -> tuple[int, int]:
        """Return the (start, end) of the unit around a position of ``text``."""
        if self is Unit.LETTER:
            return place, place
        return word_at(text, place) if self is Unit.WORD else paragraph_at(text, place)


def grown(first: Ends, reached: Ends) -> Ends:
    """Return anchor and head of a selection that began with one unit and has reached another."""
    if reached[0] < first[0]:
        return first[1], reached[0]
    return first[0], max(first[1], reached[1])


def word_at(text: str, place: int) -> tuple[int, int]:
    """Return the (start, end) of the word around a position.

    Between a word and what is none, as after its last letter, it is the word.
    """
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Word, text)
    finder.setPosition(place)
    reasons = finder.boundaryReasons()
    reason = QTextBoundaryFinder.BoundaryReason
    begins, ends = bool(reasons & reason.StartOfItem), bool(reasons & reason.EndOfItem)
    stays = finder.isAtBoundary() and (begins or not ends) and place < utf16_length(text)
    start = place if stays else max(finder.toPreviousBoundary(), 0)
    finder.setPosition(start)
    end = finder.toNextBoundary()
    return start, end if end >= 0 else place


def paragraph_at(text: str, place: int) -> tuple[int, int]:
    """Return the (start, end) of the paragraph, table row or line of code around a position."""
    before = utf16_slice(text, 0, place)
    start = utf16_length(before[: before.rfind("\n") + 1])
    rest = text[len(before) :]
    line_end = rest.find("\n")
    return start, place + utf16_length(rest if line_end < 0 else rest[:line_end])
