"""How a context is set up: cache, compute buffers, threads.

Job: turn sizes into llama.cpp's parameters, alike for a real context and for a dry run. Rule: takes the
library and imports nothing of it; what native code points to is the caller's to keep.
"""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from typing import Any

_PLAIN_ATTENTION, _FLASH_ATTENTION = 0, 1
_CACHE_TYPES = {"f16": 1, "q8_0": 8}
"""ggml's numbers of the types a cache may have."""


@dataclass(frozen=True, slots=True)
class ContextSettings:
    """How to set the context up: sizes in tokens, ``threads`` for computing.

    ``cache_type`` says how the cache keeps its numbers, ``f16`` or ``q8_0``. The latter needs
    ``flash_attention``, which goes through the cache piece by piece; else it is one product of matrices.
    """

    context: int
    micro_batch: int
    threads: int
    cache_type: str = "f16"
    flash_attention: bool = True


def context_parameters(library: Any, settings: ContextSettings, flag: Any) -> Any:
    """Return llama.cpp's parameters; ``flag`` is a two-byte buffer whose first byte ends a decode."""
    params = library.llama_context_default_params()
    params.n_ctx = settings.context
    # One call of decode is one micro-batch, so that an abort always lands on a border we know.
    params.n_batch = params.n_ubatch = settings.micro_batch
    params.n_seq_max = 1
    # One logits row at a time. The default reserves a row per token of a micro-batch: 393 MiB
    # instead of 10 for a vocabulary of 201,088 at 512 tokens.
    params.n_outputs_max = 1
    params.n_threads = params.n_threads_batch = settings.threads
    params.flash_attn_type = _FLASH_ATTENTION if settings.flash_attention else _PLAIN_ATTENTION
    params.type_k = params.type_v = _CACHE_TYPES[settings.cache_type]
    params.swa_full = False
    params.no_perf = True
    params.abort_callback = _flag_reader(library.ggml_abort_callback)
    params.abort_callback_data = ctypes.addressof(flag)
    return params


def _flag_reader(prototype: Any) -> Any:
    """Return a C function of ``bool (const char *flag)`` that is true once the flag's byte is set.

    The abort callback is asked at every node of the graph, about a thousand times a token. A Python
    function there would cost milliseconds a token and the interpreter's lock; ``strlen`` of a
    two-byte buffer is 0 or 1 and costs nothing.
    """
    library = ctypes.CDLL("msvcrt") if sys.platform == "win32" else ctypes.CDLL(None)
    return ctypes.cast(library.strlen, prototype)
