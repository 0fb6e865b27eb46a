"""Where the links of a message stand.

Job: find each link of a text or a table with its words, target and place, for whoever reaches links
without a pointer. Rule: from the layouts that are painted, so that a ring lies where the words are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QTextLayout

from app.markup.sources import Run, utf16_length
from app.ui.transcript.segments.segment import Segment
from app.ui.transcript.segments.table import TableSegment
from app.ui.transcript.segments.text import TextSegment, across


@dataclass(frozen=True, slots=True)
class Link:
    """A link: its words and target, the paragraph (or row and ``column``) it is in, its place."""

    words: str
    href: str
    rect: QRect
    paragraph: int
    column: int = 0

    def moved(self, by: QPoint) -> Link:
        """Return the link shifted."""
        return replace(self, rect=self.rect.translated(by))


def links_of(segment: Segment) -> Sequence[Link]:
    """Return the links of a laid out segment in reading order, in its message's coordinates."""
    corner = QPoint(segment.x, segment.y)
    if isinstance(segment, TextSegment):
        return [link.moved(corner) for link in _in_text(segment)]
    if isinstance(segment, TableSegment):
        return [link.moved(corner) for link in _in_table(segment)]
    return ()


def _in_text(segment: TextSegment) -> Iterator[Link]:
    for number, paragraph in enumerate(segment.source.paragraphs):
        if not any(run.href for run in paragraph.runs):
            continue
        layout = segment.document.findBlockByNumber(number).layout()
        shift = layout.position().toPoint() - QPoint(0, segment.lift)
        for words, href, start, end in _targets(paragraph.runs):
            yield Link(words, href, _place(layout, start, end).translated(shift), number)


def _in_table(segment: TableSegment) -> Iterator[Link]:
    for number, row in enumerate(segment.source.rows):
        for column, cell in enumerate(row):
            if not any(run.href for run in cell):
                continue
            layout, corner = segment.cell_layout(number, column)
            for words, href, start, end in _targets(cell):
                rect = _place(layout, start, end).translated(corner)
                yield Link(words, href, rect, number, column)


def _targets(runs: Sequence[Run]) -> Iterator[tuple[str, str, int, int]]:
    """Yield (words, target, start, end) of each link; neighbouring runs of one target are one link."""
    place = start = 0
    words = href = ""
    for run in (*runs, Run("")):
        if run.href != href:
            if href and words.strip():
                yield words.strip(), href, start, place
            words, href, start = "", run.href, place
        words += run.text
        place += utf16_length(run.text)


def _place(layout: QTextLayout, start: int, end: int) -> QRect:
    """Return the smallest rectangle around a range of positions."""
    found = QRectF()
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        first = max(start, line.textStart())
        last = min(end, line.textStart() + line.textLength())
        if first < last:
            left, right = sorted((across(line, first), across(line, last)))
            found = found.united(QRectF(left, line.y(), right - left, line.height()))
    return found.toAlignedRect()
