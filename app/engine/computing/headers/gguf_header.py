"""The header of a model file, read by the same library that will load it.

Job: say what a GGUF claims to be before its weights are touched: architecture, vocabulary, numbers,
tensors, and where the last of them ends. Rule: runs in the confined Engine only; asks for a value's type
before the value, because the library ends the process on a wrong guess. Takes the ``ggml-base`` library
and loads none.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.engine.computing.headers.bounds import is_bounded
from app.engine.computing.headers.gguf_functions import (
    STRING,
    GgufFunctions,
    decoded,
    opened,
    text_at,
)

_ARRAY, _INT32, _UINT32, _BOOL = 9, 5, 4, 7
_WHOLE = {
    _BOOL: "gguf_get_val_bool",
    2: "gguf_get_val_u16",
    _UINT32: "gguf_get_val_u32",
    _INT32: "gguf_get_val_i32",
    10: "gguf_get_val_u64",
}
"""The functions that read whole numbers (yes is 1), by their type's number in a header."""
_FRACTION = 6
_ITEMS = {_INT32: ctypes.c_int32, _UINT32: ctypes.c_uint32, _BOOL: ctypes.c_int8}
_LONGEST_LIST, _LONGEST_WORD = 1024, 64


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """What one file says of itself.

    ``tensors`` are names and sizes in bytes, ``kinds`` ggml's numbers of their types, ``numbers`` the
    whole numbers by key, ``fractions`` the others, ``parts`` of how many files the model is made (1 for
    most), ``name`` what its maker called it. ``size_needed`` is how many bytes the file must have for
    its last tensor to be whole. Of the architecture's own keys, ``words`` are the texts, cut, and
    ``lists`` the lists of whole numbers; one that is very long, or of something else, is empty.
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
    kinds: tuple[int, ...] = ()
    words: dict[str, str] = field(default_factory=dict)
    lists: dict[str, tuple[int, ...]] = field(default_factory=dict)


def read_header(library: Any, path: Path) -> HeaderFacts | None:
    """Return what the header says, or None when it cannot be read; the library logs why.

    One that asks for more memory than any real file's is not read. Raises OSError.
    """
    if not is_bounded(path):
        return None
    functions: Any = GgufFunctions(library)
    with opened(functions, path) as (file, _forms):
        if not file:
            return None
        numbers = dict(_whole_numbers(functions, file))
        architecture = text_at(functions, file, b"general.architecture")
        return HeaderFacts(
            architecture=architecture,
            tokens=_texts(functions, file, b"tokenizer.ggml.tokens"),
            token_types=_numbers(functions, file, b"tokenizer.ggml.token_type"),
            tensors=_tensors(functions, file),
            numbers=numbers,
            parts=max(1, numbers.get("split.count", 1)),
            size_needed=_end_of_tensors(functions, file),
            name=text_at(functions, file, b"general.name"),
            fractions=dict(_fractions(functions, file)),
            kinds=_kinds(functions, file),
            words=dict(_words(functions, file, f"{architecture}.")),
            lists=dict(_lists(functions, file, f"{architecture}.")),
        )


def _array(functions: Any, file: int, name: bytes, *types: int) -> tuple[int, int]:
    """Return key and length of an array of one of these types; length 0 if there is none."""
    key = functions.gguf_find_key(file, name)
    if key < 0 or functions.gguf_get_kv_type(file, key) != _ARRAY:
        return -1, 0
    if functions.gguf_get_arr_type(file, key) not in types:
        return -1, 0
    return int(key), int(functions.gguf_get_arr_n(file, key))


def _texts(functions: Any, file: int, name: bytes) -> tuple[str, ...]:
    key, length = _array(functions, file, name, STRING)
    return tuple(decoded(functions.gguf_get_arr_str(file, key, i)) for i in range(length))


def _numbers(functions: Any, file: int, name: bytes) -> tuple[int, ...]:
    key, length = _array(functions, file, name, _INT32, _UINT32)
    if not length:
        return ()
    data = functions.gguf_get_arr_data(file, key)
    return tuple(ctypes.cast(data, ctypes.POINTER(ctypes.c_int32))[:length])


def _whole_numbers(functions: Any, file: int) -> Iterator[tuple[str, int]]:
    for key in range(functions.gguf_get_n_kv(file)):
        reader = _WHOLE.get(functions.gguf_get_kv_type(file, key))
        if reader:
            yield decoded(functions.gguf_get_key(file, key)), int(getattr(functions, reader)(file, key))


def _fractions(functions: Any, file: int) -> Iterator[tuple[str, float]]:
    for key in range(functions.gguf_get_n_kv(file)):
        if functions.gguf_get_kv_type(file, key) == _FRACTION:
            yield (
                decoded(functions.gguf_get_key(file, key)),
                float(functions.gguf_get_val_f32(file, key)),
            )


def _words(functions: Any, file: int, beginning: str) -> Iterator[tuple[str, str]]:
    for key in range(functions.gguf_get_n_kv(file)):
        name = decoded(functions.gguf_get_key(file, key))
        if name.startswith(beginning) and functions.gguf_get_kv_type(file, key) == STRING:
            yield name, decoded(functions.gguf_get_val_str(file, key))[:_LONGEST_WORD]


def _lists(functions: Any, file: int, beginning: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    for key in range(functions.gguf_get_n_kv(file)):
        name = decoded(functions.gguf_get_key(file, key))
        if not name.startswith(beginning) or functions.gguf_get_kv_type(file, key) != _ARRAY:
            continue
        kind = _ITEMS.get(functions.gguf_get_arr_type(file, key))
        length = functions.gguf_get_arr_n(file, key)
        if kind is None or not 0 < length <= _LONGEST_LIST:
            yield name, ()
            continue
        data = functions.gguf_get_arr_data(file, key)
        yield name, tuple(ctypes.cast(data, ctypes.POINTER(kind))[:length])


def _tensors(functions: Any, file: int) -> tuple[tuple[str, int], ...]:
    return tuple(
        (decoded(functions.gguf_get_tensor_name(file, i)), int(functions.gguf_get_tensor_size(file, i)))
        for i in range(functions.gguf_get_n_tensors(file))
    )


def _kinds(functions: Any, file: int) -> tuple[int, ...]:
    count = functions.gguf_get_n_tensors(file)
    return tuple(int(functions.gguf_get_tensor_type(file, i)) for i in range(count))


def _end_of_tensors(functions: Any, file: int) -> int:
    start = functions.gguf_get_data_offset(file)
    ends = (
        functions.gguf_get_tensor_offset(file, i) + functions.gguf_get_tensor_size(file, i)
        for i in range(functions.gguf_get_n_tensors(file))
    )
    return int(start + max(ends, default=0))
