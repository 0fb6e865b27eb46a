"""The system asks the program to end.

Job: turn Ctrl-C in a terminal, the end of a session and ``kill`` into one Qt signal, so that the program
closes as if its window had been closed: text saved, engine ended. Rule: the first one asks; from then on
the system's own way holds again, so a second one ends the program at once.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal


class EndSignals(QObject):
    """Emits ``received`` on the GUI thread. One at a time, made on the main thread; not on Windows."""

    received = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._before: dict[int, signal._HANDLER] = {}
        if sys.platform == "win32":
            return
        # Python's own handlers run only when Python does, and an idle window never does.
        self._reading, self._writing = os.pipe()
        for end in (self._reading, self._writing):
            os.set_blocking(end, False)
        self._notifier = QSocketNotifier(self._reading, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._woken)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._before[number] = signal.signal(number, _noted)
        self._woken_before = signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)

    def close(self) -> None:
        """Give the signals back as they were; safe to call twice."""
        if not self._before:
            return
        before, self._before = self._before, {}
        signal.set_wakeup_fd(self._woken_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        self._notifier.setEnabled(False)
        os.close(self._reading)
        os.close(self._writing)

    def _woken(self) -> None:
        self.close()
        self.received.emit()


def _noted(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the pipe has told the window."""
