"""What the Engine process does from its first frame to its end.

Job: take the load request, give up what is not needed, check and load the model file, then run turns.
Rule: nothing of the file is parsed before the confinement; trouble in the person's world goes back as
a UserError; after a failure inside llama.cpp the process ends, because its state cannot be trusted.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from app.children.channel import Channel
from app.children.confine import confine
from app.core.errors import UserError
from app.engine.computing.llama_backend import (
    ContextSettings,
    DecodeError,
    LlamaBackend,
    LoadCancelledError,
    LoadFailedError,
    NoBackendError,
)
from app.engine.computing.load_journal import printable_reason
from app.engine.host import model_file
from app.engine.host.inbox import Inbox, Ticket
from app.engine.protocol.events import LOAD_TURN, Event, Loaded, LoadProgress, event_to_json
from app.engine.protocol.requests import LoadRequest, TurnRequest
from app.engine.turns.generation import Generator
from app.harmony.vocabulary import Vocabulary

EXIT_OK, EXIT_PROTOCOL, EXIT_COMPUTING = 0, 65, 70
DEFAULT_CONTEXT = 8192
DEFAULT_MICRO_BATCH = 256
_LEAST_CONTEXT, _LEAST_MICRO_BATCH = 256, 16
_ONE_THREAD_BELOW = 64 * 2**20
_MEMORY_WORDS = ("alloc", "memory")


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


def settings_without_a_plan(request: LoadRequest, trained_context: int, size: int) -> ContextSettings:
    """Return sizes for a request that leaves them open; small enough for any computer we support.

    ``size`` is the model file's, in bytes: in a small model threads wait for each other longer than
    they compute, on a busy computer a hundred times longer.
    """
    context = request.context or min(trained_context, DEFAULT_CONTEXT)
    return ContextSettings(
        context=max(_LEAST_CONTEXT, min(context, trained_context)),
        micro_batch=max(_LEAST_MICRO_BATCH, request.micro_batch or DEFAULT_MICRO_BATCH),
        threads=request.threads or (1 if size < _ONE_THREAD_BELOW else _cores()),
    )


def _cores() -> int:
    """Return how many cores this process may use, hyper-threads not counted."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    real = psutil.cpu_count(logical=False)
    return max(1, min(count for count in (allowed, real, os.cpu_count()) if count))


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
                generator = self._load(backend, path, confinement.level.value)
            except UserError as error:
                self._fail(LOAD_TURN, error)
                return EXIT_OK
            return self._serve(inbox, generator)
        finally:
            backend.close()

    # --- loading --------------------------------------------------------------------------------

    def _load(self, backend: LlamaBackend, path: Path, confinement: str) -> Generator:
        started = time.monotonic()
        try:
            vocabulary = self._check(backend, path)
            backend.load_model(path, self._progress())
            backend.open_context(
                settings_without_a_plan(self._request, backend.trained_context, path.stat().st_size)
            )
        except LoadCancelledError:
            raise UserError("engine.load_cancelled") from None
        except LoadFailedError as failure:
            raise _load_error(failure.reason) from None
        sizes = backend.sizes
        self._send(
            Loaded(
                name=printable_reason(backend.metadata("general.name"))[:60] or path.stem[:60],
                description=backend.description,
                context=backend.context,
                weights_mib=round(sizes.weights_mib, 1),
                cache_mib=round(sizes.cache_mib, 1),
                compute_mib=round(sizes.compute_mib, 1),
                load_ms=round((time.monotonic() - started) * 1000, 1),
                confinement=confinement,
            )
        )
        return Generator(backend, vocabulary, _stops(backend, vocabulary))

    def _check(self, backend: LlamaBackend, path: Path) -> Vocabulary:
        model_file.check_beginning(path)
        header = backend.header(path)
        model_file.check_architecture(header.architecture)
        model_file.check_size(path.stat().st_size, header.size_needed)
        return Vocabulary.from_gguf_tokens(header.tokens, header.token_types)

    def _progress(self) -> Callable[[float], None]:
        """Return a reporter that speaks up at every whole per cent, at most."""
        shown = -1

        def report(fraction: float) -> None:
            nonlocal shown
            if int(fraction * 100) > shown:
                shown = int(fraction * 100)
                self._send(LoadProgress(shown / 100))

        return report

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


def _load_error(reason: str) -> UserError:
    if any(word in reason.lower() for word in _MEMORY_WORDS):
        return UserError("engine.no_memory")
    return UserError("engine.file_damaged", reason=reason or "no reason given")


def _stops(backend: LlamaBackend, vocabulary: Vocabulary) -> frozenset[int]:
    """Return the ids that end a generation: Harmony's own and what the file marks besides."""
    special = vocabulary.special
    marked = {
        token
        for token in range(vocabulary.control_floor, vocabulary.size)
        if backend.ends_generation(token)
    }
    ours = {special["return"], special["call"], special["endoftext"]}
    return frozenset((marked | ours) - {special["end"]})
