"""A row of two lines, for lists whose rows are chosen and not opened.

Job: draw what a row is called, and a quieter line below it. Rule: the words are the model's, under
Qt's display role and :data:`DETAIL_ROLE`; both are elided at their end.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from app.ui.theme import TextRole
from app.ui.theme.type import MEDIUM
from app.ui.widgets.row_list import RowList, paint_row_ground, row_rect, row_size

DETAIL_ROLE = Qt.ItemDataRole.UserRole
_ROW, _INSET = 48, 12
_Index = QModelIndex | QPersistentModelIndex


class TwoLineRow(QStyledItemDelegate):
    """Paints the rows of ``view``."""

    def __init__(self, view: RowList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        """Return the height of a row."""
        return row_size(self._view.theme.px(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw ground and both lines."""
        theme, view = self._view.theme, self._view
        chosen = view.currentIndex() == index
        painter.save()
        paint_row_ground(painter, option, view, chosen=chosen)
        rect = row_rect(option).adjusted(_INSET, 0, -_INSET, 0)
        half = rect.height() / 2
        lines = (
            (Qt.ItemDataRole.DisplayRole, TextRole.UI, MEDIUM if chosen else None, theme.text, 0.0),
            (DETAIL_ROLE, TextRole.SMALL, None, theme.text2, half),
        )
        for role, size, weight, colour, top in lines:
            font = theme.font(size, weight)
            painter.setFont(font)
            painter.setPen(QColor(colour))
            area = rect.adjusted(0, top, 0, top - half)
            words = str(index.data(role))
            shown = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, area.width())
            side = Qt.AlignmentFlag.AlignTop if top else Qt.AlignmentFlag.AlignBottom
            painter.drawText(area, int(side | Qt.AlignmentFlag.AlignLeading), shown)
        painter.restore()
