"""The published models' shapes as the planner sees them, and computers that differ in one thing."""

from __future__ import annotations

from app.engine.planning.shape import ModelShape
from app.engine.protocol.plan import Computer, Device
from app.library.known.catalogue import catalogue


def shape(name: str = "gpt-oss-20b") -> ModelShape:
    """Return the shape of a model of the catalogue."""
    return ModelShape.from_json(next(entry.shape for entry in catalogue() if entry.name == name))


def computer(
    available: float = 24000.0, *, ram: float = 65536.0, devices: tuple[Device, ...] = (), cores: int = 8
) -> Computer:
    """Return a Linux computer."""
    return Computer("test", "linux", max(ram, available), available, cores, devices)


def card(budget: float) -> Device:
    """Return a graphics card with memory of its own."""
    return Device("Card", "cuda", budget)


def apple(budget: float) -> Device:
    """Return a graphics device that shares the computer's memory."""
    return Device("Apple", "metal", budget, shared=True)
