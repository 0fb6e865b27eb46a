"""Where Python's cycles are collected: on the GUI thread.

Job: look now and then whether a collection is due, and do it. Rule: no other thread ever collects.

Python collects in whatever thread has just made an object. A window, a menu or a timer that stands in a
cycle would then be taken apart by a lane, while the GUI thread paints it: the program ends, rarely, and
nowhere near the cause.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

LOOK_MS = 500
DUE = (2000, 10, 10)
"""New objects, collections of the young, and of those that outlived one, before the next is due."""


class Garbage(QObject):
    """From when it is made, only this collects, as long as the GUI thread has an event loop."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.collect_due)
        self._timer.start()

    def collect_due(self) -> None:
        """Collect as far as is due by now; on the GUI thread."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > DUE[generation]:
                gc.collect(generation)
                return
