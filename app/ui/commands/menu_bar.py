"""The menu bar.

Job: the commands as menus, by each system's habits. Rule: on a Mac it is the system's own bar, with
About, Settings and Quit in the program's menu; elsewhere it takes no room until Alt or F10 asks for it
(the mock-ups show windows without one) or the person keeps it in sight.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from app.ui.commands import table
from app.ui.commands.actions import Actions
from app.ui.commands.command import Menu


class MenuBar(QMenuBar):
    """A bar that comes when it is asked for; ``set_kept`` keeps it in sight."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kept = self.isNativeMenuBar() or sys.platform == "darwin"
        self._asked = False
        self.menus: dict[Menu, QMenu] = {}
        for menu in Menu:
            if menu.is_shown:
                self.menus[menu] = self._add(menu, actions)

    @property
    def in_sight(self) -> bool:
        """Whether it takes room in the window."""
        return self._kept or self._asked

    def set_kept(self, kept: bool) -> None:
        """Keep the bar in sight, or let it come only when it is asked for."""
        self._kept = kept
        self._resettle()

    def open_first(self) -> None:
        """Open the first menu, as F10 does."""
        self.setActiveAction(self.actions()[0])

    def _add(self, menu: Menu, actions: Actions) -> QMenu:
        made = self.addMenu(menu.words)
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
        # Later: a bar that changes its size while one of its menus opens makes Qt close that again.
        QTimer.singleShot(0, self, self._come_or_go)

    def _come_or_go(self) -> None:
        asked = self.hasFocus() or any(menu.isVisible() for menu in self.menus.values())
        if asked != self._asked:
            self._asked = asked
            self._resettle()

    def _resettle(self) -> None:
        self.updateGeometry()
        window = self.parentWidget()
        layout = window.layout() if window is not None else None
        if layout is not None:
            layout.invalidate()
            layout.activate()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Come into sight: Alt has been pressed."""
        super().focusInEvent(event)
        self._look()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Go again, unless one of the menus has the keyboard now."""
        super().focusOutEvent(event)
        self._look()

    def sizeHint(self) -> QSize:
        """Return no height while nobody asks for the bar."""
        return self._or_nothing(super().sizeHint())

    def minimumSizeHint(self) -> QSize:
        """Return no height while nobody asks for the bar."""
        return self._or_nothing(super().minimumSizeHint())

    def heightForWidth(self, width: int) -> int:
        """Return no height while nobody asks for the bar."""
        return super().heightForWidth(width) if self.in_sight else 0

    def _or_nothing(self, size: QSize) -> QSize:
        return size if self.in_sight else QSize(size.width(), 0)
