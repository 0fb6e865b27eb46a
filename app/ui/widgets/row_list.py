"""A list of rows, each opened as a whole.

Job: one Tab stop with arrow keys inside, rows without native decoration, a ring around the row the
keyboard is on. Rule: Return opens, a single click opens, moving with the arrows does not.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QFrame, QListView, QSizePolicy, QStyle, QStyleOptionViewItem, QWidget

from app.ui.theme import Theme
from app.ui.theme.style_sheet import Kind, set_kind
from app.ui.widgets.focus_ring import WIDTH

ROW_RADIUS = 6
SIDE = 8
BAR = 3


class RowList(QListView):
    """``opened`` carries the index of the row that was clicked or confirmed with Return."""

    opened = Signal(QModelIndex)
    left_upwards = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.by_keyboard = False
        set_kind(self, Kind.BARE)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.viewport().setAutoFillBackground(False)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self.theme = theme
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the row under the pointer."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and index.isValid():
            self.opened.emit(index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the ring away: the pointer has taken over."""
        self.by_keyboard = False
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return opens, Up on the first row leaves the list; Home, End, Page Up and Down work."""
        self.by_keyboard = True
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if index.isValid():
                self.opened.emit(index)
        elif event.key() == Qt.Key.Key_Up and index.row() <= 0:
            self.left_upwards.emit()
        else:
            super().keyPressEvent(event)
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Stand on a row as soon as the keyboard arrives."""
        self.by_keyboard = event.reason() is not Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)
        model = self.model()
        if not self.currentIndex().isValid() and model.rowCount():
            self.setCurrentIndex(model.index(0, 0))
        self.viewport().update()


def paint_row_ground(
    painter: QPainter, option: QStyleOptionViewItem, view: RowList, *, chosen: bool, below: int = 0
) -> None:
    """Draw what lies under a row: chosen, under the pointer, or where the keyboard is."""
    theme = view.theme
    rect = row_rect(option).adjusted(0, 0, 0, -below)
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
    if focused and view.by_keyboard:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.accent, WIDTH))
        painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), ROW_RADIUS, ROW_RADIUS)


def row_rect(option: QStyleOptionViewItem) -> QRectF:
    """Return the rounded area of a row."""
    return QRectF(option.rect).adjusted(SIDE, 0, -SIDE, 0)


def row_size(height: int) -> QSize:
    """Return the size of a row; the list gives it its own width."""
    return QSize(80, height)
