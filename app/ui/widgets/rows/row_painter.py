"""How the rows of a list are drawn.

Job: a ground that shows which row is chosen, under the pointer or where the keyboard is, and a line of
words on it. Rule: no native decoration; mirrored where text runs right to left.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.ui.widgets.access.focus_ring import WIDTH
from app.ui.widgets.rows.row_list import RowList
from app.ui.widgets.words.text_layout import own_way

ROW_RADIUS = 6
SIDE = 8
BAR = 3
Index = QModelIndex | QPersistentModelIndex


class RowPainter(QStyledItemDelegate):
    """Draws the rows of ``view``: the ground, and on it what a subclass draws."""

    HIGH = 30
    """Pixels of a row, at 100 %."""
    BELOW = 0
    """Pixels at the lower edge that the ground leaves free."""

    def __init__(self, view: RowList) -> None:
        super().__init__(view)
        self.view = view

    def height(self) -> int:
        """Return the height of a row, in pixels of now."""
        return self.view.theme.px(self.HIGH)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return the size of a row; the list gives it its own width."""
        return QSize(80, self.height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw ground and content."""
        painter.save()
        self._draw_ground(painter, option, chosen=self.is_chosen(index))
        self.draw(painter, option, index)
        painter.restore()

    def is_chosen(self, index: Index) -> bool:
        """Say whether a row is the one chosen."""
        return self.view.currentIndex() == index

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw what stands on the ground of a row."""
        raise NotImplementedError

    def _draw_ground(self, painter: QPainter, option: QStyleOptionViewItem, *, chosen: bool) -> None:
        theme = self.view.theme
        rect = row_rect(option).adjusted(0, 0, 0, -self.BELOW)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if chosen or hovered:
            painter.setBrush(theme.accent_soft if chosen else theme.hover)
            if chosen and theme.high_contrast:  # whose soft ground is that of everything around it
                painter.setPen(QPen(theme.edge, 1))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), ROW_RADIUS, ROW_RADIUS)
            painter.setPen(Qt.PenStyle.NoPen)
        if chosen:
            painter.setBrush(theme.accent)
            bar = QRectF(rect.left(), rect.top() + 7, BAR, rect.height() - 14)
            if option.direction is Qt.LayoutDirection.RightToLeft:
                bar.moveRight(rect.right())
            painter.drawRoundedRect(bar, 1, 1)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        if focused and self.view.by_keyboard:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.accent, WIDTH))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), ROW_RADIUS, ROW_RADIUS)


def draw_line(
    painter: QPainter, area: QRectF, words: str, font: QFont, colour: QColor, *, at: Qt.AlignmentFlag
) -> None:
    """Draw words on one line from where reading begins, shortened where there is no room."""
    shown = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, area.width())
    shown = own_way(shown, mirrored=painter.layoutDirection() is Qt.LayoutDirection.RightToLeft)
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(area, int(at | Qt.AlignmentFlag.AlignLeading), shown)


def row_rect(option: QStyleOptionViewItem) -> QRectF:
    """Return the rounded area of a row."""
    return QRectF(option.rect).adjusted(SIDE, 0, -SIDE, 0)
