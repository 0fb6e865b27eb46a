"""From a load request to a model that is ready.

Job: check the file, plan for this computer, refuse what would not fit, load as planned, and say what was
really set aside. Rule: nothing of the file is parsed before the confinement; trouble in the person's
world goes back as a UserError.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from app.core.errors import UserError
from app.engine.computing.llama_backend import (
    LlamaBackend,
    LoadCancelledError,
    LoadFailedError,
)
from app.engine.computing.loading.load_journal import printable_reason
from app.engine.host import dry_plan, survey
from app.engine.host.files import headers
from app.engine.host.files.adapter_files import Places
from app.engine.host.files.model_file import ModelFile
from app.engine.host.plan_settings import context_settings, weight_settings
from app.engine.planning import planner
from app.engine.protocol.errands import Planned
from app.engine.protocol.events import Event, Loaded, LoadProgress
from app.engine.protocol.plan import Computer, DevicePlan, LoadMode, Plan, Verdict
from app.engine.protocol.requests import LoadRequest
from app.harmony.vocabulary import Vocabulary

_MEMORY_WORDS = ("alloc", "memory")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was found before the confinement, and what that gave up: file, adapters, computer."""

    file: ModelFile
    adapters: Places
    computer: Computer
    confinement: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A loaded model: its vocabulary, the ids that end a generation, what to tell the Interface."""

    vocabulary: Vocabulary
    stops: frozenset[int]
    loaded: Loaded
    plan: Plan

    @property
    def mapped(self) -> bool:
        """Whether it computes with the file's own pages, at least in part."""
        return self.plan.load_mode is LoadMode.MMAP


def load(
    backend: LlamaBackend, request: LoadRequest, found: Surroundings, send: Callable[[Event], None]
) -> Ready:
    """Load the file into ``backend``; raises UserError ``engine.*``.

    ``send`` gets Planned, also before a refusal, and LoadProgress. What is wrong with an adapter is said
    when a turn asks for it.
    """
    started = time.monotonic()
    facts = headers.read(backend, found.file)
    vocabulary = Vocabulary.from_gguf_tokens(facts[0].tokens, facts[0].token_types)
    shape = headers.shape(facts, found.file)
    computer = survey.with_devices(found.computer, backend.devices())
    computer = survey.with_speed(computer, shape, backend)
    # Before the plan: a file that is no adapter must not count as one, however large it is.
    size = backend.judge_adapters(
        found.adapters, facts[0].architecture, shape.experts, largest=found.file.size
    )
    wishes = replace(request.wishes, adapters_mib=size)
    plan = dry_plan.confirmed(
        backend,
        found.file,
        tensors=[tensor for header in facts for tensor in header.tensors],
        shape=shape,
        plan=planner.plan(shape, computer, wishes),
        devices=computer.devices,
        wishes=wishes,
    )
    send(Planned(plan))
    if plan.verdict is Verdict.REFUSED:
        raise UserError("engine.refused", missing=round(plan.missing_mib))
    try:
        backend.load_model(
            found.file.parts, _progress(send), weight_settings(plan, shape, computer.devices)
        )
        backend.read_adapters()
        backend.open_context(context_settings(plan))
    except LoadCancelledError:
        raise UserError("engine.load_cancelled") from None
    except LoadFailedError as failure:
        raise _load_error(failure.reason, found.file) from None
    if found.file.changed():  # while it was read: it may be half the one and half the other
        raise UserError("engine.file_changed")
    sizes = backend.sizes
    loaded = Loaded(
        name=printable_reason(backend.metadata("general.name"))[:60] or found.file.first.stem[:60],
        description=backend.description,
        context=backend.context,
        weights_mib=round(sizes.weights_mib, 1),
        cache_mib=round(sizes.cache_mib, 1),
        compute_mib=round(sizes.compute_mib, 1),
        load_ms=round((time.monotonic() - started) * 1000, 1),
        confinement=found.confinement,
        plan=plan,
        allocated=allocated(backend, plan),
    )
    return Ready(vocabulary, _stops(backend, vocabulary), loaded, plan)


def allocated(backend: LlamaBackend, plan: Plan) -> tuple[DevicePlan, ...]:
    """Return what was set aside on each of the plan's devices, in its order."""
    names = [device.name for device in plan.devices]
    found = backend.sizes_by_device(names[1:])
    return tuple(
        replace(
            device,
            weights_mib=round(found[device.name].weights_mib, 1),
            cache_mib=round(found[device.name].cache_mib, 1),
            compute_mib=round(found[device.name].compute_mib, 1),
        )
        for device in plan.devices
    )


def _progress(send: Callable[[Event], None]) -> Callable[[float], None]:
    """Return a reporter that speaks up at every whole per cent, at most."""
    shown = -1

    def report(fraction: float) -> None:
        nonlocal shown
        if int(fraction * 100) > shown:
            shown = int(fraction * 100)
            send(LoadProgress(shown / 100))

    return report


def _load_error(reason: str, file: ModelFile) -> UserError:
    if file.changed():
        return UserError("engine.file_changed")
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
