"""The Interface's end of the line to an Engine process.

Job: start an engine for a model file, load it, run turns on it, notice when it hangs or dies, and start
it again on demand. Rule: one worker thread loads and generates (both block); ``cancel``, ``answer_now``,
``kill`` and ``close`` may come from any thread. Whatever happens to the child, the caller gets a result
or a UserError, never a wait without an end.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.children.channel import Channel, ChannelClosed, MessageTooLargeError, ProtocolError
from app.children.child import AT_ONCE, PATIENT, Child, Ladder
from app.children.outcome import Ending, Outcome
from app.children.supervision import RestartBudget
from app.core.conversation import Part, Stop
from app.core.errors import UserError
from app.core.logs import log_event
from app.engine.protocol.events import (
    LOAD_TURN,
    Event,
    Loaded,
    PartDelta,
    PrefillProgress,
    TurnDone,
    event_from_json,
)
from app.engine.protocol.requests import LoadRequest, TurnRequest

OnEvent = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the client waits, in seconds.

    After ``ping_s`` of silence the child is asked for a sign of life; after ``dead_s`` without any it is
    killed (``load_s`` while it starts and loads, when it cannot always answer). A cancelled turn must
    end within ``cancel_s``, or the child is killed; a child that gives no sign of life for ``still_s``
    after the cancelling is killed then. ``send_s`` bounds a write to a child that does not read.
    """

    ping_s: float = 5.0
    dead_s: float = 30.0
    load_s: float = 120.0
    cancel_s: float = 10.0
    still_s: float = 4.0
    send_s: float = 10.0


class _GoneError(Exception):
    """The child cannot be talked to any more; ``hung`` when it is we who gave it up."""

    def __init__(self, hung: bool = False) -> None:
        self.hung = hung
        super().__init__("the engine is gone")


