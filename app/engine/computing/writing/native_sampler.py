"""Choosing the next token with llama.cpp's own samplers.

Job: min_p, top_p, temperature and the seeded draw (or greedy), over all ids or over the few ids that
are possible at a header position. Rule: no Python loop over the vocabulary; min_p first, because
top_p alone sorts 200,000 candidates. The samplers get only what min_p will keep, found by numpy in a
tenth of the time they take to go through 201,088 ids; they choose the same token from that.
Takes the llama_cpp module, does not import it; numpy comes with it and is imported as late: it starts
threads, and a child confines itself first.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Protocol

from app.core.conversation.sampling import Sampling
from app.core.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


_FIRST_ASKED = (256, 8192)
"""How many of the likeliest tokens are asked about before all are."""


class Filter(Protocol):
    """What limits the choice beyond fixed ids."""

    def allows(self, token: int) -> bool:
        """Whether this token may come next."""

    def filter(self, candidates: Any) -> None:
        """Make every other impossible in a ``llama_token_data_array``."""


class NativeSampler:
    """A chain of llama.cpp samplers over the context's last logits row of ``size`` ids; close it."""

    def __init__(self, library: Any, context: Any, size: int, sampling: Sampling, seed: int) -> None:
        self._lib = library
        self._context = context
        self._size = size
        self._prepared: dict[frozenset[int], npt.NDArray[np.int32]] = {}
        self._row_address = 0
        self._row_view: npt.NDArray[np.float32]
        self._margin = 0.0 if sampling.temperature <= 0.0 else None
        """How far below the likeliest token others are still possible; None: any distance."""
        if sampling.temperature > 0.0 and sampling.min_p > 0.0:
            # A little more than min_p keeps, so that its own rounding decides at the edge.
            self._margin = -math.log(sampling.min_p) + 1e-3
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

    def next(
        self,
        allowed: Collection[int] | None = None,
        forbidden: frozenset[int] = frozenset(),
        grammar: Filter | None = None,
    ) -> int:
        """Return the next token id.

        ``allowed`` limits the choice to these few ids (not empty); else ``forbidden`` ones are out of
        the question. What ``grammar`` does not allow is neither, where given. Raises UserError
        ``engine.no_numbers`` where the model computed none, as it does of an adapter without measure.
        """
        if allowed is None:
            if forbidden:
                self._row()[self._indices(forbidden)] = -math.inf
            token = self._likely()
            # Most tokens are allowed anyway; asking about all of them costs much more than about one.
            return token if grammar is None or grammar.allows(token) else self._allowed_by(grammar)
        row, lib = self._row(), self._lib
        _check(float(row[list(allowed)].sum()))
        data = (lib.llama_token_data * len(allowed))(
            *(lib.llama_token_data(token, row[token], 0.0) for token in sorted(allowed))
        )
        candidates = lib.llama_token_data_array(data, len(allowed), -1, False)
        lib.llama_sampler_apply(self._chain, ctypes.byref(candidates))
        token = int(candidates.data[candidates.selected].id)
        lib.llama_sampler_accept(self._chain, token)
        return token

    def _likely(self) -> int:
        """Return the next token among all."""
        best = float(self._row().max())  # no number where any logit is none
        _check(best)
        if self._margin is not None:
            return self._choose(self._table(self._within_margin(best)))
        return int(self._lib.llama_sampler_sample(self._chain, self._context, -1))

    def _allowed_by(self, grammar: Filter) -> int:
        """Return the next token among all those the grammar allows.

        The likeliest ones are asked about first: once the best allowed one is known, the samplers drop
        whatever is less likely than a share of it, and nobody needs to ask about that.
        """
        import numpy as np

        row = self._row()
        if self._margin is not None:
            for count in _FIRST_ASKED:
                if count >= self._size:
                    break
                likeliest = np.argpartition(row, -count)[-count:].astype(np.int32)
                best = float(self._filtered(likeliest, grammar)["logit"].max())
                if best > -math.inf:
                    return self._choose(self._filtered(self._within_margin(best), grammar))
        return self._choose(self._filtered(np.arange(self._size, dtype=np.int32), grammar))

    def _within_margin(self, best: float) -> npt.NDArray[np.int32]:
        """Return the tokens, ascending, that may be chosen where the likeliest one has ``best``."""
        import numpy as np

        assert self._margin is not None
        return np.flatnonzero(self._row() >= best - self._margin).astype(np.int32)

    def _filtered(self, tokens: npt.NDArray[np.int32], grammar: Filter) -> npt.NDArray[np.void]:
        """Return a table of these tokens in which what the grammar does not allow is impossible."""
        table = self._table(tokens)
        grammar.filter(self._candidates(table))
        return table

    def _table(self, tokens: npt.NDArray[np.int32]) -> npt.NDArray[np.void]:
        """Return what the samplers work on, one ``llama_token_data`` for each of these tokens."""
        import numpy as np

        table = np.zeros(len(tokens), [("id", np.int32), ("logit", np.float32), ("p", np.float32)])
        table["id"] = tokens
        table["logit"] = self._row()[tokens]
        return table

    def _choose(self, table: npt.NDArray[np.void]) -> int:
        lib, candidates = self._lib, self._candidates(table)
        lib.llama_sampler_apply(self._chain, ctypes.byref(candidates))
        token = int(candidates.data[max(0, candidates.selected)].id)
        lib.llama_sampler_accept(self._chain, token)
        return token

    def _candidates(self, table: npt.NDArray[np.void]) -> Any:
        data = table.ctypes.data_as(ctypes.POINTER(self._lib.llama_token_data))
        return self._lib.llama_token_data_array(data, len(table), -1, False)

    def _row(self) -> npt.NDArray[np.float32]:
        """Return the last logits row itself, not a copy."""
        pointer = self._lib.llama_get_logits_ith(self._context, -1)
        address = ctypes.addressof(pointer.contents)
        if address != self._row_address:  # nearly always the same, and a view of it takes its time
            import numpy as np

            self._row_view = np.ctypeslib.as_array(pointer, shape=(self._size,))
            self._row_address = address
        return self._row_view

    def _indices(self, tokens: frozenset[int]) -> npt.NDArray[np.int32]:
        # The mask hands out the same set for the same kind of place, so each is prepared once.
        if tokens not in self._prepared:
            import numpy as np

            self._prepared[tokens] = np.fromiter(tokens, np.int32, len(tokens))
        return self._prepared[tokens]

    def close(self) -> None:
        """Free the chain; safe to call twice."""
        if self._chain:
            self._lib.llama_sampler_free(self._chain)
            self._chain = None


def _check(logit: float) -> None:
    """Refuse what is no number: chosen from, it would be nonsense that looks like an answer."""
    if not math.isfinite(logit):
        raise UserError("engine.no_numbers")
