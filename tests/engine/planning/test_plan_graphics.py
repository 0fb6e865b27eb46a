"""Graphics processors by the names of their drivers: whose speed is known, how they are called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.texts import text
from app.engine.host import survey
from app.engine.planning import computers, planner, speeds
from app.engine.planning.graphics import known_device
from app.engine.protocol.plan import Computer, Device, LoadMode, Plan, Verdict, Wishes
from tests.engine.loading.test_load_devices import INTEGRATED, Claim, devices
from tests.support.models import model_shapes
from tests.support.models.model_shapes import shape


@pytest.mark.parametrize(
    ("name", "bandwidth_gbs", "measured"),
    [
        ("Apple M4", 120, 0),
        ("Apple M4 Max", 546, 94),
        ("NVIDIA GeForce RTX 4090", 1008, 222),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", 576, 0),
        ("NVIDIA GeForce RTX 3060 Ti", 448, 0),
        ("NVIDIA A100-SXM4-80GB", 1935, 0),
        ("NVIDIA H100 PCIe", 2039, 0),
        ("NVIDIA RTX PRO 6000 Blackwell Workstation Edition", 1792, 0),
        ("AMD Radeon RX 7900 XT (RADV NAVI31)", 800, 98),
        ("AMD Radeon RX 7900 XTX (RADV NAVI31)", 960, 0),
        ("AMD Radeon RX 9070 XT", 640, 0),
        ("AMD Radeon Graphics (RADV GFX1201)", 640, 0),
        ("AMD Radeon RX 6600", 224, 0),
        ("AMD Radeon(TM) 8060S Graphics", 256, 0),
        ("Radeon 8060S Graphics (RADV GFX1151)", 256, 0),
    ],
)
def test_a_device_is_known_by_its_drivers_name(name: str, bandwidth_gbs: float, measured: float) -> None:
    found = known_device(name)
    assert found is not None
    assert (found.bandwidth_gbs, found.measured) == (bandwidth_gbs, measured)


@pytest.mark.parametrize(
    "name",
    [
        "Apple M4 Ultra",
        "NVIDIA GeForce RTX 3060 Ti Laptop GPU",
        "AMD Radeon RX 6600M",
        "AMD Radeon(TM) 780M Graphics",
        "llvmpipe (LLVM 15.0.6, 256 bits)",
        "Intel(R) UHD Graphics 630",
        "",
    ],
)
def test_what_is_not_listed_is_not_taken_for_its_neighbour(name: str) -> None:
    assert known_device(name) is None


@pytest.mark.parametrize(
    ("name", "reported"),
    [
        ("AMD Radeon RX 9070 XT", 132),  # lmstudio-bug-tracker 574, Vulkan
        ("AMD Radeon RX 7900 XTX", 119),  # as published for Ollama
        ("AMD Radeon Graphics (RADV GFX1201)", 132),
    ],
)
def test_bandwidth_comes_near_to_what_was_reported_of_amds(name: str, reported: float) -> None:
    card = Device("Vulkan0", "vulkan", 16_000.0, label=name)
    found = speeds.on_graphics(shape("gpt-oss-20b"), computers.described("rtx-3060-12gb"), card, 0)
    assert found.basis == "plan.basis_bandwidth"
    assert found.tokens_per_second == pytest.approx(reported, rel=0.4)


def planned_with(computer: Computer, *claims: Claim) -> Plan:
    here = survey.with_devices(replace(computer, devices=(), bandwidth_gbs=0.0), devices(*claims))
    return planner.plan(shape("gpt-oss-20b"), here, Wishes())


@pytest.mark.parametrize(
    ("described", "claim", "speed", "basis"),
    [
        (
            "rtx-4090-24gb",
            Claim("CUDA0", "CUDA", free=23_500, total=24_564, label="NVIDIA GeForce RTX 4090"),
            222,
            "plan.basis_measured",
        ),
        (
            "mac-24gb",
            Claim("MTL0", "MTL", free=18_000, total=18_186, label="Apple M5"),
            34,
            "plan.basis_bandwidth",
        ),
        (
            "rtx-4090-24gb",
            Claim("Vulkan0", "Vulkan", free=15_900, total=16_304, label="AMD Radeon RX 9070 XT"),
            109,
            "plan.basis_bandwidth",
        ),
        (
            "gpu-80gb",
            Claim("Vulkan0", "Vulkan", INTEGRATED, free=90_000, label="Radeon 8060S Graphics (RADV)"),
            47,
            "plan.basis_bandwidth",
        ),
    ],
)
def test_a_device_of_this_computer_has_its_makers_name_and_a_speed(
    described: str, claim: Claim, speed: float, basis: str
) -> None:
    made = planned_with(computers.described(described), claim)
    assert made.expected_tokens_per_second == pytest.approx(speed, abs=1)
    assert made.speed_basis == basis
    card = made.devices[-1]
    assert (card.name, card.called) == (claim.name, claim.label), "buffers bear the library's name"
    words = " ".join(text(reason.code, **reason.values) for reason in made.reasons)
    assert claim.label in words
    assert claim.name not in words
    assert claim.name in made.placing
    assert made.checked() == made


@pytest.mark.parametrize(
    ("system", "device", "available", "verdict", "context"),
    [
        # On Metal 12,119 with the experts of some layers, which then cannot stay mapped; here 11,550
        # and 587 of them mapped.
        ("macos", Device("Apple M2", "metal", 10_923.0, shared=True), 11_800.0, Verdict.TIGHT, 8192),
        ("macos", Device("Apple M2", "metal", 10_923.0, shared=True), 11_000.0, Verdict.REFUSED, 4096),
        ("windows", Device("Radeon", "vulkan", 7_800.0, shared=True), 11_500.0, Verdict.TIGHT, 4096),
    ],
)
def test_where_a_device_would_take_too_much_the_processor_does_it_alone(
    system: str, device: Device, available: float, verdict: Verdict, context: int
) -> None:
    machine = replace(model_shapes.computer(available, ram=16384.0, devices=(device,)), system=system)
    made = planner.plan(shape(), machine, Wishes(others_mib=150.0))
    assert (made.verdict, made.context) == (verdict, context)
    if verdict is not Verdict.REFUSED:
        assert (made.gpu_layers, made.load_mode, made.repack) == (0, LoadMode.MMAP, False)
        assert "plan.processor_instead" in [reason.code for reason in made.reasons]
