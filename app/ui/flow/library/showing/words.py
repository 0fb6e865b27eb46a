"""How the library window says sizes, times, plans and licences.

Job: figures and plans as sentences of the catalogue. Rule: an estimate says "about"; sizes of files
count in thousands, as disks are sold, memory counts as the rest of the program does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from PySide6.QtCore import QDate, QLocale

from app.core.model_parts import stem_of
from app.core.shown_name import shown_name
from app.core.texts import number, plural, text
from app.engine.protocol.plan import Plan, Verdict
from app.library.known.catalogue import CatalogueEntry
from app.ui.theme import IconName
from app.ui.views.library.values import PlanShown
from app.ui.widgets.words.figures import pace, ram, short_size, window

KB, MB, GB = 10**3, 10**6, 10**9
MINUTE, HOUR = 60, 3600
_MANY_REASONS, _MOST_NAMED = 8, 4


def size(count: int) -> str:
    """Return bytes as people name a file's size: 12.1 GB, 4 MB."""
    if count >= 10**8:
        return text("models.gb", value=number(count / GB, 1, short=True))
    if count >= MB:
        return text("models.mb", value=round(count / MB))
    return text("models.kb", value=math.ceil(count / KB))


def per_second(count: float) -> str:
    """Return a speed without its "a second": 5.8 MB, 640 kB."""
    if MB <= count < 10**8:
        return text("models.mb", value=number(count / MB, 1))
    return size(round(count))


def pair(done: int, total: int) -> tuple[str, str]:
    """Return two sizes of one thing; the unit stands once where it is the same: 7.4 of 12.1 GB."""
    if total < 10**8:
        return size(done), size(total)
    return number(done / GB, 1), text("models.gb", value=number(total / GB, 1))


def room(count: int) -> str:
    """Return what is free on a disk, in whole gigabytes."""
    return text("models.gb", value=number(count / GB)) if count >= GB else size(count)


def left(seconds: float | None) -> str:
    """Return how long it still takes; "" when nobody knows."""
    if seconds is None:
        return ""
    if seconds >= 2 * HOUR:
        return text("models.left.hours", count=round(seconds / HOUR))
    minutes = round(seconds / MINUTE)
    if minutes >= 2:
        return text("models.left.minutes", count=minutes)
    if seconds >= 50:
        return text("models.left.minute")
    return text("models.left.seconds", count=max(5, 5 * math.ceil(seconds / 5)))


def percent(share: float) -> int:
    """Return a share in per cent, never 100 before the end."""
    return int(share * 100)


def model_name(path: Path) -> str:
    """Return what a model file is called where nobody knows it by another name."""
    return shown_name(stem_of(path.name))


def some_names(names: Sequence[str]) -> str:
    """Return names of files as one line; of many the first."""
    shown = [shown_name(name) for name in names[:_MOST_NAMED]]
    return ", ".join([*shown, "…"] if len(names) > _MOST_NAMED else shown)


def about(entry: CatalogueEntry) -> str:
    """Return who made a model and how large it is."""
    shape = entry.shape
    experts = shape["layers"] * 3 * shape["width"] * shape["expert_width"]
    attention = 2 * shape["width"] * shape["head_size"] * (shape["heads"] + shape["kv_heads"])
    table = shape["vocabulary"] * shape["width"]
    rest = shape["layers"] * attention
    every = experts * shape["experts"] + rest + 2 * table
    active = experts * shape["experts_used"] + rest + table
    line = text(
        "models.about.line",
        publisher=entry.publisher,
        parameters=number(every / GB, 1),
        active=number(active / GB, 1),
    )
    judges = text("models.about.classify") if entry.purpose == "classify" else ""
    return f"{line} {judges}".strip()


def day_of(when: datetime) -> str:
    """Return a day as it stands in a list."""
    day = when.astimezone().date()
    return QLocale().toString(QDate(day.year, day.month, day.day), "d MMM yyyy")


def verified(when: datetime | None, today: date | None = None) -> str:
    """Return when a file was verified; "" when it never was."""
    if when is None:
        return ""
    day = when.astimezone().date()
    if day == (today or datetime.now().astimezone().date()):
        return text("models.verified.today")
    return text("models.verified.on", day=day_of(when))


def plan_shown(plan: Plan, ram_mib: float) -> PlanShown:
    """Return what a plan says of this computer."""
    reasons = tuple(text(reason.code, **reason.values) for reason in plan.reasons[:_MANY_REASONS])
    speed = pace(plan.expected_tokens_per_second) if plan.expected_tokens_per_second else ""
    context = window(plan.context)
    missing = short_size(plan.missing_mib)
    if plan.verdict is Verdict.REFUSED:
        needs = needs_mib(plan)
        key = "refused_rest" if needs > ram_mib else "refused_rest_now"
        rest = text(
            f"models.plan.{key}",
            needs=short_size(needs),
            missing=missing,
            ram=ram(ram_mib, needs),
        )
        return PlanShown(IconName.TRIANGLE_ALERT, "warn", text("models.plan.refused"), rest, reasons)
    if plan.verdict is Verdict.TIGHT:
        key = "tight_rest" if plan.missing_mib else "tight_rest_context"
        if plan.missing_mib and not speed:
            key = "tight_rest_unknown"
        elif not speed:
            key = "fits_rest_unknown"
        rest = text(f"models.plan.{key}", missing=missing, speed=speed, context=context)
        return PlanShown(IconName.TRIANGLE_ALERT, "warn", text("models.plan.tight"), rest, reasons)
    strong = text("models.plan.fits")
    if plan.cpu_expert_layers and plan.gpu_layers:
        strong = plural("models.plan.fits_experts", plan.cpu_expert_layers)
    key = "fits_rest" if speed else "fits_rest_unknown"
    rest = text(f"models.plan.{key}", speed=speed, context=context)
    return PlanShown(IconName.CHECK, "accent", strong, rest, reasons)


def plan_row(plan: Plan, ram_mib: float) -> tuple[str, str]:
    """Return what a row says of a plan, and its colour."""
    if plan.verdict is Verdict.REFUSED:
        needs = needs_mib(plan)
        if needs > ram_mib:
            return text(
                "models.row.too_large",
                needs=short_size(needs),
                ram=ram(ram_mib, needs),
            ), "warn"
        return text("models.row.too_large_now", missing=short_size(plan.missing_mib)), "warn"
    if plan.verdict is Verdict.TIGHT:
        return text("models.row.tight"), "text2"
    if plan.cpu_expert_layers and plan.gpu_layers:
        return plural("models.row.fits_experts", plan.cpu_expert_layers), "text2"
    if plan.expected_tokens_per_second:
        return text("models.row.fits", speed=pace(plan.expected_tokens_per_second)), "text2"
    return text("models.row.fits_unknown"), "text2"


def needs_mib(plan: Plan) -> float:
    """Return the memory that a plan reckons with."""
    for reason in plan.reasons:
        if "needs" in reason.values:
            return float(reason.values["needs"])
    return sum(device.total_mib for device in plan.devices)
