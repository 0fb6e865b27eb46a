"""The conversations in the sidebar: rows, renaming in place, the context menu."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QMenu, QStyleOptionViewItem, QWidget

from app.core import texts
from app.storage.history.stored_text import TITLE_LIMIT
from app.ui.models.conversations import CURRENT_ROLE, ConversationListModel
from app.ui.theme import TextRole, Theme
from app.ui.theme.type import MEDIUM
from app.ui.widgets.rows.row_list import RowList
from app.ui.widgets.rows.row_painter import Index, RowPainter, draw_line, row_rect

TEXT_INSET = 12
ARRIVING = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class ConversationRow(RowPainter):
    """Draws one conversation and makes the field it is renamed in."""

    def is_chosen(self, index: Index) -> bool:
        """Say whether a conversation is the one on screen."""
        return bool(index.data(CURRENT_ROLE))

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the title."""
        theme = self.view.theme
        draw_line(
            painter,
            row_rect(option).adjusted(TEXT_INSET, 0, -TEXT_INSET, 0),
            str(index.data()),
            theme.font(TextRole.UI, MEDIUM if self.is_chosen(index) else None),
            theme.text,
            at=Qt.AlignmentFlag.AlignVCenter,
        )

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index) -> QLineEdit:
        """Return the field of a rename."""
        editor = QLineEdit(parent)
        editor.setMaxLength(TITLE_LIMIT)
        editor.setFont(self.view.theme.font(TextRole.UI))
        editor.setAccessibleName(texts.text("ui.sidebar.rename"))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Put the title into the field."""
        assert isinstance(editor, QLineEdit)
        editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))
        editor.selectAll()

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        """Lay the field over the row."""
        area: QRect = row_rect(option).toRect()
        editor.setMinimumHeight(0)
        editor.setGeometry(area)


class ConversationList(RowList):
    """Signals of the context menu and its keys; of what is deleted the sidebar reports the wish."""

    delete_asked = Signal(QModelIndex)

    def __init__(
        self, theme: Theme, conversations: ConversationListModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self.setModel(conversations)
        self.setItemDelegate(ConversationRow(self))
        self.setAccessibleName(texts.text("ui.sidebar.list_name"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F2 renames, Delete asks to delete; the rest is a row list's."""
        index = self.currentIndex()
        if event.key() == Qt.Key.Key_F2 and index.isValid():
            self.edit(index)
        elif event.key() == Qt.Key.Key_Delete and index.isValid():
            self.delete_asked.emit(index)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Stand on the conversation on screen when the keyboard comes: one place is marked."""
        if event.reason() in ARRIVING:
            self.stand_on_open()
        super().focusInEvent(event)

    def stand_on_open(self) -> None:
        """Make the row of the conversation on screen, where it is in the list, the one keys act on."""
        rows = self.model()
        for row in range(rows.rowCount()):
            if rows.index(row, 0).data(CURRENT_ROLE):
                self.setCurrentIndex(rows.index(row, 0))
                return

    def _show_menu(self, at: QPoint) -> None:
        index = self.indexAt(at)
        if not index.isValid():
            return
        self.setCurrentIndex(index)
        self.menu_for(index).popup(self.viewport().mapToGlobal(at))

    def menu_for(self, index: QModelIndex) -> QMenu:
        """Return the context menu of a row; it goes away by itself when it is closed."""
        where = QPersistentModelIndex(index)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        rename = menu.addAction(texts.text("ui.sidebar.rename"))
        rename.setShortcut(Qt.Key.Key_F2)
        rename.triggered.connect(lambda: self.edit(self._live(where)))
        delete = menu.addAction(texts.text("ui.sidebar.delete"))
        delete.setShortcut(Qt.Key.Key_Delete)
        delete.triggered.connect(lambda: self.delete_asked.emit(self._live(where)))
        return menu

    def _live(self, where: QPersistentModelIndex) -> QModelIndex:
        return self.model().index(where.row(), 0)

    def viewportEvent(self, event: QEvent) -> bool:
        """Forget the pointer when it leaves."""
        if event.type() == QEvent.Type.Leave:
            self.viewport().update()
        return super().viewportEvent(event)
