"""The headers of a model file, checked before anything is planned or loaded with them.

Job: read the header of every part, refuse what cannot be loaded, say what shape it all has. Rule: this
belongs after the confinement; whatever a header claims is checked against the files themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.core.errors import UserError
from app.engine.computing.headers.gguf_header import HeaderFacts
from app.engine.computing.llama_backend import LlamaBackend, LoadFailedError
from app.engine.host.files import forms, model_file
from app.engine.host.files.model_file import ModelFile
from app.engine.planning.shape import ModelShape, ShapeError, shape_of


def read(backend: LlamaBackend, file: ModelFile) -> tuple[HeaderFacts, ...]:
    """Return the headers of the file's parts, in order; raises UserError ``engine.*``."""
    headers: list[HeaderFacts] = []
    for part in file.parts:
        model_file.check_beginning(part)
        try:
            header = backend.header(part)
        except LoadFailedError as failure:
            raise UserError("engine.file_damaged", reason=failure.reason or "no reason given") from None
        if not headers:
            model_file.check_architecture(header.architecture)
        forms.check_kinds(header)
        model_file.check_size(part.stat().st_size, header.size_needed)
        headers.append(header)
    model_file.check_parts(len(file.parts), [header.parts for header in headers])
    return tuple(headers)


def shape(headers: Sequence[HeaderFacts], file: ModelFile) -> ModelShape:
    """Return the shape all parts together describe; raises UserError ``plan.*``."""
    try:
        found = shape_of(
            (tensor for header in headers for tensor in header.tensors),
            headers[0].numbers,
            vocabulary=len(headers[0].tokens),
            file_bytes=file.size,
        )
    except ShapeError as error:
        raise UserError("plan.bad_shape", part=error.part) from None
    forms.check(headers[0], found)
    return found
