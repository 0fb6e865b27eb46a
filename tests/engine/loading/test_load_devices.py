"""Devices and processor features, from the real library and from one that claims to have GPUs."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app.engine.computing.llama_library import load_library, registry_of
from app.engine.computing.machine.devices import (
    Registry,
    compute_devices,
    descriptions,
)
from app.engine.computing.machine.processor import processor
from app.engine.host import device_nodes
from app.engine.protocol.plan import Device

GPU, INTEGRATED, ACCELERATOR = 1, 2, 3
MIB = 2**20


@dataclass
class Claim:
    """One device that a library claims to have; memory in MiB."""

    name: str
    backend: str
    sort: int = GPU
    free: int = 0
    total: int = 0
    identity: bytes | None = None
    label: str = ""


class _Properties(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("description", ctypes.c_char_p),
        ("memory_free", ctypes.c_size_t),
        ("memory_total", ctypes.c_size_t),
        ("type", ctypes.c_int),
        ("device_id", ctypes.c_char_p),
    )


class _Function:
    """A function whose types can be declared, as those of a real library."""

    def __init__(self, work: Callable[..., Any]) -> None:
        self._work = work
        self.restype: Any = None
        self.argtypes: Any = None

    def __call__(self, *arguments: Any) -> Any:
        return self._work(*arguments)


@dataclass
class Library:
    """Stands in for ggml where no such device exists: handles are numbers of claims, from 1."""

    claims: list[Claim] = field(default_factory=list)

    def __getattr__(self, name: str) -> _Function:
        """Return a function of the library, the same one each time."""
        found = _Function(getattr(self, name.replace("ggml_backend_", "do_")))
        self.__dict__[name] = found
        return found

    def do_dev_count(self) -> int:
        return len(self.claims)

    def do_dev_get(self, number: int) -> int:
        return number + 1

    def do_dev_by_type(self, _sort: int) -> None:
        return None

    def do_dev_type(self, handle: int) -> int:
        return self.claims[handle - 1].sort

    def do_dev_name(self, handle: int) -> bytes:
        return self.claims[handle - 1].name.encode()

    def do_dev_description(self, handle: int) -> bytes:
        claim = self.claims[handle - 1]
        return (claim.label or f"The {claim.name}").encode()

    def do_dev_backend_reg(self, handle: int) -> int:
        return handle

    def do_reg_name(self, handle: int) -> bytes:
        return self.claims[handle - 1].backend.encode()

    def do_reg_get_proc_address(self, _handle: int, _name: bytes) -> None:
        return None

    def do_dev_memory(self, handle: int, free: Any, total: Any) -> None:
        claim = self.claims[handle - 1]
        free._obj.value, total._obj.value = claim.free * MIB, claim.total * MIB

    def do_dev_get_props(self, handle: int, properties: Any) -> None:
        written = ctypes.cast(properties, ctypes.POINTER(_Properties)).contents
        written.device_id = self.claims[handle - 1].identity


def devices(*claims: Claim) -> tuple[Device, ...]:
    library = Library(list(claims))
    return compute_devices(Registry(library, library))


def test_this_installation_lists_its_devices() -> None:
    found = compute_devices(registry_of(load_library()))
    if not device_nodes.backends():
        assert found == ()
    for device in found:
        assert device.kind != "cpu"
        assert device.budget_mib > 0


def test_the_processor_says_what_it_computes_with() -> None:
    found = processor(registry_of(load_library()))
    assert found.variant.startswith("cpu")
    assert found.features
    assert all(name.isascii() and name.isprintable() for name in found.features)


def test_metal_may_use_its_working_set_and_shares_the_memory() -> None:
    claim = Claim("MTL0", "MTL", INTEGRATED, free=9000, total=10923)
    assert devices(claim) == (Device("MTL0", "metal", 10923.0, shared=True, label="The MTL0"),)


def test_cuda_may_use_what_is_free() -> None:
    claim = Claim("CUDA0", "CUDA", free=11000, total=12288)
    assert devices(claim) == (Device("CUDA0", "cuda", 11000.0, shared=False, label="The CUDA0"),)


def test_one_gpu_seen_by_two_backends_counts_once() -> None:
    found = devices(
        Claim("CUDA0", "CUDA", free=11000, identity=b"0000:01:00.0"),
        Claim("Vulkan0", "Vulkan", free=11500, identity=b"0000:01:00.0"),
        Claim("Vulkan1", "Vulkan", free=8000, identity=b"0000:02:00.0"),
    )
    assert [device.name for device in found] == ["CUDA0", "Vulkan1"]


def test_an_integrated_gpu_counts_only_where_there_is_no_other() -> None:
    integrated = Claim("Vulkan0", "Vulkan", INTEGRATED, free=7000)
    assert [device.name for device in devices(integrated)] == ["Vulkan0"]
    assert devices(integrated)[0].shared
    assert [device.name for device in devices(integrated, Claim("CUDA0", "CUDA"))] == ["CUDA0"]
    twice = devices(integrated, Claim("SYCL0", "SYCL", INTEGRATED))
    assert [device.name for device in twice] == ["Vulkan0"], "one backend's, not each one's"


def test_neither_accelerators_nor_other_computers_are_devices() -> None:
    assert devices(Claim("BLAS", "BLAS", ACCELERATOR), Claim("RPC0", "RPC", free=99)) == ()


def test_devices_say_what_they_are() -> None:
    assert descriptions(registry_of(load_library()))["CPU"]
    library = Library([Claim("CUDA0", "CUDA"), Claim("MTL0", "MTL")])
    assert descriptions(Registry(library, library)) == {"CUDA0": "The CUDA0", "MTL0": "The MTL0"}


def test_a_name_cannot_carry_control_characters() -> None:
    found = devices(Claim("CU\x1b[31mDA0", "CUDA", label="A\u202ecard"))[0]
    assert (found.name, found.label) == ("CU\ufffd[31mDA0", "A\ufffdcard")


def test_a_device_that_is_called_as_its_library_calls_it_has_no_other_name() -> None:
    assert devices(Claim("Card", "Vulkan", label="Card"))[0] == Device("Card", "vulkan", 0.0)
    assert devices(Claim("Card", "Vulkan", label="Card"))[0].called == "Card"


@pytest.mark.parametrize("backend", ["cuda", "vulkan", "hip"])
def test_only_the_backends_own_nodes_are_kept(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_nodes, "backends", lambda: frozenset({backend}))
    for name in ("nvidia0", "nvidiactl", "nvidia-uvm", "kfd", "dri/renderD128", "sda", "mem"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    kept = {str(path.relative_to(tmp_path)) for path in device_nodes.nodes(tmp_path)}
    assert (
        kept
        == {
            "cuda": {"nvidia0", "nvidiactl", "nvidia-uvm"},
            "vulkan": {"nvidia0", "nvidiactl", "dri/renderD128"},
            "hip": {"kfd", "dri/renderD128"},
        }[backend]
    )
