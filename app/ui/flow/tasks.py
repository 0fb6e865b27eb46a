"""Work away from the GUI thread.

Job: a :class:`Lane` runs functions one after another on a thread of its own and brings each result
back to the GUI thread. Rule: this is the only way off the GUI thread and the only way back; a lane
is a single writer, so what it guards (the vault, the engine client) needs no lock.
"""

from __future__ import annotations

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
    job: _Job
    result: Any = None
    error: Exception | None = None


class Lane(QObject):
    """One worker thread with a queue.

    ``name`` names the thread. A UserError goes to the job's ``failed``; so does a bug, in general
    words, and it is raised again on the GUI thread, where the program's bug handler sees it. Call
    :meth:`close` before the program ends.
    """

    _ended = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
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
            self._jobs.put(_Job(work, done, failed))

    def close(self, timeout_s: float = 10.0) -> bool:
        """Let the queued work end, then the thread; returns False if it did not end in time.

        Results that arrive after this are dropped: nobody is there to show them to.
        """
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                outcome = _Outcome(job, result=job.work())
            except Exception as error:  # noqa: BLE001 - a thread's border: every error goes to the GUI thread
                outcome = _Outcome(job, error=error)
            if not self._closed:
                self._ended.emit(outcome)

    def _deliver(self, outcome: _Outcome) -> None:
        job, error = outcome.job, outcome.error
        if self._closed:
            return
        if isinstance(error, UserError) and job.failed is not None:
            job.failed(error)
        elif error is not None:
            if job.failed is not None:  # nobody waits for ever because of a bug
                job.failed(UserError("ui.our_mistake"))
            raise error
        elif job.done is not None:
            job.done(outcome.result)
