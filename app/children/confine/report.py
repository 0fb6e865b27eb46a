"""What a confinement came to.

Job: one honest value per mechanism and the level they add up to. Rule: plain data, codes only, so
that it may cross a process border and stand in a log.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """How much of what was wanted is in force."""

    FULL = "full"
    """Files, sockets, programs and other processes are all out of reach."""
    PARTIAL = "partial"
    """Some of it."""
    NONE = "none"
    """Nothing that an attacker inside the process would notice."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One thing given up.

    ``boundary`` marks the mechanisms that keep an attacker in; the others only keep traces from
    being left. ``errno`` is why it is not in force, 0 if it is (or nobody said). ``version`` is the
    system interface's own version number where it has one.
    """

    name: str
    in_force: bool
    boundary: bool = False
    errno: int = 0
    version: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "name": self.name,
            "in_force": self.in_force,
            "boundary": self.boundary,
            "errno": self.errno,
            "version": self.version,
        }


@dataclass(frozen=True, slots=True)
class Confinement:
    """All mechanisms tried, in order."""

    mechanisms: tuple[Mechanism, ...]

    @property
    def level(self) -> Level:
        """Full when everything tried is in force, none when no boundary is."""
        if not any(item.in_force for item in self.mechanisms if item.boundary):
            return Level.NONE
        return Level.FULL if all(item.in_force for item in self.mechanisms) else Level.PARTIAL

    def to_json(self) -> dict[str, Any]:
        """Return plain data for a process border."""
        return {"level": self.level.value, "mechanisms": [item.to_json() for item in self.mechanisms]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Confinement:
        """Rebuild from :meth:`to_json`; raises KeyError or TypeError on anything else."""
        return cls(tuple(Mechanism(**item) for item in data["mechanisms"]))
