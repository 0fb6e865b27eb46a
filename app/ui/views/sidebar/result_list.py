"""Search results in the sidebar: title and date, then two lines with the hits marked."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QTextLayout
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from app.core import texts
from app.storage.records import SearchHit
from app.ui.models.search_results import DATE_ROLE, HIT_ROLE, SearchResultModel
from app.ui.theme import TextRole, Theme
from app.ui.theme.type import MEDIUM, STRONG
from app.ui.widgets.rows.row_list import RowList
from app.ui.widgets.rows.row_painter import Index, RowPainter, draw_line, row_rect
from app.ui.widgets.words.text_layout import char_format, draw, lay_out, shorten

INSET, TOP, BETWEEN = 12, 7, 8
SNIPPET_LINE = 18
SNIPPET_LINES = 2


class ResultRow(RowPainter):
    """Draws one hit."""

    BELOW = 2

    def height(self) -> int:
        """Return the height of a hit: title, two lines, padding."""
        theme = self.view.theme
        lines = theme.line_height(TextRole.UI) + SNIPPET_LINES * theme.px(SNIPPET_LINE)
        return lines + 2 * TOP + 5 + self.BELOW

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw title, date and snippet."""
        hit = index.data(HIT_ROLE)
        if not isinstance(hit, SearchHit):
            return
        theme = self.view.theme
        area = row_rect(option).adjusted(INSET, TOP, -INSET, -TOP)
        title_height = theme.line_height(TextRole.UI)
        top = QRectF(area.left(), area.top(), area.width(), title_height)
        when = str(index.data(DATE_ROLE))
        small = theme.font(TextRole.SMALL)
        painter.setFont(small)
        painter.setPen(theme.text3)
        painter.drawText(top, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing), when)
        taken = QFontMetricsF(small).horizontalAdvance(when) + BETWEEN
        mirrored = option.direction is Qt.LayoutDirection.RightToLeft
        draw_line(
            painter,
            top.adjusted(taken if mirrored else 0, 0, 0 if mirrored else -taken, 0),
            str(index.data()),
            theme.font(TextRole.UI, MEDIUM),
            theme.text,
            at=Qt.AlignmentFlag.AlignVCenter,
        )
        self._draw_snippet(painter, hit, area.adjusted(0, title_height + 3, 0, 0))

    def _draw_snippet(self, painter: QPainter, hit: SearchHit, area: QRectF) -> None:
        theme = self.view.theme
        font, strong = theme.font(TextRole.SMALL), theme.font(TextRole.SMALL, STRONG)
        # One character for one, so that the marks stay where the vault put them.
        flat = "".join(c if c.isprintable() else " " for c in hit.snippet)
        text = shorten(flat, font, area.width() - 4, SNIPPET_LINES)
        formats = []
        for mark in hit.marks:
            start, end = utf16(text, max(0, mark[0])), utf16(text, min(mark[1], len(text)))
            if start < end:
                marked = QTextLayout.FormatRange()
                marked.start, marked.length = start, end - start
                marked.format = char_format(strong, theme.text, theme.accent)
                formats.append(marked)
        mirrored = self.view.layoutDirection() is Qt.LayoutDirection.RightToLeft
        layout = lay_out(
            text,
            font,
            area.width(),
            theme.px(SNIPPET_LINE),
            max_lines=SNIPPET_LINES,
            align=Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft,
            formats=formats,
        )
        draw(layout, painter, QPointF(area.left(), area.top()), theme.text2)


class ResultList(RowList):
    """The hits of a search."""

    def __init__(self, theme: Theme, results: SearchResultModel, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setModel(results)
        self.setItemDelegate(ResultRow(self))
        self.setAccessibleName(texts.text("ui.sidebar.results_name"))


def utf16(text: str, position: int) -> int:
    """Return a character position as Qt counts it: in UTF-16 units."""
    return position + sum(1 for c in text[:position] if ord(c) > 0xFFFF)
