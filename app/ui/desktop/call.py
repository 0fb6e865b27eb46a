"""Calling the person back, when something long has ended while they work elsewhere.

Job: one notification of the system, and the window's mark in the taskbar. Rule: it says that something
ended, never what; nothing is shown while the window is the active one.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from app.core.texts import text

SHOWN_MS = 8000


class Call(QObject):
    """Calls to ``window``. The icon that some systems tie a notification to goes with it."""

    def __init__(self, window: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self._icon: QSystemTrayIcon | None = None
        self._gone = QTimer(self, interval=SHOWN_MS, singleShot=True)
        self._gone.timeout.connect(self.end)

    def call(self) -> None:
        """Ask for a look, unless the person is here."""
        if QApplication.activeWindow() is not None:
            return
        QApplication.alert(self._window)
        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            self._notify()

    def _notify(self) -> None:
        if self._icon is None:
            self._icon = QSystemTrayIcon(self._window.windowIcon(), self)
            self._icon.messageClicked.connect(self._window.activateWindow)
        self._icon.show()
        words = text("models.ended")
        self._icon.showMessage(text("ui.title"), words, self._window.windowIcon(), SHOWN_MS)
        self._gone.start()

    def end(self) -> None:
        """Take the icon away."""
        self._gone.stop()
        if self._icon is not None:
            self._icon.hide()
