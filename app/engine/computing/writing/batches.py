"""Tokens as llama.cpp takes them.

Job: fill a batch for one call of decode. Rule: one sequence; the arrays live as long as this object, so
that writing, which reads one token at a time, sets none aside. Takes the library, imports nothing of it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any


class Batches:
    """Fills batches for one context; a batch is good until the next one is filled."""

    def __init__(self, library: Any) -> None:
        self._lib = library
        self._single = self._arrays(1)
        self._held = self._single

    def filled(self, tokens: Sequence[int], position: int, logits: bool) -> Any:
        """Return the batch of ``tokens`` at ``position``; ``logits`` for its last token."""
        count = len(tokens)
        self._held = self._single if count == 1 else self._arrays(count)
        ids, positions, wanted, batch = self._held
        ids[:] = tokens
        positions[:] = range(position, position + count)
        wanted[count - 1] = int(logits)
        return batch

    def _arrays(self, count: int) -> tuple[Any, Any, Any, Any]:
        lib = self._lib
        ids, positions = (lib.llama_token * count)(), (lib.llama_pos * count)()
        wanted = (ctypes.c_int8 * count)()
        return ids, positions, wanted, lib.llama_batch(count, ids, None, positions, None, None, wanted)
