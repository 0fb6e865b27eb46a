"""A row of two lines, for lists whose rows are chosen and not opened.

Job: draw what a row is called, and a quieter line below it. Rule: the words are the model's, under
Qt's display role and :data:`DETAIL_ROLE`; both are elided at their end.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from app.ui.theme import TextRole
from app.ui.theme.type import MEDIUM
from app.ui.widgets.rows.row_painter import Index, RowPainter, draw_line, row_rect

DETAIL_ROLE = Qt.ItemDataRole.UserRole
_INSET = 12


class TwoLineRow(RowPainter):
    """Paints the rows of a list."""

    HIGH = 48

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw both lines, close to the middle."""
        theme = self.view.theme
        rect = row_rect(option).adjusted(_INSET, 0, -_INSET, 0)
        half = rect.height() / 2
        draw_line(
            painter,
            rect.adjusted(0, 0, 0, -half),
            str(index.data(Qt.ItemDataRole.DisplayRole)),
            theme.font(TextRole.UI, MEDIUM if self.is_chosen(index) else None),
            theme.text,
            at=Qt.AlignmentFlag.AlignBottom,
        )
        draw_line(
            painter,
            rect.adjusted(0, half, 0, 0),
            str(index.data(DETAIL_ROLE)),
            theme.font(TextRole.SMALL),
            theme.text2,
            at=Qt.AlignmentFlag.AlignTop,
        )
