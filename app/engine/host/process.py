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

from app.children.channel import Channel
from app.children.confine import confine
from app.core.errors import UserError
from app.engine.computing.llama_backend import DecodeError, LlamaBackend, NoBackendError
from app.engine.host import adapter_files, loading, model_file, turn_handlers
from app.engine.host.desk import Desk, Handler
from app.engine.host.inbox import TURN, Inbox
from app.engine.protocol.events import LOAD_TURN, Event, event_to_json
from app.engine.protocol.requests import LoadRequest, PrepareRequest
from app.engine.turns.generation import Generator
from app.engine.turns.preparation import Preparation

EXIT_OK, EXIT_PROTOCOL, EXIT_COMPUTING = 0, 65, 70

HANDLERS: Mapping[str, Handler] = {
    TURN: turn_handlers.run_turn,
}
"""Who answers which kind of request."""


def main(channel: Channel) -> int:
    """Run the engine on this channel until it closes; returns the exit code."""
    frame = channel.receive()
    if frame is None or frame.pop("request", None) != "load":
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
            path = model_file.check_place(Path(self._request.path))
        except UserError as error:
            self._fail(LOAD_TURN, error)
            return EXIT_OK
        adapters = adapter_files.find(self._request.adapters)
        confinement = confine([path, *adapter_files.readable(adapters)])
        try:
            backend = LlamaBackend()
        except NoBackendError:
            self._fail(LOAD_TURN, UserError("engine.no_backend"))
            return EXIT_OK
        try:
            inbox = Inbox(self._channel, backend.interrupt, HANDLERS)
            inbox.start()
            try:
                ready = loading.load(
                    backend, self._request, path, confinement.level.value, self._send, adapters
                )
            except UserError as error:
                self._fail(LOAD_TURN, error)
                return EXIT_OK
            self._send(ready.loaded)
            generator = Generator(backend, ready.vocabulary, ready.stops)
            return self._serve(inbox, Desk(self._channel, backend, generator, Preparation(generator)))
        finally:
            backend.close()

    # --- tickets --------------------------------------------------------------------------------

    def _serve(self, inbox: Inbox, desk: Desk) -> int:
        def read_ahead(newest: dict[str, Any] | None) -> bool:
            if newest is not None:
                desk.preparation.begin(PrepareRequest.from_json(newest))
            return desk.preparation.step()

        number = LOAD_TURN
        try:
            while ticket := inbox.next(read_ahead):
                number = ticket.number
                try:
                    answer = HANDLERS[ticket.kind](desk, ticket, partial(self._send, turn=number))
                    self._send(answer, number)
                except UserError as error:
                    self._fail(number, error)
        except DecodeError:
            self._fail(number, UserError("engine.computing_failed"))
            return EXIT_COMPUTING
        return EXIT_OK

    def _send(self, event: Event, turn: int = LOAD_TURN) -> None:
        self._channel.send({**event_to_json(event), "turn": turn})

    def _fail(self, turn: int, error: UserError) -> None:
        self._channel.send({"event": "failed", "turn": turn, "error": error.to_json()})
