"""A plan held against llama.cpp's own figures, where a graphics device takes part.

Job: go through the planned load dry and put the reported sizes into the plan. Rule: on the processor
our arithmetic is exact and costs nothing, so it is left as it is; where llama.cpp refuses, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.engine.computing.llama_backend import LlamaBackend, LoadFailedError
from app.engine.computing.loading.load_journal import BufferSizes
from app.engine.host.files.model_file import ModelFile
from app.engine.host.plan_settings import context_settings, weight_settings
from app.engine.planning.reasons import around_mib
from app.engine.planning.shape import ModelShape
from app.engine.protocol.plan import Device, DevicePlan, Plan, Reason, Verdict, Wishes

_VERDICTS = (
    "plan.fits",
    "plan.fits_beside",
    "plan.tight",
    "plan.tight_device",
    "plan.tight_context",
)


def confirmed(
    backend: LlamaBackend,
    file: ModelFile,
    tensors: Iterable[tuple[str, int]],
    shape: ModelShape,
    plan: Plan,
    devices: tuple[Device, ...],
    wishes: Wishes,
) -> Plan:
    """Return the plan with sizes as llama.cpp reports them; refused when they exceed a budget.

    ``wishes.force`` keeps the verdict of a plan that a person insists on.
    """
    if not plan.gpu_layers or plan.verdict is Verdict.REFUSED:
        return plan
    names = [device.name for device in plan.devices[1:]]
    weights, context = weight_settings(plan, shape, devices), context_settings(plan)
    try:
        found = backend.dry_run(file.parts, tensors, weights, context, names)
    except LoadFailedError:
        return plan
    return held_against(plan, found, wishes)


def held_against(plan: Plan, found: dict[str, BufferSizes], wishes: Wishes) -> Plan:
    """Return the plan with these sizes, by device."""
    sizes = tuple(_sized(device, found[device.name]) for device in plan.devices)
    lacking = max(device.total_mib - device.budget_mib for device in sizes)
    if lacking <= 0 or wishes.force:
        return replace(plan, devices=sizes)
    # As in a refusal of the planner's: with what is needed around the model, so that the figures add up.
    needs = sum(device.total_mib for device in sizes) + around_mib(wishes)
    refused = Reason("plan.refused", {"needs": round(needs), "missing": round(lacking)})
    others = tuple(reason for reason in plan.reasons if reason.code not in _VERDICTS)
    return replace(
        plan,
        verdict=Verdict.REFUSED,
        reasons=(refused, *others),
        devices=sizes,
        missing_mib=round(lacking, 1),
    )


def _sized(device: DevicePlan, found: BufferSizes) -> DevicePlan:
    return replace(
        device,
        weights_mib=round(found.weights_mib, 1),
        cache_mib=round(found.cache_mib, 1),
        compute_mib=round(found.compute_mib, 1),
    )
