"""Search results in the sidebar: title and date, then two lines with the hits marked."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QTextLayout
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.core import texts
from app.storage.records import SearchHit
from app.ui.models.search_results import DATE_ROLE, HIT_ROLE, SearchResultModel
from app.ui.theme import TextRole, Theme
from app.ui.theme.type import MEDIUM, STRONG
from app.ui.widgets.row_list import RowList, paint_row_ground, row_rect, row_size
from app.ui.widgets.text_layout import char_format, draw, lay_out, shorten

INSET, TOP, APART = 12, 7, 2
SNIPPET_LINE = 18
SNIPPET_LINES = 2


class ResultDelegate(QStyledItemDelegate):
    """Draws one hit."""

    def __init__(self, view: RowList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Return the height of a hit: title, two lines, padding."""
        theme = self._view.theme
        lines = theme.line_height(TextRole.UI) + SNIPPET_LINES * theme.px(SNIPPET_LINE)
        return row_size(lines + 2 * TOP + 5 + APART)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw ground, title, date and snippet."""
        theme = self._view.theme
        hit = index.data(HIT_ROLE)
        if not isinstance(hit, SearchHit):
            return
        chosen = index.row() == self._view.currentIndex().row()
        painter.save()
        paint_row_ground(painter, option, self._view, chosen=chosen, below=APART)
        area = row_rect(option).adjusted(INSET, TOP, -INSET, -TOP)
        title_height = theme.line_height(TextRole.UI)
        top = QRectF(area.left(), area.top(), area.width(), title_height)
        centred = int(Qt.AlignmentFlag.AlignVCenter)
        when = str(index.data(DATE_ROLE))
        small = theme.font(TextRole.SMALL)
        painter.setFont(small)
        painter.setPen(theme.text3)
        painter.drawText(top, centred | int(Qt.AlignmentFlag.AlignTrailing), when)
        title_font = theme.font(TextRole.UI, MEDIUM)
        room = area.width() - QFontMetricsF(small).horizontalAdvance(when) - 8
        title = QFontMetricsF(title_font).elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, room
        )
        painter.setFont(title_font)
        painter.setPen(theme.text)
        painter.drawText(top, centred | int(Qt.AlignmentFlag.AlignLeading), title)
        self._draw_snippet(painter, hit, area.adjusted(0, title_height + 3, 0, 0))
        painter.restore()

    def _draw_snippet(self, painter: QPainter, hit: SearchHit, area: QRectF) -> None:
        theme = self._view.theme
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
        mirrored = self._view.layoutDirection() is Qt.LayoutDirection.RightToLeft
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
        self.setItemDelegate(ResultDelegate(self))
        self.setAccessibleName(texts.text("ui.sidebar.results_name"))


def utf16(text: str, position: int) -> int:
    """Return a character position as Qt counts it: in UTF-16 units."""
    return position + sum(1 for c in text[:position] if ord(c) > 0xFFFF)
