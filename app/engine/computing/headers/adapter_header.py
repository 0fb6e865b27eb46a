"""The header of an adapter file (LoRA, GGUF), judged before llama.cpp loads it.

Job: refuse what is no adapter, one for another kind of model, and every form llama.cpp would end the
process on: a value of the wrong type, numbers of the wrong type, more dimensions than the matrix it is
added to. Rule: runs in the confined Engine only; asks for a value's type before the value. Whether the
sizes fit the loaded model is llama.cpp's own check, which only refuses.
"""

from __future__ import annotations

import ctypes
import math
import re
from pathlib import Path
from typing import Any

from app.core.errors import UserError
from app.engine.computing.headers.bounds import is_bounded
from app.engine.computing.headers.gguf_functions import GgufFunctions, opened, text_at

_FLOAT = 6
_NUMBERS = {
    0: ("<u4", 1, 0x7F800000),
    1: ("<u2", 1, 0x7C00),
    8: ("<u2", 17, 0x7C00),
    30: ("<u2", 1, 0x7F80),
}
"""F32, F16, Q8_0 and BF16, what adapters are written in: the form of a number whose exponent tells
whether it is one, how many such forms apart they stand, and the exponent of those that are none.
"""
_PAIRED = re.compile(
    r"(?:blk\.\d{1,4}\.(?:attn_(?:q|k|v|output)|ffn_gate_inp)|output)\.weight\.lora_[ab]"
)
_PAIRED_EXPERTS = re.compile(r"blk\.\d{1,4}\.ffn_(?:gate|up|down)_exps\.weight\.lora_[ab]")
_SMALLEST = 24
_PIECE = 17 * 2**20
"""Bytes of numbers looked at at a time: whole forms of every kind."""


class _Tensor(ctypes.Structure):
    """The beginning of a ``ggml_tensor``: number type, buffer, sizes."""

    _fields_ = (("type", ctypes.c_int), ("buffer", ctypes.c_void_p), ("sizes", ctypes.c_int64 * 4))


def check_adapter(library: Any, path: Path, architecture: str, experts: int, largest: int) -> None:
    """Check the file for a model of ``architecture`` with so many experts and ``largest`` bytes.

    One that is larger than the model it would change is none for it. ``library`` is ``ggml-base``.
    Raises UserError ``engine.adapter_*``.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(4)
        size = path.stat().st_size
        if magic != b"GGUF" or size < _SMALLEST:
            raise UserError("engine.adapter_foreign")
        if not is_bounded(path):
            raise UserError("engine.adapter_damaged")
    except OSError:
        raise UserError("engine.adapter_unreadable") from None
    functions: Any = GgufFunctions(library)
    with opened(functions, path, forms=True) as (header, tensors):
        if not header:
            raise UserError("engine.adapter_damaged")
        _check_kind(functions, header, architecture)
        _check_tensors(functions, tensors, experts)
        if size > largest:
            raise UserError("engine.adapter_other_shape")
        _check_numbers(functions, header, path, size)


def _check_kind(functions: Any, file: int, architecture: str) -> None:
    if (
        text_at(functions, file, b"general.type") != "adapter"
        or text_at(functions, file, b"adapter.type") != "lora"
    ):
        raise UserError("engine.adapter_foreign")
    found = text_at(functions, file, b"general.architecture")
    if found != architecture:
        raise UserError("engine.adapter_other_kind", architecture=_plain(found))
    alpha = functions.gguf_find_key(file, b"adapter.lora.alpha")
    if alpha >= 0 and (
        functions.gguf_get_kv_type(file, alpha) != _FLOAT
        or not math.isfinite(functions.gguf_get_val_f32(file, alpha))
    ):
        raise UserError("engine.adapter_damaged")
    if functions.gguf_find_key(file, b"adapter.alora.invocation_tokens") >= 0:
        raise UserError("engine.adapter_unsupported")  # such a one acts on a part of the text only


def _check_tensors(functions: Any, context: int, experts: int) -> None:
    count = 0
    tensor = functions.ggml_get_first_tensor(context) if context else None
    while tensor:
        name = (functions.ggml_get_name(tensor) or b"").decode("utf-8", "replace")
        form = _Tensor.from_address(tensor)
        layers = experts if _PAIRED_EXPERTS.fullmatch(name) else 1
        if layers == 1 and not _PAIRED.fullmatch(name):
            raise UserError("engine.adapter_unsupported")
        if form.type not in _NUMBERS:
            raise UserError("engine.adapter_unsupported")
        if form.sizes[2] != layers or form.sizes[3] != 1 or min(form.sizes) < 1:
            raise UserError("engine.adapter_other_shape")
        count += 1
        tensor = functions.ggml_get_next_tensor(context, tensor)
    if not count:
        raise UserError("engine.adapter_foreign")


def _check_numbers(functions: Any, file: int, path: Path, size: int) -> None:
    """Check that the numbers are all there and finite: one that is not makes every answer nonsense."""
    import numpy as np

    start = functions.gguf_get_data_offset(file)
    for index in range(functions.gguf_get_n_tensors(file)):
        begin = start + functions.gguf_get_tensor_offset(file, index)
        length = functions.gguf_get_tensor_size(file, index)
        if begin + length > size:
            raise UserError("engine.adapter_damaged")
        form, apart, none = _NUMBERS[functions.gguf_get_tensor_type(file, index)]
        for place in range(begin, begin + length, _PIECE):
            wanted = min(_PIECE, begin + length - place)
            try:
                numbers = np.fromfile(path, form, wanted // int(form[-1]), offset=place)[::apart]
            except OSError:
                raise UserError("engine.adapter_unreadable") from None
            if len(numbers) * apart * int(form[-1]) < wanted or ((numbers & none) == none).any():
                raise UserError("engine.adapter_damaged")


def _plain(text: str) -> str:
    kept = "".join(mark for mark in text[:32] if mark.isascii() and (mark.isalnum() or mark in "-_."))
    return kept or "?"
