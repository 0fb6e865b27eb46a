"""The devices that compute here, as ggml's registry lists them.

Job: name every graphics processor that llama.cpp would use, with the memory that may be set aside on it
now. Rule: takes the libraries' handles and imports nothing;
the processor itself is not listed as a device. A GPU that two backends see counts once, and an
integrated one only where there is no other, exactly as llama.cpp chooses.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

from app.core.shown_name import shown_name
from app.engine.protocol.plan import Device

_GPU, _INTEGRATED = 1, 2
_MIB = 2**20
_KINDS = {"MTL": "metal"}
"""Where a backend's name, in lower case, is not our word for it."""
_REMOTE = "RPC"
"""A device of another computer. Its library opens sockets, which no engine may."""


@dataclass(frozen=True, slots=True)
class Registry:
    """The two libraries a device is asked through: ``ggml`` lists them, ``base`` describes them.

    On most systems both are one handle; see ``llama_backend``.
    """

    ggml: Any
    base: Any

    def __post_init__(self) -> None:
        """Declare the functions used here."""
        _declare(self.ggml, _LISTING)
        _declare(self.base, _DESCRIBING)


def compute_devices(registry: Registry) -> tuple[Device, ...]:
    """Return the graphics processors llama.cpp would use, in its order; empty without any.

    The backends must be loaded. Budgets are read now: on Metal the system's recommended working set,
    elsewhere what is free on the device.
    """
    ggml, base = registry.ggml, registry.base
    found: dict[int, list[Device]] = {_GPU: [], _INTEGRATED: []}
    seen: set[bytes] = set()
    backend_of_integrated = ""
    for number in range(ggml.ggml_backend_dev_count()):
        handle = ggml.ggml_backend_dev_get(number)
        sort = base.ggml_backend_dev_type(handle)
        backend = text_of(base.ggml_backend_reg_name(base.ggml_backend_dev_backend_reg(handle)))
        if sort not in found or backend == _REMOTE:
            continue
        if sort == _INTEGRATED:
            if backend_of_integrated not in ("", backend):
                continue
            backend_of_integrated = backend
        identity = _identity(base, handle)
        if identity and identity in seen:
            continue
        seen.add(identity)
        found[sort].append(_device(base, handle, backend))
    return tuple(found[_GPU] or found[_INTEGRATED])


def descriptions(registry: Registry) -> dict[str, str]:
    """Return what each device calls itself in full, by its short name; the processor's is ``CPU``."""
    handles = map(registry.ggml.ggml_backend_dev_get, range(registry.ggml.ggml_backend_dev_count()))
    return {
        text_of(registry.base.ggml_backend_dev_name(handle)): text_of(
            registry.base.ggml_backend_dev_description(handle)
        )
        for handle in handles
    }


class _Properties(ctypes.Structure):
    """``ggml_backend_dev_props``; the flags at the end are not read."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("description", ctypes.c_char_p),
        ("memory_free", ctypes.c_size_t),
        ("memory_total", ctypes.c_size_t),
        ("type", ctypes.c_int),
        ("device_id", ctypes.c_char_p),
        ("flags", ctypes.c_bool * 32),
    )


def _device(base: Any, handle: int, backend: str) -> Device:
    kind = _KINDS.get(backend.upper(), backend.lower())
    free, total = ctypes.c_size_t(), ctypes.c_size_t()
    base.ggml_backend_dev_memory(handle, ctypes.byref(free), ctypes.byref(total))
    # Metal subtracts what this process has set aside, which is nothing yet; its total is the budget.
    budget = total.value if kind == "metal" else free.value
    name = text_of(base.ggml_backend_dev_name(handle))
    label = text_of(base.ggml_backend_dev_description(handle))
    return Device(
        name=name,
        kind=kind,
        budget_mib=round(budget / _MIB, 1),
        shared=kind == "metal" or base.ggml_backend_dev_type(handle) == _INTEGRATED,
        label="" if label == name else label,
    )


def _identity(base: Any, handle: int) -> bytes:
    properties = _Properties()
    base.ggml_backend_dev_get_props(handle, ctypes.byref(properties))
    return properties.device_id or b""


_HANDLE, _NAME = ctypes.c_void_p, ctypes.c_char_p
_SIZE = ctypes.POINTER(ctypes.c_size_t)
_LISTING: tuple[tuple[Any, ...], ...] = (
    ("ggml_backend_dev_count", ctypes.c_size_t),
    ("ggml_backend_dev_get", _HANDLE, ctypes.c_size_t),
    ("ggml_backend_dev_by_type", _HANDLE, ctypes.c_int),
)
_DESCRIBING: tuple[tuple[Any, ...], ...] = (
    ("ggml_backend_dev_type", ctypes.c_int, _HANDLE),
    ("ggml_backend_dev_name", _NAME, _HANDLE),
    ("ggml_backend_dev_description", _NAME, _HANDLE),
    ("ggml_backend_dev_memory", None, _HANDLE, _SIZE, _SIZE),
    ("ggml_backend_dev_get_props", None, _HANDLE, ctypes.c_void_p),
    ("ggml_backend_dev_backend_reg", _HANDLE, _HANDLE),
    ("ggml_backend_reg_name", _NAME, _HANDLE),
    ("ggml_backend_reg_get_proc_address", _HANDLE, _HANDLE, _NAME),
)


def _declare(library: Any, functions: tuple[tuple[Any, ...], ...]) -> None:
    for name, result, *arguments in functions:
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments


def text_of(raw: bytes | None) -> str:
    """Return what a library calls something, cut and printable."""
    return shown_name((raw or b"").decode("utf-8", "replace"), 60)
