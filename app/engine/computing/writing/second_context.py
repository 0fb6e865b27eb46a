"""A small context of its own beside the one in use.

Job: let the loaded model go on writing from a few tokens, greedily, without touching what the context in
use holds. Rule: opened for this one answer and given back at once; takes the library, imports nothing of
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from app.engine.computing.context import ContextSettings, context_parameters

LENGTH = 256
"""Tokens of the context: the fewest llama.cpp sets aside."""


def write_aside(
    library: Any, model: Any, settings: ContextSettings, flag: Any, tokens: Sequence[int], count: int
) -> list[int] | None:
    """Return the ``count`` ids that follow ``tokens``; None when interrupted or not computed.

    ``settings`` are those of the context in use, of which only the sizes differ.
    """
    small = replace(settings, context=LENGTH, micro_batch=len(tokens))
    context = library.llama_init_from_model(model, context_parameters(library, small, flag))
    if not context:
        return None
    sampler = library.llama_sampler_init_greedy()
    written: list[int] = []
    try:
        ids = list(tokens)
        while len(written) < count:
            array = (library.llama_token * len(ids))(*ids)  # the batch only points to it
            if library.llama_decode(context, library.llama_batch_get_one(array, len(ids))):
                return None
            ids = [int(library.llama_sampler_sample(sampler, context, -1))]
            written += ids
        return written
    finally:
        library.llama_sampler_free(sampler)
        library.llama_free(context)
