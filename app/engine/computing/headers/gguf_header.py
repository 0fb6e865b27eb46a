"""The header of a model file, read by the same library that will load it.

Job: say what a GGUF claims to be before its weights are touched: architecture, vocabulary, numbers,
tensors, and where the last of them ends. Rule: runs in the confined Engine only; asks for a value's type
before the value, because the library ends the process on a wrong guess. Takes the ``ggml-base`` library
and loads none.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.engine.computing.headers.bounds import is_bounded

_STRING, _ARRAY, _INT32, _UINT32 = 8, 9, 5, 4
_WHOLE = {
    2: "gguf_get_val_u16",
    _UINT32: "gguf_get_val_u32",
    _INT32: "gguf_get_val_i32",
    10: "gguf_get_val_u64",
}
"""The functions that read whole numbers, by their type's number in a header."""
_FRACTION = 6


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """What one file says of itself.

    ``tensors`` are names and sizes in bytes, ``numbers`` the whole numbers by key, ``fractions`` the
    others, ``parts`` of how many files the model is made (1 for most), ``name`` what its maker called
    it. ``size_needed`` is how many bytes the file must have for its last tensor to be whole.
    """

    architecture: str
    tokens: tuple[str, ...]
    token_types: tuple[int, ...]
    tensors: tuple[tuple[str, int], ...]
    numbers: dict[str, int]
    parts: int
    size_needed: int
    name: str = ""
    fractions: dict[str, float] = field(default_factory=dict)


def read_header(library: Any, path: Path) -> HeaderFacts | None:
    """Return what the header says, or None when it cannot be read; the library logs why.

    One that asks for more memory than any real file's is not read. Raises OSError.
    """
    if not is_bounded(path):
        return None
    with _opened(_declare(library), path) as file:
        if not file:
            return None
        numbers = dict(_whole_numbers(library, file))
        return HeaderFacts(
            architecture=_text(library, file, b"general.architecture"),
            tokens=_texts(library, file, b"tokenizer.ggml.tokens"),
            token_types=_numbers(library, file, b"tokenizer.ggml.token_type"),
            tensors=_tensors(library, file),
            numbers=numbers,
            parts=max(1, numbers.get("split.count", 1)),
            size_needed=_end_of_tensors(library, file),
            name=_text(library, file, b"general.name"),
            fractions=dict(_fractions(library, file)),
        )


class _Params(ctypes.Structure):
    """``gguf_init_params``: no tensor data is read."""

    _fields_ = (("no_alloc", ctypes.c_bool), ("context", ctypes.c_void_p))


@contextmanager
def _opened(library: Any, path: Path) -> Iterator[int | None]:
    file = library.gguf_init_from_file(os.fsencode(path), _Params(no_alloc=True, context=None))
    try:
        yield file
    finally:
        if file:
            library.gguf_free(file)


def _declare(library: Any) -> Any:
    file, key, index = ctypes.c_void_p, ctypes.c_int64, ctypes.c_size_t
    for name, result, *arguments in (
        ("gguf_init_from_file", file, ctypes.c_char_p, _Params),
        ("gguf_free", None, file),
        ("gguf_find_key", key, file, ctypes.c_char_p),
        ("gguf_get_kv_type", ctypes.c_int, file, key),
        ("gguf_get_val_str", ctypes.c_char_p, file, key),
        ("gguf_get_n_kv", key, file),
        ("gguf_get_key", ctypes.c_char_p, file, key),
        ("gguf_get_val_u16", ctypes.c_uint16, file, key),
        ("gguf_get_val_u32", ctypes.c_uint32, file, key),
        ("gguf_get_val_i32", ctypes.c_int32, file, key),
        ("gguf_get_val_u64", ctypes.c_uint64, file, key),
        ("gguf_get_val_f32", ctypes.c_float, file, key),
        ("gguf_get_tensor_name", ctypes.c_char_p, file, key),
        ("gguf_get_arr_type", ctypes.c_int, file, key),
        ("gguf_get_arr_n", index, file, key),
        ("gguf_get_arr_str", ctypes.c_char_p, file, key, index),
        ("gguf_get_arr_data", ctypes.c_void_p, file, key),
        ("gguf_get_data_offset", index, file),
        ("gguf_get_n_tensors", key, file),
        ("gguf_get_tensor_offset", index, file, key),
        ("gguf_get_tensor_size", index, file, key),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, list(arguments)
    return library


def _text(library: Any, file: int, name: bytes) -> str:
    key = library.gguf_find_key(file, name)
    if key < 0 or library.gguf_get_kv_type(file, key) != _STRING:
        return ""
    return _decode(library.gguf_get_val_str(file, key))


def _array(library: Any, file: int, name: bytes, *types: int) -> tuple[int, int]:
    """Return key and length of an array of one of these types; length 0 if there is none."""
    key = library.gguf_find_key(file, name)
    if key < 0 or library.gguf_get_kv_type(file, key) != _ARRAY:
        return -1, 0
    if library.gguf_get_arr_type(file, key) not in types:
        return -1, 0
    return int(key), int(library.gguf_get_arr_n(file, key))


def _texts(library: Any, file: int, name: bytes) -> tuple[str, ...]:
    key, length = _array(library, file, name, _STRING)
    return tuple(_decode(library.gguf_get_arr_str(file, key, i)) for i in range(length))


def _numbers(library: Any, file: int, name: bytes) -> tuple[int, ...]:
    key, length = _array(library, file, name, _INT32, _UINT32)
    if not length:
        return ()
    data = library.gguf_get_arr_data(file, key)
    return tuple(ctypes.cast(data, ctypes.POINTER(ctypes.c_int32))[:length])


def _whole_numbers(library: Any, file: int) -> Iterator[tuple[str, int]]:
    for key in range(library.gguf_get_n_kv(file)):
        reader = _WHOLE.get(library.gguf_get_kv_type(file, key))
        if reader:
            yield _decode(library.gguf_get_key(file, key)), int(getattr(library, reader)(file, key))


def _fractions(library: Any, file: int) -> Iterator[tuple[str, float]]:
    for key in range(library.gguf_get_n_kv(file)):
        if library.gguf_get_kv_type(file, key) == _FRACTION:
            yield (
                _decode(library.gguf_get_key(file, key)),
                float(library.gguf_get_val_f32(file, key)),
            )


def _tensors(library: Any, file: int) -> tuple[tuple[str, int], ...]:
    return tuple(
        (_decode(library.gguf_get_tensor_name(file, i)), int(library.gguf_get_tensor_size(file, i)))
        for i in range(library.gguf_get_n_tensors(file))
    )


def _end_of_tensors(library: Any, file: int) -> int:
    start = library.gguf_get_data_offset(file)
    ends = (
        library.gguf_get_tensor_offset(file, i) + library.gguf_get_tensor_size(file, i)
        for i in range(library.gguf_get_n_tensors(file))
    )
    return int(start + max(ends, default=0))


def _decode(raw: bytes | None) -> str:
    return (raw or b"").decode("utf-8", "replace")
