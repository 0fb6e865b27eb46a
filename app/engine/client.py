"""What the Interface may ask of an Engine process.

Job: one method for each request, from a turn to a snapshot, on top of an engine that is kept alive
(:class:`EngineProcess`). Rule: one worker thread generates and does what else blocks; ``prepare`` and
``answer_now`` may come from any thread. Every method ends with a result or a UserError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from app.children.child import PATIENT, Child, Ladder
from app.children.watching.supervision import RestartBudget
from app.children.wire.channel import MessageTooLargeError
from app.core.conversation.ledger import Ledger
from app.core.errors import UserError
from app.core.logs import log_event
from app.core.there import is_there
from app.engine import errand, file_check
from app.engine.engine_process import CancelledError, EngineProcess, OnEvent
from app.engine.line import GoneError, Patience
from app.engine.protocol.events import Counted, Event, Freed, Restored, Saved, SelfTested, TurnDone
from app.engine.protocol.requests import LedgerRequest, PrepareRequest, TurnRequest
from app.engine.protocol.snapshots import SnapshotFacts
from app.engine.shown import Shown
from app.engine.transfer import Begin, receive_state, send_state

__all__ = ["EngineClient", "OnEvent", "Patience"]


class EngineClient(EngineProcess):
    """The Interface's end of the line to one engine process at a time."""

    def __init__(
        self,
        start: Callable[[str], Child] | None = None,
        budget: RestartBudget | None = None,
        patience: Patience | None = None,
        ladder: Ladder = PATIENT,
        check_schema: Callable[[str], None] = errand.check_schema,
        check_file: file_check.CheckFile = file_check.unchecked,
    ) -> None:
        super().__init__(start, budget, patience, ladder, check_file)
        self._check_schema = check_schema
        self._sound_schema = ""

    # --- the worker thread ----------------------------------------------------------------------

    def generate(self, request: TurnRequest, on_event: OnEvent) -> TurnDone:
        """Run one turn and return how it ended; restarts a dead engine first, within the budget.

        ``on_event`` gets PrefillProgress and PartDelta, and what :meth:`load` gives (or raises) when an
        engine is started again, as for an adapter that is new to it. A turn that was cancelled returns,
        also when the engine had to be killed for it. A schema is tried in a child of its own first.
        """
        request = self._equipped(request)
        shown = Shown(request.messages[-1].parts if request.continued else ())

        def show(event: Event) -> None:
            try:
                shown.note(event)
            except ValueError:
                raise GoneError from None
            on_event(event)

        try:
            return self._operate(TurnDone, "turn", request.to_json(), show)
        except CancelledError:
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

    # --- any thread -----------------------------------------------------------------------------

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

    def answer_now(self) -> None:
        """End the running turn's reasoning and make the model answer; nothing without a turn."""
        self._wish("answer_now")

    # --- what a turn needs ----------------------------------------------------------------------

    def _equipped(self, request: TurnRequest) -> TurnRequest:
        """Return the request as the engine can answer it, which may have to start again for it."""
        if request.schema:
            self.try_schema(request.schema)
        if not request.adapter or self._request is None:
            return request
        path = str(Path(request.adapter).absolute())
        if path not in self._request.adapters:
            if not is_there(Path(path)):  # nothing need start again to find that out
                raise UserError("engine.adapter_missing")
            self.rest()
            self._request = replace(self._request, adapters=(*self._request.adapters, path))
        return replace(request, adapter=path)
