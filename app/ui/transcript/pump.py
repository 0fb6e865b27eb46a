"""From the engine's pace to the screen's.

Job: take streamed text and hand it over in batches, at most 30 a second and never more than a fifth of
the time; text that comes after a pause is handed over at once. Rule: one timer, running only while an
answer streams.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, QTimer

from app.engine.protocol.events import PartDelta

INTERVAL_MS = 33
SHARE = 4
"""The pause after a step is at least this many times what the step cost."""


class StreamPump(QObject):
    """Calls ``step`` with everything that came in since the last call, even if that is nothing."""

    def __init__(self, step: Callable[[list[PartDelta]], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._step = step
        self._queue: deque[PartDelta] = deque()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._tick)
        self._running = False
        self._next = 0.0
        self.steps = 0

    @property
    def running(self) -> bool:
        """Say whether an answer streams."""
        return self._running

    def put(self, delta: PartDelta) -> None:
        """Add text; any thread may, but only the pump's own is served at once."""
        self._queue.append(delta)
        due = self._running and time.monotonic() >= self._next
        if due and self.thread() is QThread.currentThread():
            self._timer.start(0)

    def start(self) -> None:
        """Begin with an empty queue."""
        self._queue.clear()
        self._running = True
        self._next = 0.0
        self._timer.start(INTERVAL_MS)

    def stop(self) -> list[PartDelta]:
        """End; returns what was not handed over yet."""
        self._running = False
        self._timer.stop()
        return self._drain()

    def flush(self) -> None:
        """Hand over what there is, now."""
        self._step(self._drain())

    def _drain(self) -> list[PartDelta]:
        drained: list[PartDelta] = []
        while self._queue:
            drained.append(self._queue.popleft())
        return drained

    def _tick(self) -> None:
        started = time.monotonic()
        self.steps += 1
        deltas = self._drain()
        self._step(deltas)
        cost = (time.monotonic() - started) * 1000
        pause = max(INTERVAL_MS, round(SHARE * cost))
        if deltas:
            self._next = started + pause / 1000
        if self._running:
            self._timer.start(pause)
