"""The plan: how a model file is loaded on one computer, and why.

Job: choose among the ways of ``layouts`` and say what was chosen, in numbers and reasons. Rule: the
best way is the first in one fixed order (how safely it fits, then how much context, then how fast), so
that more memory never gives a worse plan; a plan is refused rather than made to look better than it is.
"""

from __future__ import annotations

from dataclasses import replace

from app.engine.planning import layouts, reasons, sizes, speeds
from app.engine.planning.layouts import Layout
from app.engine.planning.shape import ModelShape
from app.engine.protocol.plan import Computer, DevicePlan, Plan, Verdict, Wishes

MOST_THREADS = 256


def plan(shape: ModelShape, computer: Computer, wishes: Wishes) -> Plan:
    """Return the plan; never raises for values within their types' bounds."""
    usual = 0 if wishes.context else min(layouts.USUAL_CONTEXT, shape.trained_context)
    chosen = _chosen(shape, computer, wishes, usual)
    verdict = _verdict(chosen, usual)
    forced = verdict is Verdict.REFUSED and wishes.force
    threads = _threads(shape, computer, wishes)
    speed = speeds.NOT_FITTING
    if verdict is not Verdict.REFUSED:
        speed = _speed(shape, computer, chosen, threads)
    way = chosen.way
    return Plan(
        verdict=Verdict.TIGHT if forced else verdict,
        reasons=reasons.of(
            shape=shape,
            computer=computer,
            wishes=wishes,
            layout=chosen,
            verdict=verdict,
            speed_basis=speed.basis,
            longest=_longest(shape, computer, wishes) if verdict is Verdict.REFUSED else 0,
        ),
        context=way.context,
        micro_batch=way.micro_batch,
        gpu_layers=shape.layers + 1 if way.device else 0,
        cpu_expert_layers=way.cpu_expert_layers,
        cache_type=way.cache_type,
        flash_attention=way.flash_attention,
        load_mode=way.load_mode,
        repack=way.repack,
        threads=threads,
        devices=tuple(_rounded(device) for device in chosen.devices),
        expected_tokens_per_second=speed.tokens_per_second,
        speed_basis=speed.basis,
        missing_mib=round(_missing(chosen, verdict), 1),
    )


def _chosen(shape: ModelShape, computer: Computer, wishes: Wishes, usual: int) -> Layout:
    """Return the best layout; the processor's alone only where a device leaves too little memory."""

    def best(*, alone: bool) -> Layout:
        ways = layouts.ways(shape, computer, wishes, alone=alone)
        found = (layouts.lay_out(shape, computer, wishes, way) for way in ways)
        return max(found, key=lambda layout: _merit(layout, usual))

    chosen = best(alone=False)
    if chosen.way.device is None or (chosen.lacking_mib <= 0 and chosen.way.context >= usual):
        return chosen
    # Work on a device takes memory of its own, and mapped weights beside it cannot always stay mapped.
    other = best(alone=True)
    longer = other.way.context > chosen.way.context and chosen.way.context < usual
    return other if other.lacking_mib <= 0 and (chosen.lacking_mib > 0 or longer) else chosen


def _verdict(layout: Layout, usual: int) -> Verdict:
    """Return how safely it fits; ``usual`` is the least context unasked (0: it was asked for)."""
    if layout.lacking_mib > 0:
        return Verdict.REFUSED
    cramped = usual and (layout.way.context < usual or layout.way.cache_type != sizes.F16)
    return Verdict.TIGHT if layout.short_mib > 0 or cramped else Verdict.FITS


_ORDER = {Verdict.REFUSED: 0, Verdict.TIGHT: 2, Verdict.FITS: 3}


def _merit(layout: Layout, usual: int) -> tuple[float, ...]:
    """Return what makes a way better, most important first."""
    way, verdict = layout.way, _verdict(layout, usual)
    plain = way.cache_type == sizes.F16
    if verdict is Verdict.REFUSED:
        # Where somebody insists, the file's own pages can go and come back; rearranged ones cannot.
        return (0, -layout.lacking_mib, -layout.short_mib, plain, not way.repack)
    if verdict is Verdict.TIGHT and 0 < usual < way.context:
        return (1,)  # a tight plan spends nothing on a longer context
    return (
        _ORDER[verdict],
        way.context,
        plain,
        -layout.device_short_mib,
        -way.cpu_expert_layers,
        # Rearranged weights cannot be given back: faster, but only where there is room to spare.
        way.repack == (verdict is Verdict.FITS),
        # So does attention without flash: answers come sooner for memory that nobody else needs.
        way.flash_attention != (verdict is Verdict.FITS),
        way.micro_batch,
    )


def _missing(layout: Layout, verdict: Verdict) -> float:
    if verdict is Verdict.REFUSED:
        return layout.lacking_mib
    return layout.short_mib if verdict is Verdict.TIGHT else 0.0


def _longest(shape: ModelShape, computer: Computer, wishes: Wishes) -> int:
    """Return the longest of the usual contexts that would fit at all, 0 for none."""
    free = replace(wishes, context=0)
    found = (
        layouts.lay_out(shape, computer, free, way)
        for alone in (False, True)
        for way in layouts.ways(shape, computer, free, alone=alone)
    )
    return max((layout.way.context for layout in found if layout.lacking_mib <= 0), default=0)


def _threads(shape: ModelShape, computer: Computer, wishes: Wishes) -> int:
    if wishes.threads:
        return min(MOST_THREADS, wishes.threads)
    return 1 if shape.file_bytes < sizes.ONE_THREAD_BELOW else max(1, min(MOST_THREADS, computer.cores))


def _speed(shape: ModelShape, computer: Computer, layout: Layout, threads: int) -> speeds.Speed:
    way = layout.way
    if shape.file_bytes < sizes.ONE_THREAD_BELOW:
        return speeds.UNKNOWN  # in so small a model other things than its weights take the time
    if way.device is None:
        return speeds.on_processor(shape, computer, threads, way.repack)
    return speeds.on_graphics(shape, computer, way.device, way.cpu_expert_layers)


def _rounded(device: DevicePlan) -> DevicePlan:
    return replace(
        device,
        budget_mib=round(device.budget_mib, 1),
        weights_mib=round(device.weights_mib, 1),
        cache_mib=round(device.cache_mib, 1),
        compute_mib=round(device.compute_mib, 1),
    )
