"""Choosing the next token with llama.cpp's own samplers.

Job: min_p, top_p, temperature and the seeded draw (or greedy), over all ids or over the few ids that
are possible at a header position. Rule: no Python loop over the vocabulary; min_p first, because
top_p alone sorts 200,000 candidates. Takes the llama_cpp module, does not import it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Collection
from typing import Any

from app.core.sampling import Sampling


class NativeSampler:
    """A chain of llama.cpp samplers over the context's last logits row; close it after use."""

    def __init__(self, library: Any, context: Any, sampling: Sampling, seed: int) -> None:
        self._lib = library
        self._context = context
        lib = library
        self._chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        if sampling.temperature <= 0.0:
            self._add(lib.llama_sampler_init_greedy())
            return
        if sampling.min_p > 0.0:
            self._add(lib.llama_sampler_init_min_p(sampling.min_p, 1))
        if sampling.top_p < 1.0:
            self._add(lib.llama_sampler_init_top_p(sampling.top_p, 1))
        self._add(lib.llama_sampler_init_temp(sampling.temperature))
        self._add(lib.llama_sampler_init_dist(seed))

    def _add(self, sampler: Any) -> None:
        self._lib.llama_sampler_chain_add(self._chain, sampler)

    def next(self, allowed: Collection[int] | None = None) -> int:
        """Return the next token id; ``allowed`` limits the choice to these ids (not empty)."""
        if allowed is None:
            return int(self._lib.llama_sampler_sample(self._chain, self._context, -1))
        row = self._lib.llama_get_logits_ith(self._context, -1)
        lib = self._lib
        data = (lib.llama_token_data * len(allowed))(
            *(lib.llama_token_data(token, row[token], 0.0) for token in allowed)
        )
        candidates = lib.llama_token_data_array(data, len(allowed), -1, False)
        lib.llama_sampler_apply(self._chain, ctypes.byref(candidates))
        token = int(candidates.data[candidates.selected].id)
        lib.llama_sampler_accept(self._chain, token)
        return token

    def close(self) -> None:
        """Free the chain; safe to call twice."""
        if self._chain:
            self._lib.llama_sampler_free(self._chain)
            self._chain = None
