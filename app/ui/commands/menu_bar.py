"""The menu bar.

Job: the commands as menus, by each system's habits. Rule: on a Mac it is the system's own bar, with
About, Settings and Quit in the program's menu; elsewhere it takes no room until Alt or F10 asks for it
(the mock-ups show windows without one) or the person keeps it in sight.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar

from app.ui.commands import table
from app.ui.commands.actions import Actions
from app.ui.commands.command import Menu


class MenuBar(QMenuBar):
    """The bar of ``window``; ``set_kept`` keeps it in sight.

    Where it is in the window it lies behind what the window shows, which moves down when it is asked
    for: a bar that changed its own size while a menu is open would forget which one it is.
    """

    def __init__(self, actions: Actions, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._kept = self._asked = False
        self.menus: dict[Menu, QMenu] = {}
        for menu in Menu:
            if menu.is_shown:
                self.menus[menu] = self._add(menu, actions)
        if sys.platform == "darwin":
            window.setMenuBar(self)
        else:
            self.setNativeMenuBar(False)
            self.lower()
            window.installEventFilter(self)

    def set_kept(self, kept: bool) -> None:
        """Keep the bar in sight, or let it come only when it is asked for."""
        self._kept = kept
        self._settle()

    def open_first(self) -> None:
        """Open the first menu, as F10 does."""
        self.setActiveAction(self.actions()[0])

    def _add(self, menu: Menu, actions: Actions) -> QMenu:
        # Made here: of a menu that Qt makes, PySide loses hold after a while.
        made = QMenu(menu.words, self)
        made.setWindowTitle(menu.words.replace("&", ""))  # what a screen reader calls the open menu
        self.addMenu(made)
        for command in table.ALL:
            if command.menu is menu:
                if command.begins_group:
                    made.addSeparator()
                made.addAction(actions.action(command))
        made.aboutToShow.connect(self._look)
        made.aboutToHide.connect(self._look)
        return made

    def _look(self) -> None:
        """Come and go with the menus and the keyboard."""
        # Later: between two menus there is a moment without one.
        QTimer.singleShot(0, self, self._come_or_go)

    def _come_or_go(self) -> None:
        self._asked = self.hasFocus() or any(menu.isVisible() for menu in self.menus.values())
        self._settle()

    def _settle(self) -> None:
        if self.isNativeMenuBar() or sys.platform == "darwin":
            return
        height = self.sizeHint().height()
        if self.width() != self._window.width() or self.height() != height:
            self.setGeometry(0, 0, self._window.width(), height)
        room = height if self._kept or self._asked else 0
        if room != self._window.contentsMargins().top():
            self._window.setContentsMargins(0, room, 0, 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's width."""
        if watched is self._window and event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._settle()
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            QTimer.singleShot(0, self, self._settle)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Come into sight: Alt has been pressed."""
        super().focusInEvent(event)
        self._look()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Go again, unless one of the menus has the keyboard now."""
        super().focusOutEvent(event)
        self._look()