class EngineClient:
    """One engine process at a time, for one model file at a time."""

    def __init__(
        self,
        start: Callable[[str], Child] = Child.start,
        budget: RestartBudget | None = None,
        patience: Patience | None = None,
        ladder: Ladder = PATIENT,
    ) -> None:
        self._start_child = start
        self._budget = budget or RestartBudget()
        self._patience = patience or Patience()
        self._ladder = ladder
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._request: LoadRequest | None = None
        self._loaded: Loaded | None = None
        self._turn = LOAD_TURN
        self._running = False
        self._cancelled_at: float | None = None

    @property
    def loaded(self) -> Loaded | None:
        """What is loaded and alive, as far as is known; None before and after."""
        return self._loaded

    @property
    def pid(self) -> int | None:
        """The engine's process number, None without one."""
        child = self._child
        return child.pid if child else None

    # --- the worker thread ----------------------------------------------------------------------

    def load(self, request: LoadRequest, on_event: OnEvent) -> Loaded:
        """Load a model file in a fresh engine; an engine for another file is ended first.

        ``on_event`` gets LoadProgress and Loaded. Raises UserError ``engine.*``, ``harmony.*`` or
        ``children.*``.
        """
        self._retire(self._ladder)
        # The child runs in another folder than we do.
        request = replace(request, path=str(Path(request.path).absolute()))
        self._request = request
        self._begin(LOAD_TURN)
        try:
            return self._load(request, on_event)[1]
        finally:
            self._running = False

    def generate(self, request: TurnRequest, on_event: OnEvent) -> TurnDone:
        """Run one turn and return how it ended; restarts a dead engine first, within the budget.

        ``on_event`` gets PrefillProgress and PartDelta, and what :meth:`load` gives when the engine is
        started again. A turn that was cancelled returns, also when the engine had to be killed for it.
        Raises UserError ``engine.*``.
        """
        if self._request is None:
            raise RuntimeError("load a model file first")
        self._begin(self._turn + 1)
        try:
            return self._generate(request, self._revive(self._request, on_event), on_event)
        except UserError as error:
            if error.code == "engine.load_cancelled":
                return _Shown().cancelled()
            if error.code == "engine.computing_failed":
                self._retire(AT_ONCE)
            raise
        finally:
            self._running = False

    # --- any thread -----------------------------------------------------------------------------

    def cancel(self) -> None:
        """End the running turn (or load) soon; nothing happens without one."""
        with self._lock:
            if self._running and self._cancelled_at is None:
                self._cancelled_at = time.monotonic()
        self._wish("cancel")

    def answer_now(self) -> None:
        """End the running turn's reasoning and make the model answer; nothing without a turn."""
        self._wish("answer_now")

    def kill(self) -> None:
        """End the engine at once; a running turn then fails as if the engine had died."""
        child = self._child
        if child:
            child.kill()

    def close(self) -> None:
        """End the engine step by step; safe to repeat. A running turn fails."""
        self._retire(self._ladder)
        self._request = None

    # --- starting and ending --------------------------------------------------------------------

    def _begin(self, turn: int) -> None:
        with self._lock:
            self._turn = turn
            self._cancelled_at = None
            self._running = True

    def _revive(self, request: LoadRequest, on_event: OnEvent) -> Child:
        """Return the engine, started again if it is not there any more."""
        child = self._child
        if child and child.outcome() is None and not child.channel.other_side_gone and self._loaded:
            return child
        self._retire(AT_ONCE)
        if not self._budget.spend():
            raise UserError("engine.too_many_restarts")
        turn, self._turn = self._turn, LOAD_TURN
        child, _ = self._load(request, on_event)
        self._turn = turn
        return child

    def _load(self, request: LoadRequest, on_event: OnEvent) -> tuple[Child, Loaded]:
        child = self._start_child("engine")
        with self._lock:
            self._child = child
        try:
            self._send(child.channel, {"request": "load", **request.to_json()})
            while True:
                event = self._next_event(child.channel, self._patience.load_s)
                on_event(event)
                if isinstance(event, Loaded):
                    self._loaded = event
                    log_event("engine.loaded", ms=event.load_ms, context=event.context)
                    return child, event
        except UserError:
            self._retire(self._ladder)
            raise
        except _GoneError as gone:
            outcome = self._retire(AT_ONCE)
            raise self._load_failure(gone, outcome) from None

    def _retire(self, ladder: Ladder) -> Outcome | None:
        with self._lock:
            child, self._child = self._child, None
            self._loaded = None
        if child is None:
            return None
        outcome = child.stop(ladder)
        log_event("engine.ended", code=outcome.code)
        return outcome

    # --- one turn -------------------------------------------------------------------------------

    def _generate(self, request: TurnRequest, child: Child, on_event: OnEvent) -> TurnDone:
        shown = _Shown()
        try:
            self._send(child.channel, {"request": "turn", "turn": self._turn, **request.to_json()})
            if self._cancelled_at is not None:  # it may have come before the turn was sent
                self._send(child.channel, {"request": "cancel", "turn": self._turn})
            while True:
                event = self._next_event(child.channel, self._patience.dead_s)
                if isinstance(event, TurnDone):
                    return event
                shown.note(event)
                on_event(event)
        except MessageTooLargeError:
            context = self._loaded.context if self._loaded else 0
            raise UserError("engine.prompt_far_too_long", context=context) from None
        except _GoneError as gone:
            outcome = self._retire(AT_ONCE)
            if self._cancelled_at is not None:
                return shown.cancelled()
            raise self._turn_failure(gone, outcome) from None

    def _next_event(self, channel: Channel, dead_s: float) -> Event:
        """Return the next event of the current turn; what belongs to another one is dropped."""
        heard = time.monotonic()
        asked = asked_again = False
        while True:
            now, cancelled_at = time.monotonic(), self._cancelled_at
            if now - heard > dead_s or self._outlives_cancelling(now, heard):
                raise _GoneError(hung=True)
            if now - heard > self._patience.ping_s and not asked:
                asked = True
                self._send(channel, {"request": "ping"})
            if cancelled_at is not None and not asked_again:
                asked_again = True  # one that is only slow to stop answers this
                self._send(channel, {"request": "ping"})
            frame = self._receive(channel)
            if frame is None:
                continue
            heard, asked = time.monotonic(), False
            event = self._read(frame)
            if event is not None:
                return event

    def _outlives_cancelling(self, now: float, heard: float) -> bool:
        """Say whether a cancelled turn goes on for too long, or in silence."""
        if self._cancelled_at is None:
            return False
        silent_since = max(heard, self._cancelled_at)
        loading = self._loaded is None
        return now - self._cancelled_at > self._patience.cancel_s or (
            not loading and now - silent_since > self._patience.still_s
        )

    def _receive(self, channel: Channel) -> dict[str, Any] | None:
        try:
            return channel.receive(timeout=min(0.5, self._patience.ping_s))
        except (ChannelClosed, ProtocolError):
            raise _GoneError from None

    def _read(self, frame: dict[str, Any]) -> Event | None:
        if frame.get("event") == "pong" or frame.pop("turn", None) != self._turn:
            return None
        try:
            if frame["event"] == "failed":
                raise UserError.from_json(frame["error"])
            return event_from_json(frame)
        except (KeyError, TypeError, ValueError):
            # The child speaks, but not our language: it may be taken over. It is ended.
            raise _GoneError from None

    def _send(self, channel: Channel, frame: Mapping[str, Any]) -> None:
        try:
            channel.send(frame, timeout=self._patience.send_s)
        except (ChannelClosed, ProtocolError):
            raise _GoneError from None
        except TimeoutError:
            raise _GoneError(hung=True) from None

    def _wish(self, request: str) -> None:
        """Pass on a wish about the running turn, if there is one."""
        with self._lock:
            child, turn = self._child, self._turn
            if not self._running or child is None:
                return
        try:
            # Briefly: this may be the GUI thread. A child that does not read is found out by the worker
            # thread, which kills it when the cancelled turn does not end.
            child.channel.send({"request": request, "turn": turn}, timeout=0.2)
        except (ChannelClosed, TimeoutError):
            log_event("engine.wish_not_delivered")

    # --- what to say ----------------------------------------------------------------------------

    @staticmethod
    def _load_failure(gone: _GoneError, outcome: Outcome | None) -> UserError:
        if outcome and outcome.ending is Ending.OUT_OF_MEMORY:
            return UserError("engine.no_memory")
        return UserError("engine.hung" if gone.hung else "engine.load_crashed")

    def _turn_failure(self, gone: _GoneError, outcome: Outcome | None) -> UserError:
        if gone.hung:
            return UserError("engine.hung")
        if outcome and outcome.ending is Ending.OUT_OF_MEMORY:
            return UserError("engine.memory_gone")
        return UserError("engine.stopped_again" if self._budget.used else "engine.stopped")


class _Shown:
    """What has been shown of a turn, in case nobody is left to say how it ended."""

    def __init__(self) -> None:
        self._parts: dict[int, Part] = {}
        self._prefill = PrefillProgress(0, 0, 0)

    def note(self, event: Event) -> None:
        if isinstance(event, PrefillProgress):
            self._prefill = event
        elif isinstance(event, PartDelta):
            part = self._parts.get(event.index) or Part(event.kind, "", event.name, complete=False)
            self._parts[event.index] = replace(part, text=part.text + event.text)

    def cancelled(self) -> TurnDone:
        return TurnDone(
            stop=Stop.CANCELLED,
            parts=tuple(self._parts[index] for index in sorted(self._parts)),
            prompt_tokens=self._prefill.total,
            reused_tokens=self._prefill.reused,
            completion_tokens=0,
            ttft_ms=0.0,
            tokens_per_second=0.0,
            thinking_ms=0.0,
            context_tokens=0,
            context=0,
            seed=0,
        )
