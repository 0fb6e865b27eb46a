"""The bin, in a window of its own.

Job: list what was deleted, with the days that are left, and offer to restore it or to delete it for
good. Rule: it shows what it is given and reports wishes; it never says what a conversation is about
but by its title, and its own title says nothing at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.storage.history.bin import days_left
from app.storage.records import BinnedConversation
from app.ui.models.conversations import shown_title
from app.ui.theme import TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.views.beside.network_words import day
from app.ui.views.beside.side_window import SideWindow
from app.ui.widgets.access.announce import announce
from app.ui.widgets.arranging import stack
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.rows.row_list import RowList
from app.ui.widgets.rows.two_line_row import DETAIL_ROLE, TwoLineRow
from app.ui.widgets.surfaces.panel import Card
from app.ui.widgets.words.label import Label, plain_tip

STACKS_BELOW = 520
"""Pixels at 100 % text: in a narrower window the buttons stand below each other."""


class BinList(RowList):
    """What is in the bin; ``delete_asked`` when the Delete key was pressed on a row."""

    delete_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName(texts.text("bin.list_name"))
        self.rows = QStandardItemModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(TwoLineRow(self))

    def show_rows(self, binned: Sequence[BinnedConversation], days: int) -> None:
        """Show these conversations, of which each stays for ``days``."""
        now = time.time()
        self.rows.clear()
        for one in binned:
            title = shown_title(one.title)
            words = {
                "day": day(datetime.fromtimestamp(one.binned, UTC)),
                "messages": texts.plural("bin.messages", one.messages),
                "left": texts.plural("bin.left", days_left(one.binned, days, now)),
            }
            item = QStandardItem(title)
            item.setEditable(False)
            item.setData(texts.text("bin.row", **words), DETAIL_ROLE)
            spoken = texts.text("bin.row_name", title=title, **words)
            item.setData(spoken, Qt.ItemDataRole.AccessibleTextRole)
            item.setToolTip(plain_tip(spoken))
            self.rows.appendRow(item)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete asks to delete for good; the rest is a row list's."""
        if event.key() == Qt.Key.Key_Delete and self.currentIndex().isValid():
            self.delete_asked.emit()
        else:
            super().keyPressEvent(event)


class BinWindow(SideWindow):
    """The wishes carry identifiers of the vault; ``looked_at`` when the list may be old."""

    restore_requested = Signal(int)
    delete_requested = Signal(int)
    empty_requested = Signal()
    looked_at = Signal()
    grows = True

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, texts.text("bin.window"), QSize(640, 560), parent)
        self.binned: tuple[BinnedConversation, ...] = ()
        self._title = Label(theme, texts.text("bin.title"), TextRole.TITLE)
        self._sentence = Label(theme, "", TextRole.UI, "text2", wrap=True)
        self._empty = Label(theme, texts.text("bin.empty"), TextRole.UI, "text2", wrap=True)
        self._card = Card(theme)
        self.list = BinList(theme)
        self.restore = TextButton(theme, texts.text("bin.restore"), Kind.PRIMARY)
        self.delete = TextButton(theme, texts.text("bin.delete"))
        self.empty = TextButton(theme, texts.text("bin.empty_all"), Kind.QUIET)
        self.ring.redirect(self.list, None)
        self._build()
        self.list.selectionModel().currentChanged.connect(lambda *_rows: self._enable())
        self.list.delete_asked.connect(self.delete.click)
        self.restore.clicked.connect(lambda: self._wish(self.restore_requested.emit))
        self.delete.clicked.connect(lambda: self._wish(self.delete_requested.emit))
        self.empty.clicked.connect(self.empty_requested)
        self.show_bin((), 0)

    def _build(self) -> None:
        inside = QVBoxLayout(self._card)
        inside.setContentsMargins(1, 8, 1, 8)
        inside.addWidget(self.list)
        self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._buttons.setSpacing(8)
        self._buttons.addWidget(self.restore)
        self._buttons.addWidget(self.delete)
        self._buttons.addStretch(1)
        self._buttons.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 24)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._sentence)
        column.addSpacing(8)
        column.addWidget(self._empty)
        column.addWidget(self._card, 1)
        column.addSpacing(4)
        column.addLayout(self._buttons)
        column.addStretch(0)

    @property
    def chosen(self) -> BinnedConversation | None:
        """The conversation whose row is marked."""
        row = self.list.currentIndex().row()
        return self.binned[row] if 0 <= row < len(self.binned) else None

    def show_bin(self, binned: Sequence[BinnedConversation], days: int) -> None:
        """Show what is in the bin, where each stays for ``days``; the row that was marked stays so."""
        before, place = self.chosen, max(0, self.list.currentIndex().row())
        self.binned = tuple(binned)
        self.list.show_rows(self.binned, days)
        self._sentence.set_text(texts.plural("bin.kept", days))
        # Without a bin there is nothing to say about days, unless something lies there still.
        self._sentence.setVisible(bool(days) or bool(self.binned))
        self._empty.setVisible(not self.binned)
        for part in (self._card, self.restore, self.delete, self.empty):
            part.setVisible(bool(self.binned))
        kept = [row for row, one in enumerate(self.binned) if before and one.id == before.id]
        if self.binned:
            row = kept[0] if kept else min(place, len(self.binned) - 1)
            self.list.setCurrentIndex(self.list.rows.index(row, 0))
        self._enable()

    def say_restored(self, title: str) -> None:
        """Let a screen reader say what came back."""
        announce(self, texts.text("bin.restored", title=shown_title(title)))

    def _enable(self) -> None:
        for button in (self.restore, self.delete):
            button.setEnabled(self.chosen is not None)

    def _wish(self, wish: Callable[[int], object]) -> None:
        if self.chosen is not None:
            wish(self.chosen.id)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(
            *(self._title, self._sentence, self._empty, self._card, self.list),
            *(self.restore, self.delete, self.empty),
        )
        self._turn()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the buttons below each other where there is no room beside each other."""
        super().resizeEvent(event)
        self._turn()

    def _turn(self) -> None:
        stacked = self.width() < self.theme.px(STACKS_BELOW)
        stack(self._buttons, stacked)

    def showEvent(self, event: QShowEvent) -> None:
        """Say that the list is looked at."""
        super().showEvent(event)
        self.looked_at.emit()
