"""Every way worth considering to lay a model file out on a computer, and what each would take.

Job: list the ways and measure each against what the computer has. Rule: the list does not depend on how
much memory is free, only whether a way fits does: so more memory can never make a plan worse.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.engine.planning import sizes
from app.engine.planning.shape import ModelShape
from app.engine.protocol.plan import Computer, Device, DevicePlan, LoadMode, Wishes

ENGINE_MIB = 250.0
"""The engine's own memory beside weights, cache and compute buffers.

Measured on Linux: 111 with the full vocabulary; the rest is for checkpoints and what comes and goes.
"""
HOST_MARGIN_MIB = 768.0
"""What a comfortable plan leaves of the computer's memory for what comes and goes."""
DEVICE_MARGINS_MIB = {"metal": 512.0}
OTHER_DEVICE_MARGIN_MIB = 1024.0
"""What it leaves on a graphics device: its context, its own buffers, the screen. As llama.cpp does."""
PROCESSOR = "CPU"

SHORT_CONTEXT, USUAL_CONTEXT, LONG_CONTEXT, LONGEST_CONTEXT = 4096, 8192, 16384, 32768
LEAST_CONTEXT, LEAST_MICRO_BATCH, MOST_MICRO_BATCH = 256, 16, 4096
_MICRO_BATCHES = (512, 256)
_MICRO_BATCHES_CARD = (1024, 512, 256)
PLAIN_MICRO_BATCHES = (128, 64)
"""Without flash attention more of them bring nothing, and take memory in proportion."""
PLAIN_FROM_CONTEXT = 2048
"""Where there is little to look back at, flash attention is the quicker one on a processor, too."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to lay it out; ``device`` None computes on the processor alone.

    Without ``flash_attention`` (processor alone, cache as f16) a token looks back at the context in one
    product of matrices: sooner done where there is much to look back at, for more memory.
    """

    context: int
    micro_batch: int
    cache_type: str
    device: Device | None
    cpu_expert_layers: int
    load_mode: LoadMode
    repack: bool
    flash_attention: bool = True


@dataclass(frozen=True, slots=True)
class Layout:
    """What a way takes.

    ``lacking_mib`` by which it exceeds a budget (0: it does not), ``short_mib`` by which it eats into a
    margin, ``device_short_mib`` of that on the graphics device.
    """

    way: Way
    devices: tuple[DevicePlan, ...]
    lacking_mib: float
    short_mib: float
    device_short_mib: float


def ways(shape: ModelShape, computer: Computer, wishes: Wishes, *, alone: bool = False) -> Iterator[Way]:
    """Yield every way worth considering; ``alone`` those in which the processor does all the work."""
    device = None if alone else useful_device(shape, computer)
    for context in _contexts(shape, wishes):
        for cache_type in _cache_types(context, wishes):
            if device is None:
                if context <= LONG_CONTEXT or wishes.context:
                    for flash, micro_batch in _attentions(context, cache_type, wishes):
                        for mode, repack in _loads(computer, wishes):
                            yield Way(context, micro_batch, cache_type, None, 0, mode, repack, flash)
                continue
            for micro_batch in _micro_batches(device, wishes):
                for layers in _expert_layers(shape, context, wishes):
                    # Metal maps one range of the file, and with it the experts that should stay out.
                    mode = LoadMode.READ if layers and device.kind == "metal" else LoadMode.MMAP
                    mode = _wished_mode(wishes) or mode
                    yield Way(context, micro_batch, cache_type, device, layers, mode, repack=False)


def lay_out(shape: ModelShape, computer: Computer, wishes: Wishes, way: Way) -> Layout:
    """Return what ``way`` takes on this computer."""
    cache = sizes.cache_mib(shape, way.context, way.micro_batch, way.cache_type)
    weights = sizes.weights_mib(shape)
    host_budget = computer.available_mib - ENGINE_MIB - wishes.others_mib
    # An adapter lies beside the matrices it changes: on the graphics device, where there is one.
    if way.device is None or way.device.shared:
        host_budget -= wishes.adapters_mib
    if way.load_mode is LoadMode.MMAP:
        # Pages of the word table that are not in use can go without being written anywhere.
        host_budget += sizes.embedding_mib(shape)
    if way.device is None:
        size, flash = (shape, way.context, way.micro_batch), way.flash_attention
        compute = sizes.compute_mib(*size, flash)
        host_budget -= sizes.scores_copy_mib(*size, flash)
        host = DevicePlan(PROCESSOR, max(0.0, host_budget), weights, cache, compute)
        spare = host_budget - host.total_mib
        return Layout(way, (host,), max(0.0, -spare), max(0.0, HOST_MARGIN_MIB - spare), 0.0)
    on_host = sizes.embedding_mib(shape) + sizes.expert_layers_mib(shape, way.cpu_expert_layers)
    on_device = DevicePlan(
        name=way.device.name,
        budget_mib=max(0.0, way.device.budget_mib - wishes.adapters_mib),
        weights_mib=weights - on_host,
        cache_mib=cache,
        compute_mib=sizes.gpu_compute_mib(shape, way.context, way.micro_batch),
        label=way.device.label,
    )
    if way.device.shared:
        host_budget -= on_device.total_mib
    experts_here = way.cpu_expert_layers > 0
    compute = sizes.host_compute_mib(shape, way.context, way.micro_batch, experts_here)
    host = DevicePlan(PROCESSOR, max(0.0, host_budget), on_host, 0.0, compute)
    spare, device_spare = host_budget - host.total_mib, on_device.budget_mib - on_device.total_mib
    device_short = max(0.0, device_margin(way.device) - device_spare)
    return Layout(
        way=way,
        devices=(host, on_device),
        lacking_mib=max(0.0, -spare, -device_spare),
        short_mib=max(0.0, HOST_MARGIN_MIB - spare, device_short),
        device_short_mib=device_short,
    )


