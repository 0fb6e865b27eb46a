"""The Interface's end of the line to an Engine process.

Job: start an engine for a model file, load it, run what is asked on it, notice when it hangs or dies,
and start it again on demand. Rule: one worker thread loads, generates and does what else blocks;
``prepare``, ``cancel``, ``answer_now``, ``kill`` and ``close`` may come from any thread. Whatever
happens to the child, the caller gets a result or a UserError, never a wait without an end.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from app.children.channel import MessageTooLargeError
from app.children.child import AT_ONCE, PATIENT, Child, Ladder
from app.children.outcome import Outcome
from app.children.supervision import RestartBudget
from app.core.errors import UserError
from app.core.ledger import Ledger
from app.core.logs import log_event
from app.engine import errand, file_check
from app.engine.failures import Failures
from app.engine.known_answers import KnownAnswers
from app.engine.line import GoneError, Line, Patience, Work
from app.engine.protocol.events import (
    LOAD_TURN,
    Counted,
    Event,
    Freed,
    Loaded,
    Restored,
    Saved,
    SelfTested,
    TurnDone,
)
from app.engine.protocol.requests import LedgerRequest, LoadRequest, PrepareRequest, TurnRequest
from app.engine.protocol.snapshots import SnapshotFacts
from app.engine.shown import Shown
from app.engine.transfer import Begin, receive_state, send_state

__all__ = ["EngineClient", "OnEvent", "Patience"]

OnEvent = Callable[[Event], None]
Then = Callable[[Line, Work, Event], Event]
R = TypeVar("R")

_ENDED_BY = ("engine.computing_failed", "engine.file_changed")
"""Errors after which an engine ends, because its state cannot be trusted."""


class _CancelledError(Exception):
    """What was cancelled left no result of its own."""


class EngineClient:
    """One engine process at a time, for one model file at a time."""

    def __init__(
        self,
        start: Callable[[str], Child] | None = None,
        budget: RestartBudget | None = None,
        patience: Patience | None = None,
        ladder: Ladder = PATIENT,
        check_schema: Callable[[str], None] = errand.check_schema,
        check_file: file_check.CheckFile = file_check.unchecked,
    ) -> None:
        self._check_file = check_file
        self._check_schema = check_schema
        self._start_child = start or partial(Child.start, bulk=True)
        self._budget = budget or RestartBudget()
        self._patience = patience or Patience()
        self._ladder = ladder
        self._lock = threading.Lock()
        self._line: Line | None = None
        self._request: LoadRequest | None = None
        self._loaded: Loaded | None = None
        self._failures = Failures()
        self._answers = KnownAnswers()
        self._resting = False
        self._sound_schema = ""
        self._turn = LOAD_TURN
        self._work: Work | None = None

    @property
    def loaded(self) -> Loaded | None:
        """What is loaded and alive, as far as is known; None before and after."""
        return self._loaded

    @property
    def pid(self) -> int | None:
        """The engine's process number, None without one."""
        line = self._line
        return line.child.pid if line else None

    # --- the worker thread ----------------------------------------------------------------------

    def load(self, request: LoadRequest, on_event: OnEvent) -> Loaded:
        """Load a model file in a fresh engine; an engine for another file is ended first.

        ``on_event`` gets CheckProgress, LoadProgress and Loaded. Raises UserError ``engine.*``,
        ``harmony.*``, ``children.*``, or that of ``check_file``, which is asked before every start.
        """
        self._retire(self._ladder)
        # The child runs in another folder than we do.
        path, before = str(Path(request.path).absolute()), self._request
        # Loaded anew, perhaps smaller, it is still asked with the adapters it had.
        known = before.adapters if before is not None and before.path == path else ()
        named = (str(Path(name).absolute()) for name in request.adapters)
        request = replace(request, path=path, adapters=tuple(dict.fromkeys((*named, *known))))
        self._request = request
        self._answers.turn_to(path)
        self._resting = False
        self._failures.begin(Path(request.path))
        work = self._begin(Work(LOAD_TURN, loading=True))
        try:
            file_check.run(self._check_file, request.path, work, on_event)
            return self._load(request, work, on_event)[1]
        finally:
            self._work = None

    def generate(self, request: TurnRequest, on_event: OnEvent) -> TurnDone:
        """Run one turn and return how it ended; restarts a dead engine first, within the budget.

        ``on_event`` gets PrefillProgress and PartDelta, and what :meth:`load` gives (or raises) when an
        engine is started again, as for an adapter that is new to it. A turn that was cancelled returns,
        also when the engine had to be killed for it. A schema is tried in a child of its own first.
        """
        request = self._equipped(request)
        shown = Shown(request.messages[-1].parts if request.continued else ())

        def show(event: Event) -> None:
            shown.note(event)
            on_event(event)

        try:
            return self._operate(TurnDone, "turn", request.to_json(), show)
        except _CancelledError:
            return shown.cancelled()

    def try_schema(self, schema: str) -> None:
        """Find out in a child of its own whether answers can be held to a schema; needs no engine.

        Raises UserError ``engine.schema_*``. The one that was sound last is not tried again.
        """
        if schema != self._sound_schema:
            self._check_schema(schema)
            self._sound_schema = schema

    def count(self, request: LedgerRequest) -> Ledger:
        """Count what the model would read for the next turn. Raises UserError ``engine.*``."""
        return self._ask(Counted, "ledger", request.to_json()).ledger

    def save(self, conversation: int, begin: Begin) -> SnapshotFacts | None:
        """Take what the engine holds of a conversation; None when that is nothing.

        ``begin`` gets the facts and returns what takes the bytes; what either raises comes out here, and
        UserError ``engine.*`` ("engine.cancelled" after :meth:`cancel`). No engine is started for it.
        """
        if not self.alive:
            return None
        facts = self._ask(
            Saved,
            "save",
            {"conversation": conversation},
            then=lambda line, work, event: receive_state(line, work, event, begin),
        ).facts
        return facts if facts.tokens else None

    def restore(
        self, conversation: int, facts: SnapshotFacts, chunks: Iterable[bytes | memoryview]
    ) -> Restored:
        """Put a saved state back, unless the engine holds it already or it does not fit.

        ``chunks`` is asked for nothing before the engine wants the bytes; what it raises comes out here
        and leaves the cache as it was. Raises and starts as :meth:`save`.
        """
        if not self.alive:
            return Restored(0, "no_engine")
        return self._ask(
            Restored,
            "restore",
            {"conversation": conversation, "facts": facts.to_json()},
            then=lambda line, work, event: send_state(line, work, event, chunks),
        )

    def self_test(self) -> bool:
        """Say whether the engine computes what it, and those before it, computed after loading.

        True without a live engine: there is nothing to doubt. Raises UserError ``engine.*``.
        """
        if not self.alive:
            return True
        tested = self._ask(SelfTested, "self_test", self._answers.request().to_json())
        self._answers.note(tested)
        return tested.ok

    def free_memory(self) -> None:
        """Make the engine give its caches back; nothing happens without a live one."""
        if self.alive:
            self._ask(Freed, "free", {})

    def rest(self) -> None:
        """End the engine to give its memory back; the next request starts it again, as no failure."""
        self._retire(self._ladder)
        self._resting = self._request is not None

    # --- any thread -----------------------------------------------------------------------------

    @property
    def alive(self) -> bool:
        """Whether a loaded engine runs and listens, as far as can be seen."""
        line = self._line
        return line is not None and self._loaded is not None and line.alive

    def prepare(self, request: PrepareRequest) -> None:
        """Have the engine read ahead while nothing else is asked; the newest wish replaces others.

        Dropped without a live engine: reading ahead is a help, never a need.
        """
        line = self._line
        if line is None or not self.alive:
            return
        try:
            line.send({"request": "prepare", "turn": self._turn, **request.to_json()})
        except (GoneError, MessageTooLargeError):
            log_event("engine.wish_not_delivered")

    def cancel(self) -> None:
        """End what runs (a turn, a load, a check) soon; nothing happens when nothing does."""
        with self._lock:
            if self._work and self._work.cancelled_at is None:
                self._work.cancelled_at = time.monotonic()
        self._wish("cancel")

    def answer_now(self) -> None:
        """End the running turn's reasoning and make the model answer; nothing without a turn."""
        self._wish("answer_now")

    def kill(self) -> None:
        """End the engine at once; a running turn then fails as if the engine had died."""
        line = self._line
        if line:
            line.child.kill()

    def close(self) -> None:
        """End the engine step by step; safe to repeat. A running turn fails."""
        self._retire(self._ladder)
        self._request = None

    def _wish(self, request: str) -> None:
        """Pass on a wish about what runs, if anything does."""
        with self._lock:
            line, work = self._line, self._work
        if line is not None and work is not None:
            line.wish(request, work.turn)

    # --- starting and ending --------------------------------------------------------------------

    def _begin(self, work: Work) -> Work:
        with self._lock:
            self._turn = max(self._turn, work.turn)
            self._work = work
        return work

    def _equipped(self, request: TurnRequest) -> TurnRequest:
        """Return the request as the engine can answer it, which may have to start again for it."""
        if request.schema:
            self.try_schema(request.schema)
        if not request.adapter or self._request is None:
            return request
        path = str(Path(request.adapter).absolute())
        if path not in self._request.adapters:
            if not Path(path).exists():  # nothing need start again to find that out
                raise UserError("engine.adapter_missing")
            self.rest()
            self._request = replace(self._request, adapters=(*self._request.adapters, path))
        return replace(request, adapter=path)

    def _revive(self, request: LoadRequest, work: Work, on_event: OnEvent) -> Line:
        """Return the line to the engine, started again if it is not there any more."""
        line = self._line
        if line and self.alive:
            return line
        self._failures.ended(self._retire(AT_ONCE))
        self._failures.check()
        file_check.run(self._check_file, request.path, work, on_event)
        if not self._resting and not self._budget.spend():
            raise UserError("engine.too_many_restarts")
        turn, work.turn, work.loading = work.turn, LOAD_TURN, True
        line, _ = self._load(request, work, on_event)
        self._resting = False
        work.turn, work.loading = turn, False
        return line

    def _load(self, request: LoadRequest, work: Work, on_event: OnEvent) -> tuple[Line, Loaded]:
        self._failures.loading()
        line = Line(self._start_child("engine"), self._patience, self._answers.note)
        with self._lock:
            self._line = line
        try:
            line.send({"request": "load", **request.to_json()})
            while True:
                event = line.next_event(work)
                if not isinstance(event, Loaded):
                    on_event(event)
                    continue
                self._loaded = event  # whoever hears of it may ask at once
                log_event("engine.loaded", ms=event.load_ms, context=event.context)
                on_event(event)
                return line, event
        except UserError:
            self._retire(self._ladder)
            raise
        except GoneError as gone:
            raise self._failures.of_load(gone.hung, self._retire(AT_ONCE)) from None

    def _retire(self, ladder: Ladder) -> Outcome | None:
        with self._lock:
            line, self._line = self._line, None
            self._loaded = None
        if line is None:
            return None
        line.hear_out()
        outcome = line.child.stop(ladder)
        log_event("engine.ended", code=outcome.code)
        return outcome

    # --- one request ----------------------------------------------------------------------------

    def _ask(
        self, result: type[R], kind: str, request: Mapping[str, Any], then: Then | None = None
    ) -> R:
        """Return the result of a request that says nothing on the way."""
        try:
            return self._operate(result, kind, request, _unheard, then)
        except _CancelledError:
            raise UserError("engine.cancelled") from None

    def _operate(
        self,
        result: type[R],
        kind: str,
        request: Mapping[str, Any],
        on_event: OnEvent,
        then: Then | None = None,
    ) -> R:
        """Send a request and return its result; a dead engine is started again first.

        ``then`` goes on talking after the first answer and returns the result. Raises UserError, and
        _CancelledError when the request was cancelled and nobody is left to say how it ended.
        """
        if self._request is None:
            raise RuntimeError("load a model file first")
        work = self._begin(Work(self._turn + 1))
        try:
            line = self._revive(self._request, work, on_event)
            frame = {"request": kind, "turn": work.turn, **request}
            with self._failures_of(work):
                event = line.ask(work, frame, on_event)
                if then is not None:
                    event = then(line, work, event)
                if not isinstance(event, result):
                    raise GoneError  # it answers what was not asked: it may have been taken over
                self._failures.went_well()
                return event
        except UserError as error:
            if error.code == "engine.load_cancelled":
                raise _CancelledError from None
            if error.code == "engine.computing_failed":
                self._failures.crashed(error.code)
            if error.code in _ENDED_BY:
                self._retire(AT_ONCE)
            raise
        finally:
            self._work = None

    @contextmanager
    def _failures_of(self, work: Work) -> Iterator[None]:
        """End an engine that cannot be talked to any more and say so in words."""
        try:
            yield
        except MessageTooLargeError:
            context = self._loaded.context if self._loaded else 0
            raise UserError("engine.prompt_far_too_long", context=context) from None
        except GoneError as gone:
            again = self._budget.used > 0
            failure = self._failures.of_request(gone.hung, self._retire(AT_ONCE), again)
            if work.cancelled_at is not None:
                raise _CancelledError from None
            raise failure from None


def _unheard(event: Event) -> None:
    """Take an event of which nobody wants to hear."""
