"""How fast this computer goes through weights: tried, in a fifth of a second.

Job: multiply a row with a matrix as each token does, with the code and in the types that a gpt-oss file
is computed with, and see what memory lets all cores have together. Rule: the best of a few tries counts,
for another program may take the processor in the middle of one; takes the libraries' handles and imports
nothing of them; everything set aside is given back.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from typing import Any

from app.engine.computing.machine.devices import Registry

_F32, _Q8_0, _MXFP4 = 0, 8, 39
"""ggml's numbers of types."""
_BYTES_PER_32 = {_Q8_0: 34, _MXFP4: 17}
_WIDTH = 2880
_MATRIX_BYTES = 64 * 2**20
"""More than the caches of an office computer hold: weights come from memory."""
_COPIED_BYTES = 2 * _MATRIX_BYTES
_TRIES = 6
_COPYING_S = 0.03
_FILL = 120
"""A byte of which every type makes finite numbers, none of them so small that it is computed slowly."""
_CPU = 0
_GB = 1e9


def weights_gbs(registry: Registry, cores: int) -> float:
    """Return how many GB of weights so many cores go through in a second; the backends must be loaded.

    It is what one core does, times ``cores``, and no more than all of them can fetch.
    """
    functions = _Functions(registry)
    rates = [functions.one_core(kind) for kind in _BYTES_PER_32]
    # As many bytes of an answer's weights are of the one type as of the other.
    alone = len(rates) / sum(1 / rate for rate in rates)
    return min(alone * cores, _fetched(cores)) / _GB


def _fetched(cores: int) -> float:
    """Return how many bytes a second all cores copy together, read and written ones counted.

    Reading alone is no slower than that.
    """
    size = _COPIED_BYTES // 2 // cores
    rates = [0.0] * cores
    start = threading.Barrier(cores)

    def copy(number: int) -> None:
        place = (ctypes.c_char * (2 * size)).from_buffer(bytearray(b"\x01") * (2 * size))
        address = ctypes.addressof(place)
        start.wait()
        began, copied = time.perf_counter(), 0
        while (spent := time.perf_counter() - began) < _COPYING_S:
            ctypes.memmove(address + size, address, size)
            copied += 2 * size
        rates[number] = copied / spent

    threads = [threading.Thread(target=copy, args=(number,)) for number in range(cores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(rates)


class _Parameters(ctypes.Structure):
    """``ggml_init_params``."""

    _fields_ = (
        ("mem_size", ctypes.c_size_t),
        ("mem_buffer", ctypes.c_void_p),
        ("no_alloc", ctypes.c_bool),
    )


class _Functions:
    """The few functions of ggml that one product takes."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        handle, number = ctypes.c_void_p, ctypes.c_int
        long, byte = ctypes.c_int64, ctypes.c_uint8
        self._init = self._declared("ggml_init", handle, _Parameters)
        self._free = self._declared("ggml_free", None, handle)
        self._tensor = self._declared("ggml_new_tensor_2d", handle, handle, number, long, long)
        self._multiply = self._declared("ggml_mul_mat", handle, handle, handle, handle)
        self._graph = self._declared("ggml_new_graph", handle, handle)
        self._expand = self._declared("ggml_build_forward_expand", None, handle, handle)
        self._open = self._declared("ggml_backend_dev_init", handle, handle, ctypes.c_char_p)
        self._close = self._declared("ggml_backend_free", None, handle)
        self._place = self._declared("ggml_backend_alloc_ctx_tensors", handle, handle, handle)
        self._fill = self._declared("ggml_backend_buffer_clear", None, handle, byte)
        self._give_back = self._declared("ggml_backend_buffer_free", None, handle)
        self._compute = self._declared("ggml_backend_graph_compute", number, handle, handle)

    def one_core(self, kind: int) -> float:
        """Return how many bytes of a matrix of this type one core goes through in a second."""
        processor = self._registry.ggml.ggml_backend_dev_by_type(_CPU)
        backend = self._open(processor, None)
        self._set_threads(processor)(backend, 1)
        per_row = _WIDTH // 32 * _BYTES_PER_32[kind]
        rows = _MATRIX_BYTES // per_row
        context = self._init(_Parameters(2**20, None, no_alloc=True))
        matrix = self._tensor(context, kind, _WIDTH, rows)
        graph = self._graph(context)
        self._expand(graph, self._multiply(context, matrix, self._tensor(context, _F32, _WIDTH, 1)))
        buffer = self._place(context, backend)
        self._fill(buffer, _FILL)
        seconds = min(_timed(lambda: self._compute(backend, graph)) for _ in range(_TRIES))
        self._give_back(buffer)
        self._free(context)
        self._close(backend)
        return rows * per_row / seconds

    def _set_threads(self, processor: int) -> Callable[[int, int], None]:
        base = self._registry.base
        registered = base.ggml_backend_dev_backend_reg(processor)
        address = base.ggml_backend_reg_get_proc_address(registered, b"ggml_backend_set_n_threads")
        function: Callable[[int, int], None] = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int)(
            address
        )
        return function

    def _declared(self, name: str, result: Any, *arguments: Any) -> Any:
        function = getattr(self._registry.base, name)
        function.restype, function.argtypes = result, arguments
        return function


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
