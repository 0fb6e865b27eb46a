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
from app.engine.computing.llama_backend import LlamaBackend, LoadFailedError, NoBackendError
from app.engine.host import model_file, survey
from app.engine.planning import planner
from app.engine.planning.shape import ModelShape, ShapeError, shape_of
from app.engine.protocol.errands import Planned, PlanRequest, Surveyed


def answer_plan(frame: Mapping[str, Any]) -> Planned:
    """Confine this process and plan; raises UserError ``engine.*`` or ``plan.*``."""
    request = PlanRequest.from_json(frame)
    files = [model_file.check_place(Path(request.path))] if request.path else []
    computer = request.computer or survey.before_confinement()
    confine(files)
    backend = _backend()
    try:
        if request.computer is None:
            computer = survey.with_devices(computer, backend.devices())
        shape = read_shape(backend, files) if files else _given_shape(request.shape)
    finally:
        backend.close()
    return Planned(planner.plan(shape, computer, request.wishes))


def answer_survey(frame: Mapping[str, Any]) -> Surveyed:
    """Confine this process and say what this computer has; raises UserError ``engine.no_backend``."""
    if frame:
        raise ValueError("a survey has no parameters")
    computer = survey.before_confinement()
    confine([])
    backend = _backend()
    try:
        return Surveyed(survey.with_devices(computer, backend.devices()))
    finally:
        backend.close()


def read_shape(backend: LlamaBackend, files: Sequence[Path]) -> ModelShape:
    """Return what the headers of a model's files (the first part first) describe.

    The files' places are checked already. Raises UserError ``engine.file_*`` or ``plan.bad_shape``.
    """
    headers = []
    for path in files:
        model_file.check_beginning(path)
        try:
            header = backend.header(path)
        except LoadFailedError as failure:
            reason = failure.reason or "no reason given"
            raise UserError("engine.file_damaged", reason=reason) from None
        headers.append(header)
        if path is files[0]:
            model_file.check_architecture(header.architecture)
        model_file.check_size(path.stat().st_size, header.size_needed)
    try:
        return shape_of(
            (tensor for header in headers for tensor in header.tensors),
            headers[0].numbers,
            vocabulary=len(headers[0].tokens),
            file_bytes=sum(path.stat().st_size for path in files),
        )
    except ShapeError as error:
        raise UserError("plan.bad_shape", part=error.part) from None


def _given_shape(data: Mapping[str, Any] | None) -> ModelShape:
    try:
        return ModelShape.from_json(data or {})
    except ShapeError as error:
        raise UserError("plan.bad_shape", part=error.part) from None


def _backend() -> LlamaBackend:
    try:
        return LlamaBackend()
    except NoBackendError:
        raise UserError("engine.no_backend") from None
