"""A list of rows, each opened as a whole.

Job: one Tab stop with arrow keys inside. Rule: Return opens, a single click opens, moving with the
arrows does not; where one is always chosen, moving chooses.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QStandardItemModel
from PySide6.QtWidgets import QFrame, QListView, QSizePolicy, QStyledItemDelegate, QWidget

from app.ui.theme import Theme
from app.ui.theme.style_sheet import Kind, set_kind


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


class ChoiceList(RowList):
    """One row is always chosen, and moving chooses at once: ``chosen`` carries its place."""

    chosen = Signal(int)

    def show_rows(self, rows: QStandardItemModel, delegate: QStyledItemDelegate) -> None:
        """Show ``rows``, none of which can be changed, as ``delegate`` draws them."""
        for place in range(rows.rowCount()):
            rows.item(place).setEditable(False)
        self.setModel(rows)
        self.setItemDelegate(delegate)
        self.selectionModel().currentChanged.connect(lambda now, _old: self.chosen.emit(now.row()))

    def choose(self, place: int) -> None:
        """Choose the row at ``place``."""
        self.setCurrentIndex(self.model().index(place, 0))
