"""The program was started again while its window is open.

Job: bring this window to the front when a second start asks for it, and answer. Rule: it hears from when
this process holds the profile's lock, and before that while its page asks how to open the profile; what
asks is a changed time of one file, never a connection.
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
        self._place: Path | None = None
        self._waiting: knock.Waiting | None = None
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._changed)

    def wait(self) -> None:
        """Begin to listen while the page that opens the profile is shown; safe to call again."""
        if self._place is None:
            self._waiting = knock.Waiting.take(self._profile)
            if self._waiting is not None:
                self._listen(knock.waiting_place(self._profile))

    def hear(self) -> None:
        """Begin to listen, once this process holds the profile; safe to call again."""
        if self._place != knock.place(self._profile):
            self._listen(knock.place(self._profile))
            self._stop_waiting()

    def close(self) -> None:
        """Listen no longer: this window has nothing to do with the profile any more, or ends."""
        self._place = None
        if self._watcher.files():
            self._watcher.removePaths(self._watcher.files())
        self._stop_waiting()

    def _listen(self, place: Path) -> None:
        self._place = place
        if self._watcher.files():
            self._watcher.removePaths(self._watcher.files())
        self._watcher.addPath(str(place))

    def _stop_waiting(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.release()

    def _changed(self) -> None:
        place = self._place
        if place is None or not knock.is_asked(place):
            return
        self._show()
        try:
            knock.answer(place)
        except OSError as error:
            # Who asks then says that the window is open somewhere, which is true.
            log_event("window.second_start_not_answered", errno=error.errno or 0)

    def _show(self) -> None:
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
