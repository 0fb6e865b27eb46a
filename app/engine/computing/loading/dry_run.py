"""What a load would set aside, asked of llama.cpp itself without loading.

Job: go through a load and a context with nothing allocated and no weights read, and add up what would go
where. Rule: llama.cpp reports the compute buffers of such a run; weights and caches, whose buffers are
empty then, are told by the header and by the devices it assigned. Takes the libraries' handles.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from app.engine.computing.context import ContextSettings, context_parameters
from app.engine.computing.loading.load_journal import PROCESSOR, BufferSizes, LoadJournal
from app.engine.computing.loading.weights import ModelParameters, WeightSettings, read_model

MIB = 2**20
_LAYER = re.compile(r"blk\.(\d+)\.")


def simulate(
    library: Any,
    parameters: ModelParameters,
    parts: Sequence[Path],
    context: ContextSettings,
    flag: Any,
) -> bool:
    """Let llama.cpp report to its log what this load would take; False when it refuses."""
    parameters.simulate()
    model = read_model(library, [os.fsencode(part) for part in parts], parameters.raw)
    if not model:
        return False
    opened = library.llama_init_from_model(model, context_parameters(library, context, flag))
    if opened:
        library.llama_free(opened)
    library.llama_model_free(model)
    return bool(opened)


def expected(
    journal: LoadJournal,
    tensors: Iterable[tuple[str, int]],
    weights: WeightSettings,
    devices: Sequence[str],
) -> dict[str, BufferSizes]:
    """Return what goes on the processor and each of ``devices``, from a journal of :func:`simulate`.

    ``tensors`` are names and sizes in bytes.
    """
    sizes = journal.sizes_by_device(devices)
    assigned = journal.layer_devices
    after_the_last = max(assigned, default=-1)
    for name, size in tensors:
        found = _LAYER.match(name)
        layer = int(found[1]) if found else after_the_last
        device = assigned.get(layer, PROCESSOR)
        if name.startswith("token_embd.") or weights.keeps_experts(name) or device not in sizes:
            device = PROCESSOR
        sizes[device] = sizes[device].plus(BufferSizes(weights_mib=size / MIB))
    for part in journal.cache_parts:
        for device in part.devices:
            owner = device if device in sizes else PROCESSOR
            sizes[owner] = sizes[owner].plus(BufferSizes(cache_mib=part.mib / len(part.devices)))
    return sizes
