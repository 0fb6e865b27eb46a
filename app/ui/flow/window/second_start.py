"""The program was started again while its window is open.

Job: bring this window to the front when a second start asks for it, and answer. Rule: it hears from
when this process holds the profile's lock; what asks is a changed time of one file, never a connection.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, Qt
from PySide6.QtWidgets import QWidget

from app.core.logs import log_event
from app.storage.files import knock


class SecondStart(QObject):
    """Shows ``window`` whenever somebody starts the program again with ``profile``."""

    def __init__(self, window: QWidget, profile: Path) -> None:
        super().__init__(window)
        self._window = window
        self._profile = profile
        self._watcher: QFileSystemWatcher | None = None

    def hear(self) -> None:
        """Begin to listen, once this process holds the profile; safe to call again."""
        if self._watcher is not None:
            return
        self._watcher = QFileSystemWatcher([str(knock.place(self._profile))], self)
        self._watcher.fileChanged.connect(self._changed)

    def _changed(self) -> None:
        if not knock.is_asked(self._profile):
            return
        self._show()
        try:
            knock.answer(self._profile)
        except OSError as error:
            # Who asks then says that the window is open somewhere, which is true.
            log_event("window.second_start_not_answered", errno=error.errno or 0)

    def _show(self) -> None:
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
