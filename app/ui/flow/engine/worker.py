"""The Interface's side of the engine.

Job: keep one :class:`EngineClient` on a lane of its own and turn its events into signals. Rule:
requests go through the lane one at a time; only stop and "answer now" overtake it. The client loads
the model file again by itself when its child died.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.core.conversation.ledger import Ledger
from app.core.conversation.message import Stop
from app.core.errors import UserError
from app.core.logs import log_event
from app.engine.client import EngineClient
from app.engine.protocol.errands import Planned
from app.engine.protocol.events import (
    CheckProgress,
    Event,
    Loaded,
    LoadProgress,
    PartDelta,
    PrefillProgress,
    TurnDone,
)
from app.engine.protocol.requests import LedgerRequest, LoadRequest, PrepareRequest, TurnRequest
from app.ui.flow.tasks import Lane, T

CLOSE_PATIENCE_S = 2.0
"""How long a closing window waits for an engine that is busy or hangs, in seconds."""

MOST_UNSEEN = 32
"""Events that may wait for the GUI thread; an engine that says more waits with them.

Half a second of what an honest one says. Qt delivers all that is posted before it looks at the mouse:
without a bound, an engine that was taken over could keep everyone from the button that stops it.
"""
_LOOK_EVERY_S = 0.1


class EngineWorker(QObject):
    """Loads a model file and runs turns on it.

    ``checking`` tells how much of a file was read that is checked before it is loaded.
    Signals arrive on the GUI thread in the engine's order; every :meth:`ask` ends in exactly one of
    ``finished`` and ``failed``. ``planned`` carries the plan that a load follows or is
    refused by; ``rested`` says that the engine has ended and its memory is free.
    """

    checking = Signal(float)
    loading = Signal(float)
    loaded = Signal(object)
    load_failed = Signal(object)
    planned = Signal(object)
    rested = Signal()
    prefill = Signal(object)
    delta = Signal(object)
    finished = Signal(object)
    failed = Signal(object)
    _event = Signal(object)

    def __init__(self, client: EngineClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._lane = Lane("engine", self)
        self._stop_wanted = threading.Event()
        self._unseen = threading.Semaphore(MOST_UNSEEN)
        self._closing = threading.Event()
        self._generating = False
        self._loads = 0
        self._checking = False
        self.asked_for = 0
        """The number of the conversation that the last question belongs to; 0: to none."""
        self._event.connect(self._dispatch)

    def load(self, request: LoadRequest) -> None:
        """Load a model file; ends in ``loaded`` or ``load_failed``.

        A file that is still being checked is given up for it, and nothing more is said of that one.
        """
        if self._checking:
            self._client.cancel()
        self._loads += 1
        number = self._loads

        def failed(error: UserError) -> None:
            if number == self._loads:
                self._checking = False
                self.load_failed.emit(error)

        self._lane.run(lambda: self._client.load(request, self._tell), failed=failed)

    def ask(self, request: TurnRequest) -> None:
        """Generate one answer; ends in ``finished`` or ``failed``."""
        self._stop_wanted.clear()
        self.asked_for = request.conversation
        self._lane.run(lambda: self._generate(request), done=self.finished.emit, failed=self.failed.emit)

    def stop(self) -> None:
        """End the running answer; what was written is kept. A load under way goes on."""
        self._stop_wanted.set()
        if self._generating:
            self._client.cancel()

    def stop_loading(self) -> None:
        """Give up a load or a check under way; ends in ``load_failed``. A question loads again."""
        if not self._generating:
            self._client.cancel()

    def answer_now(self) -> None:
        """End the reasoning and make the model answer with what it has."""
        self._client.answer_now()

    @property
    def ready(self) -> bool:
        """Whether a model is loaded, so that a question about it is answered at once."""
        return self._client.alive

    def prepare(self, request: PrepareRequest) -> None:
        """Have the engine read ahead while it has nothing else to do; the newest request counts."""
        self._client.prepare(request)

    def count(
        self,
        request: LedgerRequest,
        done: Callable[[Ledger], None],
        failed: Callable[[UserError], None] | None = None,
    ) -> None:
        """Have the engine count what a turn would read."""
        self._lane.run(lambda: self._client.count(request), done, failed or _log_only)

    def aside(
        self,
        work: Callable[[EngineClient], T],
        done: Callable[[T], None],
        failed: Callable[[UserError], None],
    ) -> None:
        """Do something with the engine that nobody waits for, after what was asked before."""
        self._lane.run(lambda: work(self._client), done, failed)

    @property
    def pid(self) -> int | None:
        """The engine's process number, None without one."""
        return self._client.pid

    def rest(self) -> None:
        """End the engine; the next request starts it again. Ends in ``rested``."""
        self._lane.run(self._client.rest, done=lambda _: self.rested.emit())

    def free_memory(self) -> None:
        """Make the engine give its caches back; one that cannot is found out by the next request."""
        self._lane.run(self._client.free_memory, failed=_log_only)

    def self_test(self, done: Callable[[bool], None]) -> None:
        """Have the engine compare itself with what it was when it was loaded; trouble counts as a no."""
        self._lane.run(self._client.self_test, done=done, failed=lambda _: done(False))

    def close(self) -> None:
        """Stop the child and the lane; called once, when the window closes.

        What the engine wrote is kept already, so one that does not stop at once is not waited for.
        """
        self._closing.set()
        self.stop()
        self._lane.run(self._client.close)
        if self._checking:
            self._client.cancel()
        if not self._lane.close(CLOSE_PATIENCE_S):
            self._client.cancel()
            self._client.kill()
            self._lane.close()

    def _generate(self, request: TurnRequest) -> TurnDone:
        """Run on the lane; a stop that came before the client knew of the turn still counts."""
        if self._stop_wanted.is_set():
            return TurnDone(Stop.CANCELLED, parts=())

        def forward(event: Event) -> None:
            if self._stop_wanted.is_set() and isinstance(event, PrefillProgress):
                self._client.cancel()
            self._tell(event)

        self._generating = True
        try:
            return self._client.generate(request, forward)
        finally:
            self._generating = False

    def _tell(self, event: Event) -> None:
        """Hand an event to the GUI thread, once it has seen enough of those before."""
        while not self._unseen.acquire(timeout=_LOOK_EVERY_S):
            if self._closing.is_set():  # nobody looks any more
                return
        self._event.emit(event)

    def _dispatch(self, event: Event) -> None:
        self._unseen.release()
        self._checking = isinstance(event, CheckProgress)
        match event:
            case CheckProgress():
                self.checking.emit(event.fraction)
            case LoadProgress():
                self.loading.emit(event.fraction)
            case Planned():
                self.planned.emit(event.plan)
            case Loaded():
                self.loaded.emit(event)
            case PrefillProgress():
                self.prefill.emit(event)
            case PartDelta():
                self.delta.emit(event)
            case TurnDone():
                pass  # the call's own result says the same, after every delta


def _log_only(_error: UserError) -> None:
    log_event("engine.wish_not_done")
