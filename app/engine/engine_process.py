"""One Engine process at a time, for one model file at a time: its life and its requests.

Job: start an engine and load it, send one request after the other, notice when it hangs or dies, and
start it again on demand. Rule: one worker thread loads and operates; ``cancel``, ``kill`` and ``close``
may come from any thread. Whatever happens to the child, the caller gets a result or a UserError, never
a wait without an end. What may be asked of an engine stands in ``client``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from app.children.child import AT_ONCE, PATIENT, Child, Ladder
from app.children.starting import program
from app.children.watching.outcome import Outcome
from app.children.watching.supervision import RestartBudget
from app.children.wire.channel import MessageTooLargeError
from app.core.errors import UserError
from app.core.logs import log_event
from app.engine import file_check
from app.engine.failures import Failures
from app.engine.file_identity import source_of
from app.engine.known_answers import KnownAnswers
from app.engine.line import GoneError, Line, Patience, Work
from app.engine.protocol.events import LOAD_TURN, Event, Loaded
from app.engine.protocol.requests import LoadRequest

OnEvent = Callable[[Event], None]
Then = Callable[[Line, Work, Event], Event]
R = TypeVar("R")

_ENDED_BY = ("engine.computing_failed", "engine.file_changed")
"""Errors after which an engine ends, because its state cannot be trusted."""


class CancelledError(Exception):
    """What was cancelled left no result of its own."""


class EngineProcess:
    """Keeps an engine for a model file."""

    def __init__(
        self,
        start: Callable[[str], Child] | None = None,
        budget: RestartBudget | None = None,
        patience: Patience | None = None,
        ladder: Ladder = PATIENT,
        check_file: file_check.CheckFile = file_check.unchecked,
    ) -> None:
        self._check_file = check_file
        self._start_child = start or partial(Child.start, bulk=True)
        self._budget = budget or RestartBudget()
        self._patience = patience or Patience()
        self._ladder = ladder
        self._lock = threading.Lock()
        self._line: Line | None = None
        self._request: LoadRequest | None = None
        self._loaded: Loaded | None = None
        self._sources: frozenset[str] = frozenset()
        self._failures = Failures()
        self._answers = KnownAnswers()
        self._resting = False
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

    @property
    def sources(self) -> frozenset[str]:
        """What names the files that the last engine was given: any of them may have taken it over.

        Looked at from here, because an engine could say of itself that it read another one.
        """
        return self._sources

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
        except UserError as error:
            self._resting = error.code == "engine.load_cancelled"  # a wish, and no failure
            raise
        finally:
            self._work = None

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

    def cancel(self) -> None:
        """End what runs (a turn, a load, a check) soon; nothing happens when nothing does."""
        with self._lock:
            if self._work and self._work.cancelled_at is None:
                self._work.cancelled_at = time.monotonic()
        self._wish("cancel")

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

    def _revive(self, request: LoadRequest, work: Work, on_event: OnEvent) -> Line:
        """Return the line to the engine, started again if it is not there any more."""
        line = self._line
        if line and self.alive:
            return line
        self._failures.ended(self._retire(AT_ONCE))
        program.must_be_the_same()
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
        self._sources = frozenset(source_of(Path(name)) for name in (request.path, *request.adapters))
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
        except UserError as error:
            self._retire(self._ladder)
            if error.code == "engine.file_changed":
                raise self._failures.of_changed_file() from None
            raise
        except GoneError as gone:
            failure = self._failures.of_load(gone.hung, self._retire(AT_ONCE))
            if work.cancelled_at is not None:  # it was in the middle of something that nothing stops
                raise UserError("engine.load_cancelled") from None
            raise failure from None

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
            return self._operate(result, kind, request, _unheard, then, self._patience.unseen_s)
        except CancelledError:
            raise UserError("engine.cancelled") from None

    def _operate(
        self,
        result: type[R],
        kind: str,
        request: Mapping[str, Any],
        on_event: OnEvent,
        then: Then | None = None,
        within_s: float | None = None,
    ) -> R:
        """Send a request and return its result; a dead engine is started again first.

        ``then`` goes on talking after the first answer and returns the result. ``within_s`` seconds it
        may take, once an engine is there; None where somebody watches. Raises UserError, and
        CancelledError when the request was cancelled and nobody is left to say how it ended.
        """
        if self._request is None:
            raise RuntimeError("load a model file first")
        work = self._begin(Work(self._turn + 1))
        try:
            line = self._revive(self._request, work, on_event)
            work.latest = None if within_s is None else time.monotonic() + within_s
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
                raise CancelledError from None
            if error.code == "engine.computing_failed":
                self._failures.crashed(error.code)
            if error.code in _ENDED_BY:
                self._retire(AT_ONCE)
            if error.code == "engine.file_changed":
                raise self._failures.of_changed_file() from None
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
                raise CancelledError from None
            raise failure from None


def _unheard(event: Event) -> None:
    """Take an event of which nobody wants to hear."""
