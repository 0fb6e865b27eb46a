"""The engine's part of ``doctor``: what it computes with, and whether its plans are true.

Job: ask a confined engine for processor features and graphics devices, then have one load the Guide and
put planned and set-aside memory side by side. Rule: nothing is loaded into this process.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from app.children.child import AT_ONCE
from app.core.errors import UserError
from app.core.paths import guide_model_path
from app.core.texts import text
from app.engine import errand
from app.engine.client import EngineClient
from app.engine.planning.computers import KINDS
from app.engine.protocol.events import Loaded
from app.engine.protocol.requests import LoadRequest


def examine(libraries: Collection[str]) -> dict[str, Any]:
    """Return plain data; ``error`` is a code, empty when an engine could load the Guide.

    ``libraries`` are the compute libraries of the installation: those for graphics processors that found
    no device are "idle".
    """
    report: dict[str, Any] = {"error": "", "features": [], "devices": [], "idle": [], "loaded": None}
    try:
        surveyed = errand.survey()
        report["features"] = list(surveyed.features)
        report["devices"] = [asdict(device) for device in surveyed.computer.devices]
        at_work = {device.kind for device in surveyed.computer.devices}
        report["idle"] = sorted(set(KINDS) & set(libraries) - at_work)
        report["loaded"] = _facts(_load_guide())
    except UserError as error:
        report["error"] = error.code
    return report


def lines(report: dict[str, Any]) -> list[str]:
    """Return the report as sentences."""

    def line(key: str, **values: str | float) -> str:
        return text(f"engine.doctor.{key}", **values)

    features = ", ".join(report["features"]) or line("features_plain")
    found = [line("features", names=features)]
    found += [
        line(
            "device",
            name=device["label"] or device["name"],
            kind=device["kind"],
            budget=round(device["budget_mib"]),
        )
        for device in report["devices"]
    ]
    if report["idle"]:
        found.append(line("idle", names=", ".join(report["idle"]).title()))
    elif not report["devices"]:
        found.append(line("no_device"))
    if report["error"]:
        return [*found, line("failed", code=report["error"])]
    loaded = report["loaded"]
    found.append(
        line("loaded", name=loaded["name"], ms=round(loaded["load_ms"]), context=loaded["context"])
    )
    for planned, real in zip(loaded["planned"], loaded["allocated"], strict=True):
        values = {kind: planned[f"{kind}_mib"] for kind in ("weights", "cache", "compute")}
        beside = {f"real_{kind}": real[f"{kind}_mib"] for kind in values}
        found.append("  " + line("beside", name=planned["label"] or planned["name"], **values, **beside))
    return found


def _load_guide() -> Loaded:
    client = EngineClient(ladder=AT_ONCE)
    try:
        return client.load(LoadRequest(str(guide_model_path())), lambda _event: None)
    finally:
        client.close()


def _facts(loaded: Loaded) -> dict[str, Any]:
    planned = loaded.plan.devices if loaded.plan else ()
    return {
        "name": loaded.name,
        "context": loaded.context,
        "load_ms": loaded.load_ms,
        "planned": [asdict(device) for device in planned],
        "allocated": [asdict(device) for device in loaded.allocated],
    }
