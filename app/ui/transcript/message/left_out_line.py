"""The line between what the model does not read and what it does.

Job: hairline, sentence, "Why", hairline, in the middle of the column. Rule: it belongs to the last
message that is not read, below it, so that it stands exactly at the border.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication, QPainter, QTextLayout

from app.core.texts import plural, text
from app.ui.theme import TextRole
from app.ui.transcript.controls import Control
from app.ui.transcript.style import STRONG, TranscriptStyle
from app.ui.widgets.words.text_layout import draw, lay_out

BESIDE, LEAST_HAIRLINE = 12, 24
"""Pixels between hairline and words; a hairline is at least this long."""
LINK_GAP = 4


def sentence(count: int, *, summarised: bool) -> str:
    """Return what the line says about ``count`` messages above it."""
    return plural("panels.left_out.summary" if summarised else "panels.left_out.messages", count)


class LeftOutLine:
    """``count`` messages above are not read; ``summarised`` when a summary of them is."""

    def __init__(self, style: TranscriptStyle, count: int, *, summarised: bool) -> None:
        self._style = style
        self.words = sentence(count, summarised=summarised)
        self._why = text("panels.left_out.why")

    def _laid_out(self, width: int) -> tuple[QTextLayout, int]:
        """Return the sentence laid out for a column, and how wide it became."""
        font = self._style.theme.font(TextRole.SMALL)
        room = width - 2 * (LEAST_HAIRLINE + BESIDE) - LINK_GAP - self._link_width()
        layout = lay_out(self.words, font, room, self._style.small)
        lines = [layout.lineAt(number) for number in range(layout.lineCount())]
        return layout, round(max((line.naturalTextWidth() for line in lines), default=0)) + 1

    def _link_width(self) -> int:
        font = self._style.theme.font(TextRole.SMALL, STRONG)
        return QFontMetrics(font).horizontalAdvance(self._why) + 1

    def height(self, width: int) -> int:
        """Return how high the line is in a column of ``width`` pixels."""
        return self._laid_out(width)[0].lineCount() * self._style.small

    def _places(self, top: int, width: int) -> tuple[QTextLayout, QRect, QRect]:
        """Return the sentence laid out, where it stands and where the link stands."""
        layout, words = self._laid_out(width)
        high = layout.lineCount() * self._style.small
        link = self._link_width()
        whole = words + LINK_GAP + link
        left = (width - whole) // 2
        first = QRect(left, top, words, high)
        second = QRect(left + words + LINK_GAP, top + high - self._style.small, link, self._style.small)
        if QGuiApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            first.moveLeft(left + link + LINK_GAP)
            second.moveLeft(left)
        return layout, first, second

    def paint(self, painter: QPainter, top: int, width: int) -> None:
        """Paint hairlines and sentence; the link is a control."""
        theme = self._style.theme
        layout, words, link = self._places(top, width)
        draw(layout, painter, QPointF(words.topLeft()), theme.text2)
        middle = top + words.height() // 2
        first = min(words.left(), link.left()) - BESIDE
        second = max(words.right(), link.right()) + BESIDE
        painter.fillRect(0, middle, max(0, first), 1, theme.line)
        painter.fillRect(second, middle, max(0, width - second), 1, theme.line)

    def control(self, top: int, width: int) -> Control:
        """Return the link that opens the ledger."""
        _, _, link = self._places(top, width)
        spare = max(0, self._style.target - link.height())
        area = link.adjusted(-LINK_GAP, -(spare // 2), LINK_GAP, spare - spare // 2)
        return Control("why", area, text("panels.left_out.why_name"), "link", label=self._why)
