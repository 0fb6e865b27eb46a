"""The sources of an answer, at the end of it.

Job: a pill with a number and the source's name for each, at the right of the row of actions, or on lines
of their own where that is too narrow. Rule: only what the answer was really given is listed; names are
never cut while there is a line for them. What can be opened is a control, and spoken of as that alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter

from app.core.conversation.message import Part
from app.core.texts import text
from app.markup.sanitise import clean
from app.ui.theme import TextRole
from app.ui.transcript.controls import Control
from app.ui.transcript.model import manual_title
from app.ui.transcript.style import STRONG, TranscriptStyle

PILL_RADIUS, PILL_PAD, NAME_GAP, BETWEEN, LINE_GAP = 4, 5, 6, 16, 4
_MIDDLE = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine)


@dataclass(frozen=True, slots=True)
class Citation:
    """A source an answer rests on: its number in the answer (0: none), what it is, and where in it.

    ``opens`` says what pressing it does, empty where it cannot be pressed.
    """

    number: int
    title: str
    place: str = ""
    opens: str = ""

    @property
    def words(self) -> str:
        """The source in a few words."""
        title = clean(self.title)
        return f"{title}, {clean(self.place)}" if self.place else title

    @property
    def name(self) -> str:
        """Its accessible name."""
        return text("transcript.source", number=self.number, words=self.words)


def manual_citation(page: Part) -> Citation:
    """Return the manual page that an answer was given, as its source; it can be opened.

    Where no page was found it is what helps then, and leads into the manual; it has no number.
    """
    if not page.name:
        return Citation(0, text("transcript.manual_none"), opens=text("transcript.manual_look"))
    title = clean(manual_title(page))
    return Citation(
        1, text("transcript.manual_line", title=title), opens=text("transcript.manual_open", title=title)
    )


class SourceList:
    """The sources of one answer in one style."""

    def __init__(self, style: TranscriptStyle, citations: Sequence[Citation]) -> None:
        self._style = style
        self._citations = citations

    def __bool__(self) -> bool:
        """Say whether there is any."""
        return bool(self._citations)

    def _sizes(self) -> list[tuple[int, int]]:
        """Return (width of the pill, width of the words) of each."""
        theme = self._style.theme
        digits = QFontMetrics(theme.font(TextRole.MICRO, STRONG))
        letters = QFontMetrics(theme.font(TextRole.SMALL))
        return [
            (
                max(theme.px(16), digits.horizontalAdvance(str(each.number)) + 2 * PILL_PAD)
                if each.number
                else -NAME_GAP,
                letters.horizontalAdvance(each.words) + 1,
            )
            for each in self._citations
        ]

    def places(self, row: QRect, free_left: int) -> list[QRect]:
        """Return where each stands: in ``row`` beyond ``free_left`` if all fit there, else below.

        ``free_left`` is thought left to right.
        """
        whole = 2 * row.left() + row.width()
        return [self._style.placed(place, whole) for place in self._in_order(row, free_left)]

    def _in_order(self, row: QRect, free_left: int) -> list[QRect]:
        """Return where each would stand left to right."""
        sizes = [pill + NAME_GAP + words for pill, words in self._sizes()]
        high = self._style.small
        whole = sum(sizes) + BETWEEN * (len(sizes) - 1)
        if whole <= row.right() - free_left:
            left = row.right() + 1 - whole
            top = row.top() + (row.height() - high) // 2
            found = []
            for size in sizes:
                found.append(QRect(left, top, size, high))
                left += size + BETWEEN
            return found
        found = []
        left, top = row.left(), row.bottom() + 1 + LINE_GAP
        for size in sizes:
            wide = min(size, row.width())
            if left + wide > row.right() + 1:
                left, top = row.left(), top + high + LINE_GAP
            found.append(QRect(left, top, wide, high))
            left += wide + BETWEEN
        return found

    def named(self, row: QRect, free_left: int) -> list[tuple[str, QRect]]:
        """Return the name of each source that cannot be opened, and where it stands."""
        found = zip(self._citations, self.places(row, free_left), strict=True)
        return [(each.name, place) for each, place in found if not each.opens]

    def controls(self, row: QRect, free_left: int) -> list[Control]:
        """Return what opens a source, where its pill and words stand."""
        found = zip(self._citations, self.places(row, free_left), strict=True)
        return [
            Control("manual", _pressed_area(place, row), each.opens, "bare", value=each.number)
            for each, place in found
            if each.opens
        ]

    def name_at(self, point: QPoint, row: QRect, free_left: int) -> str:
        """Return the name of the source that stands at a point, else empty."""
        found = self.named(row, free_left)
        return next((name for name, place in found if place.contains(point)), "")

    def paint(self, painter: QPainter, row: QRect, free_left: int) -> None:
        """Paint pills and names."""
        theme = self._style.theme
        letters = QFontMetrics(theme.font(TextRole.SMALL))
        found = zip(self._citations, self.places(row, free_left), self._sizes(), strict=True)
        for citation, place, (pill, _) in found:
            if citation.number:
                at = self._style.placed(QRect(0, 0, pill, place.height()), place.width())
                self._paint_pill(painter, QRectF(at.translated(place.topLeft())), citation.number)
            painter.setFont(theme.font(TextRole.SMALL))
            painter.setPen(theme.text2)
            words = QRect(pill + NAME_GAP, 0, place.width() - pill - NAME_GAP, place.height())
            shown = letters.elidedText(citation.words, Qt.TextElideMode.ElideMiddle, words.width() + 1)
            words = self._style.placed(words.adjusted(0, 0, 2, 0), place.width())
            words.translate(place.topLeft())
            painter.drawText(words, self._style.line_start, self._style.as_line(shown))

    def _paint_pill(self, painter: QPainter, area: QRectF, number: int) -> None:
        theme = self._style.theme
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.accent_soft)
        painter.drawRoundedRect(area, PILL_RADIUS, PILL_RADIUS)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setFont(theme.font(TextRole.MICRO, STRONG, tabular=True))
        painter.setPen(theme.accent)
        painter.drawText(area.toRect(), _MIDDLE, str(number))


def _pressed_area(place: QRect, row: QRect) -> QRect:
    """Return where a source at ``place`` can be pressed: as high as the row's buttons if it is there."""
    beside = row.contains(place.center())
    above = (row.height() - place.height()) // 2 if beside else LINE_GAP
    return place.adjusted(-PILL_PAD, -above, PILL_PAD, above)
