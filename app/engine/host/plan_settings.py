"""A plan in the backend's own terms.

Job: turn what was planned into settings for weights and context. Rule: nothing is chosen here.
"""

from __future__ import annotations

from app.engine.computing.llama_backend import ContextSettings
from app.engine.computing.loading.weights import WeightSettings
from app.engine.planning.shape import ModelShape
from app.engine.protocol.plan import Device, LoadMode, Plan


def weight_settings(plan: Plan, shape: ModelShape, devices: tuple[Device, ...]) -> WeightSettings:
    """Return how the plan wants weights loaded; ``devices`` in llama.cpp's order."""
    planned = {device.name for device in plan.devices}
    numbers = [number for number, device in enumerate(devices) if device.name in planned]
    return WeightSettings(
        gpu_layers=plan.gpu_layers,
        cpu_expert_layers=plan.cpu_expert_layers,
        mmap=plan.load_mode is LoadMode.MMAP,
        repack=plan.repack,
        layers=shape.layers,
        device=numbers[0] if numbers else None,
    )


def context_settings(plan: Plan) -> ContextSettings:
    """Return how the plan wants the context set up."""
    return ContextSettings(
        context=plan.context,
        micro_batch=plan.micro_batch,
        threads=plan.threads,
        cache_type=plan.cache_type,
        flash_attention=plan.flash_attention,
    )
