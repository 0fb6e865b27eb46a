"""The adapters (LoRA) of one loaded model file.

Job: read adapter files before the context opens, and put one to work for a turn. Rule: what is wrong
with a file is kept and said when a turn asks for it, so that one bad adapter never costs the model.
Adapters are read whole into memory of their own beside the matrices they change; nothing of the model
file changes, so it may stay mapped or repacked.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.core.errors import UserError
from app.engine.computing.headers.adapter_header import check_adapter
from app.engine.protocol.requests import STRONGEST

Files = Mapping[str, Path | UserError]


class Adapters:
    """Reads and applies adapters by the name the Interface gave them; takes the llama_cpp module."""

    def __init__(self, library: Any, ggml_base: Any) -> None:
        self._lib = library
        self._ggml_base = ggml_base
        self._good: dict[str, Path] = {}
        self._read: dict[str, Any] = {}
        self._refused: dict[str, UserError] = {}
        self._in_use: tuple[str, float] = ("", 0.0)

    def judge(self, files: Files, architecture: str, experts: int, largest: int) -> float:
        """Check every file for a model of ``architecture`` with so many experts and ``largest`` bytes.

        ``files`` gives, by name, the place or what was found wrong with it before. Returns what the good
        ones will take, in MiB: their weights are read as they lie in the file. Never raises.
        """
        size = 0
        for name, place in files.items():
            if isinstance(place, UserError):
                self._refused[name] = place
                continue
            try:
                check_adapter(self._ggml_base, place, architecture, experts, largest)
                size += place.stat().st_size
            except UserError as error:
                self._refused[name] = error
            except OSError:
                self._refused[name] = UserError("engine.adapter_unreadable")
            else:
                self._good[name] = place
        return size / 2**20

    def read(self, model: Any) -> None:
        """Read the good files for ``model``; must come before its context, which makes room for them."""
        for name, place in self._good.items():
            adapter = self._lib.llama_adapter_lora_init(model, os.fsencode(place))
            if adapter:
                self._read[name] = adapter
            else:
                self._refused[name] = UserError("engine.adapter_other_shape")

    def use(self, context: Any, name: str, scale: float) -> None:
        """Let one adapter ("" for none) act on what is decoded from now on.

        Raises UserError ``engine.adapter_*`` for one that could not be read; what was in use stays.
        """
        wanted = (name, min(STRONGEST, max(-STRONGEST, scale))) if name and scale else ("", 0.0)
        if name in self._refused:
            raise self._refused[name]
        if name and name not in self._read:
            raise UserError("engine.adapter_missing")
        if wanted == self._in_use:
            return
        chosen = [self._read[name]] if wanted[0] else []
        pointers = (self._lib.llama_adapter_lora_p_ctypes * len(chosen))(*chosen)
        scales = (ctypes.c_float * len(chosen))(*([wanted[1]] * len(chosen)))
        self._lib.llama_set_adapters_lora(context, pointers, len(chosen), scales)
        self._in_use = wanted

    @property
    def in_use(self) -> str:
        """What tells apart what was decoded with different adapters; empty without one."""
        name, scale = self._in_use
        return f"{scale!r} {name}" if name else ""

    def close(self) -> None:
        """Give all back; before the model is freed. Safe to call twice."""
        for adapter in self._read.values():
            self._lib.llama_adapter_lora_free(adapter)
        self._read.clear()
