"""What the Engine process does from its first frame to its end.

Job: take the load request, give up what is not needed, have the model loaded, then run turns.
Rule: nothing of the file is parsed before the confinement; trouble in the person's world goes back as
a UserError; after a failure inside llama.cpp the process ends, because its state cannot be trusted.
"""

from __future__ import annotations

from pathlib import Path

from app.children.channel import Channel
from app.children.confine import confine
from app.core.errors import UserError
from app.engine.computing.llama_backend import DecodeError, LlamaBackend, NoBackendError
from app.engine.host import loading, model_file
from app.engine.host.inbox import Inbox, Ticket
from app.engine.protocol.events import LOAD_TURN, Event, event_to_json
from app.engine.protocol.requests import LoadRequest, TurnRequest
from app.engine.turns.generation import Generator

EXIT_OK, EXIT_PROTOCOL, EXIT_COMPUTING = 0, 65, 70


def main(channel: Channel) -> int:
    """Run the engine on this channel until it closes; returns the exit code."""
    frame = channel.receive()
    if frame is None or frame.pop("request", None) != "load":
        return EXIT_PROTOCOL
    try:
        request = LoadRequest.from_json(frame)
    except TypeError:
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
        confinement = confine([path])
        try:
            backend = LlamaBackend()
        except NoBackendError:
            self._fail(LOAD_TURN, UserError("engine.no_backend"))
            return EXIT_OK
        try:
            inbox = Inbox(self._channel, backend.interrupt)
            inbox.start()
            try:
                ready = loading.load(backend, self._request, path, confinement.level.value, self._send)
            except UserError as error:
                self._fail(LOAD_TURN, error)
                return EXIT_OK
            self._send(ready.loaded)
            return self._serve(inbox, Generator(backend, ready.vocabulary, ready.stops))
        finally:
            backend.close()

    # --- turns ----------------------------------------------------------------------------------

    def _serve(self, inbox: Inbox, generator: Generator) -> int:
        while ticket := inbox.next():
            try:
                self._turn(generator, ticket)
            except UserError as error:
                self._fail(ticket.number, error)
            except DecodeError:
                self._fail(ticket.number, UserError("engine.computing_failed"))
                return EXIT_COMPUTING
        return EXIT_OK

    def _turn(self, generator: Generator, ticket: Ticket) -> None:
        data = {key: value for key, value in ticket.request.items() if key not in ("request", "turn")}
        done = generator.run(
            TurnRequest.from_json(data), ticket.control, lambda event: self._send(event, ticket.number)
        )
        self._send(done, ticket.number)

    def _send(self, event: Event, turn: int = LOAD_TURN) -> None:
        self._channel.send({**event_to_json(event), "turn": turn})

    def _fail(self, turn: int, error: UserError) -> None:
        self._channel.send({"event": "failed", "turn": turn, "error": error.to_json()})
