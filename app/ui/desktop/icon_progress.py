"""Progress on the program's icon, in the dock or the taskbar.

Job: one share, shown as each system can: a bar on Linux docks and on the Windows taskbar, per cent on
the icon of the macOS dock. Rule: a number and nothing else leaves the program; where the desktop knows
no such thing nothing happens.
"""

from __future__ import annotations

import sys
from typing import Protocol

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

if sys.platform == "win32":
    from app.ui.desktop.taskbar_list import TaskbarList
elif sys.platform == "linux":
    from app.ui.desktop.launcher_entry import LauncherEntry


class Icon(Protocol):
    """An icon that can show per cent; None shows the plain icon."""

    def show(self, percent: int | None) -> None:
        """Show it."""


class BadgeIcon:
    """The icon in the macOS dock: Qt draws a number on it."""

    def show(self, percent: int | None) -> None:
        """Show it; nothing done yet is a plain icon too."""
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.setBadgeNumber(percent or 0)


class IconProgress:
    """Tells ``icon`` of whole per cent, each once."""

    def __init__(self, icon: Icon) -> None:
        self._icon = icon
        self._shown: int | None = None

    def show(self, share: float | None) -> None:
        """Show how much is done, 0 to 1; None when nothing is under way."""
        percent = None if share is None else round(100 * min(max(share, 0.0), 1.0))
        if percent != self._shown:
            self._shown = percent
            self._icon.show(percent)


def icon_of(window: QWidget) -> Icon:
    """Return the icon of this program on this system."""
    if sys.platform == "win32":
        icon: Icon = TaskbarList(window.winId)
    elif sys.platform == "linux":
        icon = LauncherEntry(QGuiApplication.desktopFileName())
    else:
        icon = BadgeIcon()
    return icon
