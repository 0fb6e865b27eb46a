"""What the Engine process does from its first frame to its end.

Job: take the load request, give up what is not needed, have the model loaded, then answer tickets and,
while none waits, read ahead.
Rule: nothing of the file is parsed before the confinement; trouble in the person's world goes back as
a UserError; after a failure inside llama.cpp the process ends, because its state cannot be trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from app.children.confine import confine
from app.children.wire.channel import Channel
from app.core.errors import UserError
from app.engine.computing.llama_backend import DecodeError, LlamaBackend, NoBackendError
from app.engine.host import device_nodes, errands, loading, snapshot_handlers, survey, turn_handlers
from app.engine.host.desk import Desk, Handler
from app.engine.host.files import adapter_files, model_file
from app.engine.host.files.model_file import ModelFile
from app.engine.host.inbox import TURN, Inbox, Ticket
from app.engine.host.loading import Surroundings
from app.engine.protocol.events import LOAD_TURN, Event, event_to_json
from app.engine.protocol.requests import LoadRequest, PrepareRequest
from app.engine.turns.generation import Generator
from app.engine.turns.preparation import Preparation
from app.engine.turns.self_test import SelfTest, terms_of

EXIT_OK, EXIT_PROTOCOL, EXIT_COMPUTING = 0, 65, 70

HANDLERS: Mapping[str, Handler] = {
    TURN: turn_handlers.run_turn,
    "save": snapshot_handlers.save,
    "restore": snapshot_handlers.restore,
    "free": turn_handlers.free,
    "self_test": turn_handlers.self_test,
}
"""Who answers which kind of request, one after the other."""

AT_ONCE: Mapping[str, Handler] = {"ledger": turn_handlers.count_ledger}
"""Who answers what needs no computing, at once and on the listening thread."""


def main(channel: Channel) -> int:
    """Run the engine on this channel until it closes; returns the exit code."""
    frame = channel.receive()
    if frame is None:
        return EXIT_PROTOCOL
    kind = str(frame.pop("request", ""))
    if kind in errands.ERRANDS:
        return errands.run(channel, kind, frame)
    if kind != "load":
        return EXIT_PROTOCOL
    try:
        request = LoadRequest.from_json(frame)
    except (KeyError, TypeError, ValueError):
        return EXIT_PROTOCOL
    return Host(channel, request).run()


class Host:
    """One engine process."""

    def __init__(self, channel: Channel, request: LoadRequest) -> None:
        self._channel = channel
        self._request = request

    def run(self) -> int:
        """Load, serve until the channel ends, give everything back; returns the exit code."""
        try:
            file = model_file.find(Path(self._request.path))
        except UserError as error:
            self._fail(LOAD_TURN, error)
            return EXIT_OK
        adapters = adapter_files.find(self._request.adapters)
        computer = survey.before_confinement()
        confinement = confine(
            [*file.parts, *adapter_files.readable(adapters), *device_nodes.readable()],
            devices=device_nodes.nodes(),
        )
        found = Surroundings(file, adapters, computer, confinement.level.value)
        try:
            backend = LlamaBackend()
        except NoBackendError:
            self._fail(LOAD_TURN, UserError("engine.no_backend"))
            return EXIT_OK
        try:
            inbox = Inbox(self._channel, backend.interrupt, HANDLERS)
            inbox.start()
            try:
                ready = loading.load(backend, self._request, found, self._send)
                generator = Generator(backend, ready.vocabulary, ready.stops)
                snapshots = snapshot_handlers.snapshots_of(
                    backend,
                    generator.cache,
                    ready.vocabulary,
                    file.parts,
                    adapters,
                    ready.plan.placing,
                )
            except UserError as error:
                self._fail(LOAD_TURN, error)
                return EXIT_OK
            preparation = Preparation(generator, backend)
            self_test = SelfTest(
                backend, ready.vocabulary, terms_of(snapshots.made_with, ready.plan.threads)
            )
            desk = Desk(self._channel, backend, generator, preparation, snapshots, self_test)
            for kind, handler in AT_ONCE.items():
                inbox.answer_at_once(kind, partial(self._answer, desk, handler))
            self._send(ready.loaded)
            return self._serve(inbox, desk, file if ready.mapped else None)
        finally:
            backend.close()

    # --- tickets --------------------------------------------------------------------------------

    def _serve(self, inbox: Inbox, desk: Desk, mapped: ModelFile | None) -> int:
        """Answer tickets; ``mapped`` is the file whose own pages are computed with, if they are.

        What changed in such a file has changed in the model, and what it was cut by ends this process.
        """

        def read_ahead(newest: dict[str, Any] | None) -> bool:
            if newest is not None:
                desk.preparation.begin(PrepareRequest.from_json(newest))
            if desk.preparation.step():
                return True
            recorded = desk.self_test.record()  # once, when there is nothing better to do
            if recorded:
                self._send(recorded)
            return False

        number = LOAD_TURN
        try:
            while ticket := inbox.next(read_ahead):
                number = ticket.number
                if mapped and mapped.changed():
                    self._fail(number, UserError("engine.file_changed"))
                    return EXIT_OK
                self._answer(desk, HANDLERS[ticket.kind], ticket)
        except DecodeError:
            self._fail(number, UserError("engine.computing_failed"))
            return EXIT_COMPUTING
        return EXIT_OK

    def _answer(self, desk: Desk, handler: Handler, ticket: Ticket) -> None:
        try:
            answer = handler(desk, ticket, partial(self._send, turn=ticket.number))
        except UserError as error:
            self._fail(ticket.number, error)
        else:
            self._send(answer, ticket.number)

    def _send(self, event: Event, turn: int = LOAD_TURN) -> None:
        self._channel.send({**event_to_json(event), "turn": turn})

    def _fail(self, turn: int, error: UserError) -> None:
        self._channel.send({"event": "failed", "turn": turn, "error": error.to_json()})
