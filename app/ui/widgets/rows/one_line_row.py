"""A row of one line, for lists that are nothing but names.

Job: draw what a row is called. Rule: the words are the model's, under Qt's display role; they are
elided at their end, and the row's tooltip has them whole.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from app.ui.theme import TextRole
from app.ui.theme.type import MEDIUM
from app.ui.widgets.rows.row_painter import Index, RowPainter, draw_line, row_rect

_INSET = 12


class OneLineRow(RowPainter):
    """Paints the rows of a list."""

    HIGH = 32

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the words in the middle of the row."""
        theme = self.view.theme
        draw_line(
            painter,
            row_rect(option).adjusted(_INSET, 0, -_INSET, 0),
            str(index.data(Qt.ItemDataRole.DisplayRole)),
            theme.font(TextRole.UI, MEDIUM if self.is_chosen(index) else None),
            theme.text,
            at=Qt.AlignmentFlag.AlignVCenter,
        )
