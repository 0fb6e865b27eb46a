"""A text followed through one of llama.cpp's grammars.

Job: say which tokens may come next, one by one or for the whole vocabulary at once. Rule: a token is
accepted only after it was found allowed, because llama.cpp ends the process otherwise. Takes the
llama_cpp module, does not import it.
"""

from __future__ import annotations

import ctypes
import math
from typing import Any

ROOT = b"root"


class NativeGrammar:
    """One grammar and how far a text has come in it; close it. Made by :func:`compiled`."""

    def __init__(self, library: Any, sampler: Any) -> None:
        self._lib = library
        self._sampler = sampler
        self._one = (library.llama_token_data * 1)()

    def allows(self, token: int) -> bool:
        """Whether the text may go on with this token, or end where the token ends a generation."""
        self._one[0] = self._lib.llama_token_data(token, 1.0, 0.0)
        candidates = self._lib.llama_token_data_array(self._one, 1, -1, False)
        self.filter(candidates)
        return not math.isinf(self._one[0].logit)

    def filter(self, candidates: Any) -> None:
        """Make what is not allowed impossible in a ``llama_token_data_array``."""
        self._lib.llama_sampler_apply(self._sampler, ctypes.byref(candidates))

    def push(self, token: int) -> None:
        """Follow a token that is allowed and does not end the generation."""
        self._lib.llama_sampler_accept(self._sampler, token)

    def close(self) -> None:
        """Free it; safe to call twice."""
        if self._sampler:
            self._lib.llama_sampler_free(self._sampler)
            self._sampler = None


def compiled(library: Any, vocab: Any, text: str) -> NativeGrammar | None:
    """Return the grammar in ``text``; None for one that llama.cpp does not take.

    ``vocab`` may be None to try whether it compiles. Large grammars have ended the process: what comes
    from outside is tried in a child first.
    """
    sampler = library.llama_sampler_init_grammar(vocab, text.encode(), ROOT)
    return NativeGrammar(library, sampler) if sampler else None
