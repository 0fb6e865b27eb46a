"""Work away from the GUI thread.

Job: a :class:`Lane` runs functions one after another on a thread of its own and brings each result
back to the GUI thread. Rule: this is the only way off the GUI thread and the only way back; a lane
is a single writer, so what it guards (the vault, the engine client) needs no lock. Whatever a job refers
to is let go on the GUI thread, never by the lane: it may be the last that holds a widget.
"""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from app.core.errors import UserError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[], Any]
    done: Callable[[Any], None] | None
    failed: Callable[[UserError], None] | None


@dataclass(frozen=True, slots=True)
class _Outcome:
    number: int
    result: Any = None
    error: Exception | None = None


_still_running: list[Lane] = []
"""Lanes whose thread did not end in time: the thread must not be the last that holds them."""


class Lane(QObject):
    """One worker thread with a queue.

    ``name`` names the thread. A UserError goes to the job's ``failed``; so does a bug, in general
    words, and it is raised again on the GUI thread, where the program's bug handler sees it. Call
    :meth:`close` before the program ends.
    """

    _ended = Signal()

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: dict[int, _Job] = {}
        self._numbers = itertools.count()
        self._waiting: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._outcomes: queue.SimpleQueue[_Outcome] = queue.SimpleQueue()
        self._telling = threading.Lock()
        self._closed = self._dropping = False
        self._ended.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[UserError], None] | None = None,
    ) -> None:
        """Run ``work`` on the lane, then ``done(result)`` or ``failed(error)`` on the GUI thread."""
        if not self._closed:
            number = next(self._numbers)
            self._jobs[number] = _Job(work, done, failed)
            self._waiting.put(number)

    def close(self, timeout_s: float = 10.0, *, drop: bool = False) -> bool:
        """Let the queued work end, then the thread; returns False if it did not end in time.

        With ``drop`` only the work under way is waited for. Results that arrive after this are dropped:
        nobody is there to show them to.
        """
        with self._telling:
            first, self._closed = not self._closed, True
        if first:
            self._dropping = drop
            self._waiting.put(None)
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            if self not in _still_running:
                _still_running.append(self)
            return False
        self._jobs.clear()
        return True

    def _run(self) -> None:
        while (number := self._waiting.get()) is not None:
            if self._dropping:
                continue
            self._outcomes.put(self._outcome(number))  # held by the queue alone before anyone is told
            with self._telling:
                if not self._closed:
                    self._ended.emit()

    def _outcome(self, number: int) -> _Outcome:
        try:
            return _Outcome(number, result=self._jobs[number].work())
        except Exception as error:  # noqa: BLE001 - a thread's border: every error goes to the GUI thread
            return _Outcome(number, error=error)

    def _deliver(self) -> None:
        if self._closed:
            return
        outcome = self._outcomes.get_nowait()
        job, error = self._jobs.pop(outcome.number), outcome.error
        if isinstance(error, UserError) and job.failed is not None:
            job.failed(error)
        elif error is not None:
            if job.failed is not None:  # nobody waits for ever because of a bug
                job.failed(UserError("ui.our_mistake"))
            raise error
        elif job.done is not None:
            job.done(outcome.result)
