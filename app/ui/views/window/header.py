"""The header: which conversation this is, and what can be done with all of it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from app.core import texts
from app.ui.theme import IconName, TextRole, Theme
from app.ui.widgets.controls.buttons import IconButton
from app.ui.widgets.surfaces.panel import Panel
from app.ui.widgets.words.label import Label
from app.ui.widgets.words.text_layout import one_line

HEIGHT = 48


class Header(Panel):
    """Title at the start, menu at the end; ``sidebar_toggled`` when the conversations are wanted."""

    rename_requested = Signal()
    delete_requested = Signal()
    sidebar_toggled = Signal()
    export_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "canvas", Qt.Edge.BottomEdge, parent)
        self.setAccessibleName(texts.text("ui.header.name"))
        self.sidebar_button = IconButton(theme, IconName.PANEL_LEFT, texts.text("ui.header.sidebar"))
        self.sidebar_button.clicked.connect(self.sidebar_toggled)
        self.sidebar_button.hide()
        self.title = Label(theme, "", TextRole.NAME, "text")
        self.title.set_may_shrink(True)
        self.export = IconButton(theme, IconName.FILE_DOWN, texts.text("ui.header.export"))
        self.export.clicked.connect(self.export_requested)
        self.more = IconButton(theme, IconName.ELLIPSIS, texts.text("ui.header.more"))
        self.menu = QMenu(self.more)
        self._rename = self.add_action(texts.text("ui.header.rename"))
        self._rename.triggered.connect(self.rename_requested)
        self._delete = self.add_action(texts.text("ui.header.delete"))
        self._delete.triggered.connect(self.delete_requested)
        self.more.clicked.connect(self._show_menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 14, 1)
        row.setSpacing(8)
        row.addWidget(self.sidebar_button)
        row.addWidget(self.title, 1)
        row.addWidget(self.export)
        row.addWidget(self.more)
        self.set_theme(theme)
        self.set_title("")

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(self.sidebar_button, self.title, self.export, self.more)
        self.setFixedHeight(theme.px(HEIGHT))

    def set_title(self, title: str) -> None:
        """Show the conversation's title; "" for a new conversation, which has no menu yet."""
        self.title.set_text(one_line(title) or texts.text("ui.sidebar.untitled"))
        self.export.setVisible(bool(title))
        self.more.setVisible(bool(title))

    def _show_menu(self) -> None:
        below = self.more.mapToGlobal(QPoint(self.more.width(), self.more.height() + 4))
        self.menu.popup(below - QPoint(self.menu.sizeHint().width(), 0))

    def add_action(self, words: str) -> QAction:
        """Add an entry to the menu and return it."""
        return self.menu.addAction(words)
