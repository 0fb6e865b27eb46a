"""From a load request to a model that is ready.

Job: check the file, choose sizes, load, and say what was really set aside. Rule: nothing of the file is
parsed before the confinement; trouble in the person's world goes back as a UserError.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.core.errors import UserError
from app.engine.computing.llama_backend import (
    ContextSettings,
    LlamaBackend,
    LoadCancelledError,
    LoadFailedError,
)
from app.engine.computing.load_journal import printable_reason
from app.engine.host import model_file
from app.engine.host.adapter_files import Places
from app.engine.protocol.events import Event, Loaded, LoadProgress
from app.engine.protocol.requests import LoadRequest
from app.harmony.vocabulary import Vocabulary

DEFAULT_CONTEXT = 8192
DEFAULT_MICRO_BATCH = 256
_LEAST_CONTEXT, _LEAST_MICRO_BATCH = 256, 16
_ONE_THREAD_BELOW = 64 * 2**20
_MEMORY_WORDS = ("alloc", "memory")


@dataclass(frozen=True, slots=True)
class Ready:
    """A loaded model: its vocabulary, the ids that end a generation, and what to tell the Interface."""

    vocabulary: Vocabulary
    stops: frozenset[int]
    loaded: Loaded


def load(
    backend: LlamaBackend,
    request: LoadRequest,
    path: Path,
    confinement: str,
    send: Callable[[Event], None],
    adapters: Places,
) -> Ready:
    """Load ``path`` (checked, within the confinement) into ``backend``; raises UserError ``engine.*``.

    ``send`` gets LoadProgress; ``confinement`` is passed on to the Interface; what is wrong with one of
    the ``adapters`` is said when a turn asks for it.
    """
    started = time.monotonic()
    try:
        vocabulary = _check(backend, path)
        backend.load_model(path, _progress(send))
        backend.read_adapters(adapters)
        backend.open_context(
            settings_without_a_plan(request, backend.trained_context, path.stat().st_size)
        )
    except LoadCancelledError:
        raise UserError("engine.load_cancelled") from None
    except LoadFailedError as failure:
        raise _load_error(failure.reason) from None
    sizes = backend.sizes
    loaded = Loaded(
        name=printable_reason(backend.metadata("general.name"))[:60] or path.stem[:60],
        description=backend.description,
        context=backend.context,
        weights_mib=round(sizes.weights_mib, 1),
        cache_mib=round(sizes.cache_mib, 1),
        compute_mib=round(sizes.compute_mib, 1),
        load_ms=round((time.monotonic() - started) * 1000, 1),
        confinement=confinement,
    )
    return Ready(vocabulary, _stops(backend, vocabulary), loaded)


def settings_without_a_plan(request: LoadRequest, trained_context: int, size: int) -> ContextSettings:
    """Return sizes for a request that leaves them open; small enough for any computer we support.

    ``size`` is the model file's, in bytes: in a small model threads wait for each other longer than
    they compute, on a busy computer a hundred times longer.
    """
    context = request.wishes.context or min(trained_context, DEFAULT_CONTEXT)
    return ContextSettings(
        context=max(_LEAST_CONTEXT, min(context, trained_context)),
        micro_batch=max(_LEAST_MICRO_BATCH, request.wishes.micro_batch or DEFAULT_MICRO_BATCH),
        threads=request.wishes.threads or (1 if size < _ONE_THREAD_BELOW else _cores()),
    )


def _cores() -> int:
    """Return how many cores this process may use, hyper-threads not counted."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    real = psutil.cpu_count(logical=False)
    return max(1, min(count for count in (allowed, real, os.cpu_count()) if count))


def _check(backend: LlamaBackend, path: Path) -> Vocabulary:
    model_file.check_beginning(path)
    header = backend.header(path)
    model_file.check_architecture(header.architecture)
    model_file.check_size(path.stat().st_size, header.size_needed)
    return Vocabulary.from_gguf_tokens(header.tokens, header.token_types)


def _progress(send: Callable[[Event], None]) -> Callable[[float], None]:
    """Return a reporter that speaks up at every whole per cent, at most."""
    shown = -1

    def report(fraction: float) -> None:
        nonlocal shown
        if int(fraction * 100) > shown:
            shown = int(fraction * 100)
            send(LoadProgress(shown / 100))

    return report


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
