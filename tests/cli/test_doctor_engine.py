"""What ``doctor`` says of graphics processors and of what was planned and set aside on them."""

from __future__ import annotations

from dataclasses import asdict

from app.cli.checks import engine
from app.engine.protocol.plan import Device, DevicePlan


def test_a_graphics_processor_is_called_as_its_maker_calls_it() -> None:
    card = Device("CUDA0", "cuda", 11_000.0, label="NVIDIA GeForce RTX 3060")
    plain = Device("Card", "vulkan", 8_000.0)
    planned = DevicePlan("CUDA0", 11_000.0, 7.4, 4.2, 6.1, label=card.label)
    report = {
        "error": "",
        "features": [],
        "devices": [asdict(card), asdict(plain)],
        "idle": [],
        "loaded": {
            "name": "Guide",
            "context": 4096,
            "load_ms": 200.0,
            "planned": [asdict(planned)],
            "allocated": [asdict(planned)],
        },
    }
    said = engine.lines(report)
    assert "Graphics processor NVIDIA GeForce RTX 3060 (cuda): 11000 MiB may be used" in said
    assert "Graphics processor Card (vulkan): 8000 MiB may be used" in said
    assert said[-1].strip().startswith("NVIDIA GeForce RTX 3060:")
    assert "CUDA0" not in "\n".join(said)