def best_device(computer: Computer) -> Device | None:
    """Return the graphics device with the most memory, None without one."""
    return max(computer.devices, key=lambda device: device.budget_mib, default=None)


def useful_device(shape: ModelShape, computer: Computer) -> Device | None:
    """Return the device to plan with: it must hold at least all but the experts, and a long context."""
    device = best_device(computer)
    if device is None:
        return None
    least = (shape.output_bytes + sum(shape.layer_bytes)) / sizes.MIB
    least += sizes.cache_mib(shape, LONG_CONTEXT, _MICRO_BATCHES[-1], sizes.F16)
    least += sizes.gpu_compute_mib(shape, LONG_CONTEXT, _MICRO_BATCHES[-1])
    return device if device.budget_mib >= least + device_margin(device) else None


def device_margin(device: Device) -> float:
    """Return what a comfortable plan leaves free on ``device``, in MiB."""
    return DEVICE_MARGINS_MIB.get(device.kind, OTHER_DEVICE_MARGIN_MIB)


def _cache_types(context: int, wishes: Wishes) -> tuple[str, ...]:
    if wishes.cache_type in (sizes.F16, sizes.Q8_0):
        return (wishes.cache_type,)
    if not wishes.context and context > USUAL_CONTEXT:
        return (sizes.F16,)  # the other is slower: only where memory is short
    return (sizes.F16, sizes.Q8_0)


def _loads(computer: Computer, wishes: Wishes) -> list[tuple[LoadMode, bool]]:
    """Return how weights may come into memory for the processor alone, and whether rearranged."""
    wished = _wished_mode(wishes)
    if wished is None and wishes.repack is None:
        # Rearranged straight from the file's own pages the load is twice as quick as from a copy; but
        # only on Linux does the engine give those pages back afterwards.
        mapped = computer.system == "linux"
        return [(LoadMode.MMAP if mapped else LoadMode.READ, True), (LoadMode.MMAP, False)]
    modes = list(LoadMode) if wished is None else [wished]
    repacks = (True, False) if wishes.repack is None else (wishes.repack,)
    return [(mode, repack) for mode in modes for repack in repacks]


def _wished_mode(wishes: Wishes) -> LoadMode | None:
    return next((mode for mode in LoadMode if mode.value == wishes.load_mode), None)


def _contexts(shape: ModelShape, wishes: Wishes) -> list[int]:
    if wishes.context:
        return [
            min(sizes.padded(max(LEAST_CONTEXT, wishes.context)), sizes.padded(shape.trained_context))
        ]
    ladder = (SHORT_CONTEXT, USUAL_CONTEXT, LONG_CONTEXT, LONGEST_CONTEXT)
    return sorted({min(context, shape.trained_context) for context in ladder})


def _expert_layers(shape: ModelShape, context: int, wishes: Wishes) -> range:
    """Return how many layers' experts may go to the processor; not for the longest contexts unasked."""
    return range(shape.layers + 1 if context <= LONG_CONTEXT or wishes.context else 1)


def may_do_without_flash(context: int, cache_type: str, wished: bool | None) -> bool:
    """Whether flash attention is a choice on the processor, or wished away where that is possible."""
    if cache_type != sizes.F16 or wished:
        return False
    return wished is False or context >= PLAIN_FROM_CONTEXT


def _attentions(context: int, cache_type: str, wishes: Wishes) -> Iterator[tuple[bool, int]]:
    """Yield whether with flash attention, and micro-batches, for the processor alone."""
    plain = may_do_without_flash(context, cache_type, wishes.flash_attention)
    if plain:
        for micro_batch in _wished_micro_batch(wishes) or PLAIN_MICRO_BATCHES:
            yield False, micro_batch
    if not plain or wishes.flash_attention is None:
        for micro_batch in _micro_batches(None, wishes):
            yield True, micro_batch


def _micro_batches(device: Device | None, wishes: Wishes) -> tuple[int, ...]:
    card = device is not None and not device.shared
    return _wished_micro_batch(wishes) or (_MICRO_BATCHES_CARD if card else _MICRO_BATCHES)


def _wished_micro_batch(wishes: Wishes) -> tuple[int, ...]:
    wished = min(MOST_MICRO_BATCH, max(LEAST_MICRO_BATCH, wishes.micro_batch))
    return (wished,) if wishes.micro_batch else ()
