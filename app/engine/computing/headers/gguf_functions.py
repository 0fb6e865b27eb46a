"""The functions by which the engine's own library reads a GGUF's header.

Job: give them their types, open a header and close it again. Rule: the handles are our own, because a
function's types belong to its handle and others declare theirs; reads no weights and judges nothing.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

STRING = 8
"""The number of a text's type in a header."""


class _Params(ctypes.Structure):
    """``gguf_init_params``: no numbers are read; the tensors' forms come in ``context``, if any."""

    _fields_ = (("no_alloc", ctypes.c_bool), ("context", ctypes.POINTER(ctypes.c_void_p)))


class GgufFunctions:
    """The functions of ``library``, which is ``ggml-base``, by their own names; each is typed."""

    def __init__(self, library: Any) -> None:
        pointer, key, index = ctypes.c_void_p, ctypes.c_int64, ctypes.c_size_t
        for name, result, *arguments in (
            ("gguf_init_from_file", pointer, ctypes.c_char_p, _Params),
            ("gguf_free", None, pointer),
            ("gguf_find_key", key, pointer, ctypes.c_char_p),
            ("gguf_get_n_kv", key, pointer),
            ("gguf_get_key", ctypes.c_char_p, pointer, key),
            ("gguf_get_kv_type", ctypes.c_int, pointer, key),
            ("gguf_get_val_str", ctypes.c_char_p, pointer, key),
            ("gguf_get_val_bool", ctypes.c_bool, pointer, key),
            ("gguf_get_val_u16", ctypes.c_uint16, pointer, key),
            ("gguf_get_val_u32", ctypes.c_uint32, pointer, key),
            ("gguf_get_val_i32", ctypes.c_int32, pointer, key),
            ("gguf_get_val_u64", ctypes.c_uint64, pointer, key),
            ("gguf_get_val_f32", ctypes.c_float, pointer, key),
            ("gguf_get_arr_type", ctypes.c_int, pointer, key),
            ("gguf_get_arr_n", index, pointer, key),
            ("gguf_get_arr_str", ctypes.c_char_p, pointer, key, index),
            ("gguf_get_arr_data", pointer, pointer, key),
            ("gguf_get_data_offset", index, pointer),
            ("gguf_get_n_tensors", key, pointer),
            ("gguf_get_tensor_name", ctypes.c_char_p, pointer, key),
            ("gguf_get_tensor_offset", index, pointer, key),
            ("gguf_get_tensor_size", index, pointer, key),
            ("gguf_get_tensor_type", ctypes.c_int, pointer, key),
            ("ggml_get_first_tensor", pointer, pointer),
            ("ggml_get_next_tensor", pointer, pointer, pointer),
            ("ggml_get_name", ctypes.c_char_p, pointer),
            ("ggml_free", None, pointer),
        ):
            # A lookup by item makes a new handle each time, unlike one by attribute.
            function = library[name]
            function.restype, function.argtypes = result, list(arguments)
            setattr(self, name, function)


@contextmanager
def opened(functions: Any, path: Path, *, forms: bool = False) -> Iterator[tuple[int | None, int]]:
    """Give the header of a file (None where it cannot be read; the library logs why) and its context.

    The context holds the tensors' forms where ``forms`` are wanted, else it is 0.
    """
    context = ctypes.c_void_p()
    params = _Params(no_alloc=True, context=ctypes.pointer(context) if forms else None)
    file = functions.gguf_init_from_file(os.fsencode(path), params)
    try:
        yield file, context.value or 0
    finally:
        if file:
            functions.gguf_free(file)
        if context.value:
            functions.ggml_free(context)


def text_at(functions: Any, file: int, name: bytes) -> str:
    """Return the text of a key; "" where there is none or it is something else."""
    key = functions.gguf_find_key(file, name)
    if key < 0 or functions.gguf_get_kv_type(file, key) != STRING:
        return ""
    return decoded(functions.gguf_get_val_str(file, key))


def decoded(raw: bytes | None) -> str:
    """Return what the library gives as a text; what is no UTF-8 is replaced."""
    return (raw or b"").decode("utf-8", "replace")
