"""What computes on the processor: the variant of llama.cpp that was loaded for it.

Job: name the library and the processor features it computes with. Rule: takes the libraries' handles and
imports nothing. An installed program has a library for each generation of processors, of which ggml
loads the best one the processor bears; a build for this computer alone has one.
"""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from pathlib import Path

from app.engine.computing.machine.devices import Registry, text_of

_CPU = 0


@dataclass(frozen=True, slots=True)
class Processor:
    """``variant`` names the loaded library, such as ``cpu-haswell``; empty where it cannot be told.

    ``features`` are those it computes with, such as ``AVX512_VNNI``; one with a number (as SVE's width)
    reads ``NAME=NUMBER``. Empty when the variant does not say.
    """

    variant: str = ""
    features: tuple[str, ...] = ()


def processor(registry: Registry) -> Processor:
    """Return what computes on the processor; the backends must be loaded."""
    backend, address = _asked_for_features(registry)
    return Processor(_variant(address), _features(backend, address)) if address else Processor()


def _features(backend: int | None, address: int) -> tuple[str, ...]:
    asked = ctypes.CFUNCTYPE(ctypes.POINTER(_Feature), ctypes.c_void_p)(address)
    features = asked(backend)
    names = []
    number = 0
    while features and features[number].name:
        name, value = text_of(features[number].name), text_of(features[number].value)
        if value != "0":
            names.append(name if value == "1" else f"{name}={value}")
        number += 1
    return tuple(names)


def _variant(address: int) -> str:
    if os.name == "nt":  # Windows has no such question; the features tell there
        return ""
    place = _Place()
    if not ctypes.CDLL(None).dladdr(ctypes.c_void_p(address), ctypes.byref(place)) or not place.file:
        return ""
    name = text_of(Path(os.fsdecode(place.file)).name.encode()).split(".")[0]
    return name.removeprefix("lib").removeprefix("ggml-")


def _asked_for_features(registry: Registry) -> tuple[int | None, int | None]:
    """Return the processor's backend, and the address of its function that tells features."""
    processor = registry.ggml.ggml_backend_dev_by_type(_CPU)
    if not processor:
        return None, None
    backend = registry.base.ggml_backend_dev_backend_reg(processor)
    return backend, registry.base.ggml_backend_reg_get_proc_address(
        backend, b"ggml_backend_get_features"
    )


class _Feature(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char_p), ("value", ctypes.c_char_p))


class _Place(ctypes.Structure):
    """``Dl_info``: where an address lies."""

    _fields_ = (
        ("file", ctypes.c_char_p),
        ("base", ctypes.c_void_p),
        ("symbol", ctypes.c_char_p),
        ("symbol_at", ctypes.c_void_p),
    )
