"""Plans and surveys in the engine's child: from a header and this computer to an answer.

Job: read a model file's shape within the confinement, look at the devices, plan. Rule: whatever a header
claims is checked before it is planned with; trouble in the person's world is a UserError.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.children.confine import confine
from app.core.errors import UserError
from app.core.shown_name import shown_name
from app.engine.computing.llama_backend import LlamaBackend, NoBackendError
from app.engine.host import device_nodes, dry_plan, survey
from app.engine.host.files import headers, model_file
from app.engine.planning import planner
from app.engine.planning.shape import ModelShape, ShapeError
from app.engine.protocol.errands import (
    HeaderRead,
    HeaderRequest,
    Planned,
    PlanRequest,
    Surveyed,
)
from app.engine.protocol.plan import LONGEST_NAME


def answer_plan(frame: Mapping[str, Any]) -> Planned:
    """Confine this process and plan; raises UserError ``engine.*`` or ``plan.*``."""
    request = PlanRequest.from_json(frame)
    file = model_file.find(Path(request.path)) if request.path else None
    computer = request.computer or survey.before_confinement()
    backend = _confined_backend(file.parts if file else ())
    try:
        facts = headers.read(backend, file) if file else ()
        shape = headers.shape(facts, file) if file else _given_shape(request.shape)
        if request.computer is None:
            computer = survey.with_devices(computer, backend.devices())
            computer = survey.with_speed(computer, shape, backend)
        plan = planner.plan(shape, computer, request.wishes)
        if file and request.computer is None:
            tensors = [tensor for header in facts for tensor in header.tensors]
            plan = dry_plan.confirmed(
                backend, file, tensors, shape, plan, computer.devices, request.wishes
            )
    finally:
        backend.close()
    return Planned(plan)


def answer_survey(frame: Mapping[str, Any]) -> Surveyed:
    """Confine this process and say what this computer has; raises UserError ``engine.no_backend``."""
    if frame:
        raise ValueError("a survey has no parameters")
    computer = survey.before_confinement()
    backend = _confined_backend(())
    try:
        computer = survey.with_devices(computer, backend.devices())
        processor = backend.processor()
        return Surveyed(computer, processor.features, processor.variant)
    finally:
        backend.close()


def answer_header(frame: Mapping[str, Any]) -> HeaderRead:
    """Confine this process and read a header; raises UserError ``engine.*`` or ``plan.*``."""
    file = model_file.find(Path(HeaderRequest(**frame).path))
    backend = _confined_backend(file.parts)
    try:
        facts = headers.read(backend, file)
        shape = headers.shape(facts, file)
    finally:
        backend.close()
    return HeaderRead(
        facts[0].architecture, shown_name(facts[0].name, LONGEST_NAME), shape.layers, shape.experts
    )


def _given_shape(data: Mapping[str, Any] | None) -> ModelShape:
    try:
        return ModelShape.from_json(data or {})
    except ShapeError as error:
        raise UserError("plan.bad_shape", part=error.part) from None


def _confined_backend(files: Sequence[Path]) -> LlamaBackend:
    confine([*files, *device_nodes.readable()], devices=device_nodes.nodes())
    try:
        return LlamaBackend()
    except NoBackendError:
        raise UserError("engine.no_backend") from None
