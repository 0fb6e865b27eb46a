"""How fast a plan may decode: a class of speed, never a promise.

Job: tokens per second from what was measured on a device, from what this computer's cores were just seen
to do, from memory bandwidth, or from cores, in this order. Rule: every figure has a basis (a code of the
catalogue), and without one the answer is 0.

A processor reaches half of what its memory's bandwidth would allow. For a graphics processor it is what
``graphics`` says, and 1.2 ms a token, which go into starting its many small computations: without the
constant part the fastest memory would promise twice what can be had.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.engine.planning import graphics
from app.engine.planning.graphics import known_device
from app.engine.planning.shape import ModelShape
from app.engine.protocol.plan import Computer, Device

REACHED = 0.5
_REACHED_OF_TRIED = 0.85
"""Of what the cores do with weights alone; measured 0.98 with one thread, 0.74 to 1.01 with two."""
_STARTING_S = 0.0012
_BYTES_20B = 2.56e9
"""What gpt-oss-20b reads for one token; the measured figures belong to it."""
_PER_CORE, _PER_CORE_REPACKED = 5.3, 6.8
_MOST_BY_CORES = 12.0
"""Of unknown memory nothing better than two channels of DDR4 or DDR5 is assumed."""
_MOST_ON_PROCESSOR = 40.0
"""GB/s assumed for a processor beside a graphics card, where nothing is known."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Tokens per second and the code of what they rest on."""

    tokens_per_second: float
    basis: str


UNKNOWN = Speed(0.0, "plan.basis_unknown")
NOT_FITTING = Speed(0.0, "plan.basis_not_fitting")


def on_processor(shape: ModelShape, computer: Computer, cores: int, repack: bool) -> Speed:
    """Return the speed without a graphics device, with ``cores`` of the computer's."""
    if computer.weights_gbs > 0:
        tried = computer.weights_gbs * min(1.0, cores / computer.cores)
        reached = _REACHED_OF_TRIED * tried * 1e9 / shape.bytes_per_token
        return Speed(round(reached, 1), "plan.basis_tried")
    bandwidth_gbs = computer.bandwidth_gbs
    scale = _BYTES_20B / shape.bytes_per_token
    by_cores = cores * (_PER_CORE_REPACKED if repack else _PER_CORE) * scale
    if bandwidth_gbs > 0:
        by_bandwidth = REACHED * bandwidth_gbs * 1e9 / shape.bytes_per_token
        return Speed(round(min(by_bandwidth, by_cores), 1), "plan.basis_bandwidth")
    return Speed(round(min(by_cores, _MOST_BY_CORES * scale), 1), "plan.basis_cores")


def on_graphics(shape: ModelShape, computer: Computer, device: Device, cpu_expert_layers: int) -> Speed:
    """Return the speed on a graphics device, with the experts of some layers on the processor.

    The bandwidth of the computer's memory is on a shared device that of the device, too.
    """
    known, shared, bandwidth_gbs = known_device(device.called), device.shared, computer.bandwidth_gbs
    device_gbs = bandwidth_gbs if shared and bandwidth_gbs > 0 else known.bandwidth_gbs if known else 0.0
    same_model = abs(shape.bytes_per_token / _BYTES_20B - 1) < 0.03
    if known and known.measured and same_model and not cpu_expert_layers:
        return Speed(known.measured, "plan.basis_measured")
    if device_gbs <= 0:
        return UNKNOWN
    experts = sum(shape.expert_bytes[:cpu_expert_layers]) * shape.experts_used / shape.experts
    host_gbs = REACHED * (bandwidth_gbs or (device_gbs if shared else _MOST_ON_PROCESSOR))
    if computer.weights_gbs > 0:
        host_gbs = _REACHED_OF_TRIED * computer.weights_gbs
    reached = known.reached if known else graphics.REACHED
    seconds = _STARTING_S + (shape.bytes_per_token - experts) / (reached * device_gbs * 1e9)
    seconds += experts / (host_gbs * 1e9)
    return Speed(round(1 / seconds, 1), "plan.basis_bandwidth")
