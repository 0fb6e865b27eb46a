"""Why a plan is as it is: each choice as one sentence of the catalogue, with its figures.

Job: pick the sentences and fill in whole numbers. Rule: the codes are ``plan.*``; the words are in the
catalogue, so that the command line, the window and a log of codes agree.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.planning import layouts, sizes
from app.engine.planning.layouts import Layout
from app.engine.planning.shape import ModelShape
from app.engine.protocol.plan import Computer, LoadMode, Reason, Verdict, Wishes


def of(
    *,
    shape: ModelShape,
    computer: Computer,
    wishes: Wishes,
    layout: Layout,
    verdict: Verdict,
    speed_basis: str,
    longest: int,
) -> tuple[Reason, ...]:
    """Return the reasons, the verdict's first.

    ``verdict`` is the one before a person's insistence; ``longest`` the longest context that would fit.
    """
    if verdict is Verdict.REFUSED and not wishes.force:
        return tuple(_refusal(computer, wishes, layout, longest))
    return (
        *_verdict(computer, wishes, layout, verdict),
        *_context(shape, wishes, layout, verdict),
        *_placing(layout, computer, shape),
        *_loading(layout, shape),
        *_attention(layout, shape, wishes),
        *_word_table(layout, shape),
        *_adapters(wishes),
        _reason("micro_batch", tokens=layout.way.micro_batch),
        _threads(shape, computer, wishes),
        Reason(speed_basis, {}),
    )


def _refusal(computer: Computer, wishes: Wishes, layout: Layout, longest: int) -> Iterator[Reason]:
    lacking, context = layout.lacking_mib, layout.way.context
    yield _reason("refused", needs=_needs_in_all(layout, wishes), missing=lacking)
    yield _reason("refused_least", tokens=context)
    yield from _adapters(wishes)
    in_use = max(0.0, computer.ram_mib - computer.available_mib)
    if 0 < longest < context:
        yield _reason("refused_context", tokens=longest)
    elif lacking <= in_use / 2:
        yield _reason("refused_close", missing=lacking, used=in_use)
    else:
        yield _reason("refused_too_small", ram=computer.ram_mib, used=in_use)


def _verdict(computer: Computer, wishes: Wishes, layout: Layout, verdict: Verdict) -> Iterator[Reason]:
    device = layout.way.device
    if verdict is Verdict.FITS and device is not None and not device.shared:
        host, card = layout.devices
        yield _reason(
            "fits_beside",
            needs=host.total_mib,
            available=computer.available_mib,
            device=device.called,
            on_device=card.total_mib,
        )
    elif verdict is Verdict.FITS:
        yield _reason("fits", needs=_needs(layout), available=computer.available_mib)
    elif verdict is Verdict.REFUSED:
        yield _reason("refused", needs=_needs_in_all(layout, wishes), missing=layout.lacking_mib)
        yield _reason("forced", missing=layout.lacking_mib)
    elif 0 < layout.short_mib <= layout.device_short_mib:
        yield _reason("tight_device", device=layout.devices[-1].called, missing=layout.short_mib)
    elif layout.short_mib > 0:
        yield _reason("tight", needs=_needs(layout), missing=layout.short_mib)
    else:
        yield _reason("tight_context", needs=_needs(layout), tokens=layout.way.context)


def _context(shape: ModelShape, wishes: Wishes, layout: Layout, verdict: Verdict) -> Iterator[Reason]:
    way = layout.way
    if wishes.context > way.context:
        yield _reason("context_trained", tokens=way.context, wished=wishes.context)
    elif wishes.context:
        yield _reason("context_wished", tokens=way.context, cache=_cache(layout))
    elif verdict is Verdict.FITS:
        yield _reason("context_chosen", tokens=way.context, cache=_cache(layout))
    else:
        yield _reason("context_modest", tokens=way.context, cache=_cache(layout))
    if way.cache_type == sizes.Q8_0:
        plain = sizes.cache_mib(shape, way.context, way.micro_batch, sizes.F16)
        yield _reason("cache_q8_0", saved=plain - _cache(layout))


def _placing(layout: Layout, computer: Computer, shape: ModelShape) -> Iterator[Reason]:
    way, best = layout.way, layouts.best_device(computer)
    if way.device is None:
        if best is None:
            yield _reason("processor_only")
        elif layouts.useful_device(shape, computer) is not None:
            yield _reason("processor_instead", device=best.called)
        else:
            yield _reason("device_too_small", device=best.called, budget=best.budget_mib)
        return
    total = layout.devices[-1].total_mib
    if not way.cpu_expert_layers:
        budget = way.device.budget_mib
        name = "all_on_device" if total <= budget else "all_on_device_forced"
        yield _reason(name, device=way.device.called, needs=total, budget=budget)
    else:
        yield _reason(
            "experts_on_processor",
            device=way.device.called,
            budget=way.device.budget_mib,
            layers=way.cpu_expert_layers,
            of=shape.layers,
            freed=sizes.expert_layers_mib(shape, way.cpu_expert_layers),
        )
    yield _reason("compute_is_a_bound")


def _loading(layout: Layout, shape: ModelShape) -> Iterator[Reason]:
    way = layout.way
    if way.repack and shape.file_bytes < sizes.ONE_THREAD_BELOW:
        yield _reason("load_repacked_small")
    elif way.repack:
        yield _reason("load_repacked", weights=sizes.weights_mib(shape))
    elif way.load_mode is LoadMode.READ:
        yield _reason("load_read" if way.device else "load_copied")
    elif way.device is None:
        yield _reason("load_mapped", weights=sizes.weights_mib(shape))
    else:
        yield _reason("load_mapped_device")


def _attention(layout: Layout, shape: ModelShape, wishes: Wishes) -> Iterator[Reason]:
    """Say what was chosen where there was a choice, and what it takes."""
    way = layout.way
    choice = not way.flash_attention or layouts.may_do_without_flash(way.context, way.cache_type, None)
    if way.device is not None or not choice:
        return
    micro_batch = wishes.micro_batch or layouts.PLAIN_MICRO_BATCHES[0]
    size = (shape, way.context, micro_batch if way.flash_attention else way.micro_batch)
    more = sizes.compute_mib(*size, flash=False) + sizes.scores_copy_mib(*size, flash=False)
    more -= sizes.compute_mib(*size)
    if more >= 1:
        yield _reason("attention_flash" if way.flash_attention else "attention_plain", more=more)


def _word_table(layout: Layout, shape: ModelShape) -> Iterator[Reason]:
    """Say so where the plan rests on pages that need not stay in memory."""
    host, table = layout.devices[0], sizes.embedding_mib(shape)
    close = host.total_mib + layouts.HOST_MARGIN_MIB > host.budget_mib - table
    if layout.way.load_mode is LoadMode.MMAP and close:
        yield _reason("word_table", table=table)


def _adapters(wishes: Wishes) -> Iterator[Reason]:
    if round(wishes.adapters_mib):
        yield _reason("adapters", size=wishes.adapters_mib)


def _threads(shape: ModelShape, computer: Computer, wishes: Wishes) -> Reason:
    if wishes.threads:
        if wishes.threads == 1:
            return _reason("one_thread_wished")
        return _reason("threads_wished", threads=wishes.threads)
    if shape.file_bytes < sizes.ONE_THREAD_BELOW:
        return _reason("one_thread")
    if computer.cores == 1:
        return _reason("only_core")
    return _reason("threads", threads=computer.cores)


def around_mib(wishes: Wishes) -> float:
    """Return what is needed beside the model itself: by the engine's program and others of ours."""
    return layouts.ENGINE_MIB + wishes.others_mib


def _needs(layout: Layout) -> float:
    return sum(device.total_mib for device in layout.devices)


def _needs_in_all(layout: Layout, wishes: Wishes) -> float:
    """Return the same with what the program needs around it: a refusal must add up."""
    return _needs(layout) + around_mib(wishes)


def _cache(layout: Layout) -> float:
    return sum(device.cache_mib for device in layout.devices)


def _reason(name: str, **values: str | float) -> Reason:
    """Return the reason with its figures as whole numbers, so that a sentence reads well."""
    plain = {key: value if isinstance(value, str) else round(value) for key, value in values.items()}
    return Reason(f"plan.{name}", {**plain})
