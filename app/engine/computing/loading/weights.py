"""How a model file's weights come into memory.

Job: turn a choice (layers on the GPU, experts kept on the processor, mapped or copied, rearranged or
not) into llama.cpp's parameters. Rule: takes the library's handles and imports nothing; the arrays that
native code keeps pointers to live as long as the :class:`ModelParameters`.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_COPY, _MMAP = 0, 1
"""llama.cpp's ``LLAMA_LOAD_MODE_NONE`` and ``LLAMA_LOAD_MODE_MMAP``."""
_ONE_DEVICE = 0
"""``LLAMA_SPLIT_MODE_NONE``; with a negative number of the device, none is used."""
_EXPERTS = r"ffn_(up|down|gate|gate_up)_(ch|)exps"


@dataclass(frozen=True, slots=True)
class WeightSettings:
    """Where weights go.

    ``gpu_layers`` counts the layers on graphics processors from the last one back, the output matrix
    as one (0: none); the first ``cpu_expert_layers`` of them leave their experts to the processor.
    ``mmap`` uses the file's own pages instead of a copy; ``repack`` rearranges matrices for the
    processor, in memory of their own. ``layers`` is how many the model has; ``device`` the number, among
    the devices listed, of the one to use (None: no device, also for nothing but computing).
    """

    gpu_layers: int = 0
    cpu_expert_layers: int = 0
    mmap: bool = True
    repack: bool = False
    layers: int = 0
    device: int | None = None

    @property
    def expert_pattern(self) -> str:
        """The pattern of tensor names whose experts stay with the processor; empty for none."""
        first = max(0, self.layers + 1 - self.gpu_layers)
        numbers = range(first, min(self.layers, first + self.cpu_expert_layers))
        if not self.gpu_layers or not numbers:
            return ""
        return rf"blk\.({'|'.join(map(str, numbers))})\.{_EXPERTS}"

    def keeps_experts(self, tensor: str) -> bool:
        """Say whether the tensor of this name stays with the processor because of its experts."""
        return bool(self.expert_pattern) and re.search(self.expert_pattern, tensor) is not None


class ModelParameters:
    """llama.cpp's parameters for loading; ``raw`` is passed by value, the rest is kept alive here."""

    def __init__(self, library: Any, ggml_base: Any, settings: WeightSettings) -> None:
        self.raw = library.llama_model_default_params()
        self.raw.n_gpu_layers = settings.gpu_layers
        self.raw.split_mode = _ONE_DEVICE
        self.raw.main_gpu = -1 if settings.device is None else settings.device
        self.raw.load_mode = _MMAP if settings.mmap else _COPY
        self.raw.use_extra_bufts = settings.repack
        self._overrides = _overrides(ggml_base, settings.expert_pattern)
        if self._overrides:
            self.raw.tensor_buft_overrides = ctypes.cast(self._overrides, ctypes.c_void_p)

    def simulate(self) -> None:
        """Make loading set nothing aside and read no weights: llama.cpp then only reports sizes."""
        self.raw.no_alloc = True
        self.raw.load_mode = _COPY  # its dry run knows no mapped files


def read_model(library: Any, names: Sequence[bytes], raw: Any) -> Any:
    """Have llama.cpp read a model file from all its parts; returns the model, falsy when it will not."""
    if len(names) == 1:
        return library.llama_model_load_from_file(names[0], raw)
    array = (ctypes.c_char_p * len(names))(*names)
    return library.llama_model_load_from_splits(array, len(names), raw)


class _Override(ctypes.Structure):
    """``llama_model_tensor_buft_override``; an array of them ends with one without a pattern."""

    _fields_ = (("pattern", ctypes.c_char_p), ("buffer_type", ctypes.c_void_p))


def _overrides(ggml_base: Any, pattern: str) -> Any:
    if not pattern:
        return None
    processor = ggml_base.ggml_backend_cpu_buffer_type
    processor.restype, processor.argtypes = ctypes.c_void_p, []
    array = (_Override * 2)()
    array[0].pattern, array[0].buffer_type = pattern.encode(), processor()
    return array
