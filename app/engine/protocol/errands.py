"""One question to a fresh engine child, and its one answer: values that cross between the processes.

Job: questions that need no loaded model (a plan, what this computer has, whether a grammar is sound)
with their JSON form. Rule: plain data only; the engine rebuilds a question through ``from_json`` and
treats a failure there as a protocol error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, ClassVar

from app.core.plain_values import rebuilt
from app.core.shown_name import shown_name
from app.engine.protocol.plan import LONGEST_NAME, Computer, Plan, Wishes


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """Ask how a model would be loaded.

    ``path`` names the model file (its first part, if it is split), or is empty when ``shape`` (the plain
    data of a ``ModelShape``) stands for it. ``computer`` None means this one.
    """

    KIND: ClassVar[str] = "plan"
    path: str = ""
    shape: Mapping[str, Any] | None = None
    computer: Computer | None = None
    wishes: Wishes = field(default_factory=Wishes)

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "path": self.path,
            "shape": dict(self.shape) if self.shape is not None else None,
            "computer": asdict(self.computer) if self.computer is not None else None,
            "wishes": asdict(self.wishes),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PlanRequest:
        """Rebuild from :meth:`to_json`; raises KeyError, TypeError or ValueError on anything else."""
        computer = data["computer"]
        return cls(
            path=str(data["path"]),
            shape=data["shape"],
            computer=computer_from_json(computer) if computer is not None else None,
            wishes=Wishes(**data["wishes"]),
        )


@dataclass(frozen=True, slots=True)
class SurveyRequest:
    """Ask what this computer has: memory, cores, devices."""

    KIND: ClassVar[str] = "survey"

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {}


@dataclass(frozen=True, slots=True)
class HeaderRequest:
    """Ask what the model file at ``path`` (its first part, if it is split) says of itself."""

    KIND: ClassVar[str] = "header"
    path: str

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


LONGEST_SCHEMA_KIB = 256
"""A schema's text may have so many KiB."""


@dataclass(frozen=True, slots=True)
class GrammarRequest:
    """Ask whether answers can be held to a JSON Schema; ``schema`` is its text."""

    KIND: ClassVar[str] = "grammar"
    schema: str

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


Question = PlanRequest | SurveyRequest | HeaderRequest | GrammarRequest


@dataclass(frozen=True, slots=True)
class Planned:
    """How a model file would be loaded: answers :class:`PlanRequest`, and precedes every load."""

    NAME: ClassVar[str] = "planned"
    plan: Plan


@dataclass(frozen=True, slots=True)
class Surveyed:
    """The answer to :class:`SurveyRequest`.

    ``features`` are the processor's that are computed with, ``variant`` the name of the library that
    does.
    """

    NAME: ClassVar[str] = "surveyed"
    computer: Computer
    features: tuple[str, ...] = ()
    variant: str = ""


@dataclass(frozen=True, slots=True)
class HeaderRead:
    """The answer to :class:`HeaderRequest`: a whole model file that this program can load.

    ``name`` is what its maker wrote, cut and printable, and proves nothing.
    """

    NAME: ClassVar[str] = "header_read"
    architecture: str
    name: str
    layers: int
    experts: int


@dataclass(frozen=True, slots=True)
class GrammarReady:
    """The answer to :class:`GrammarRequest`: the schema's grammar was compiled."""

    NAME: ClassVar[str] = "grammar_ready"


Answer = Planned | Surveyed | HeaderRead | GrammarReady

_ANSWERS: dict[str, type[Answer]] = {
    kind.NAME: kind for kind in (Planned, Surveyed, HeaderRead, GrammarReady)
}


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """Return plain data with the answer's name under ``event``."""
    return {"event": answer.NAME, **asdict(answer)}


def answer_from_json(data: Mapping[str, Any]) -> Answer:
    """Rebuild an answer; raises KeyError, TypeError or ValueError on anything else."""
    values = dict(data)
    answer = rebuilt(_ANSWERS[values.pop("event")], values)
    if isinstance(answer, Planned):
        return Planned(answer.plan.checked())
    if isinstance(answer, Surveyed):
        variant = shown_name(answer.variant, LONGEST_NAME)
        return replace(answer, computer=answer.computer.checked(), variant=variant)
    if isinstance(answer, HeaderRead):
        return replace(answer, name=shown_name(answer.name, LONGEST_NAME))
    return answer


def computer_from_json(data: Mapping[str, Any]) -> Computer:
    """Rebuild a computer from plain data; raises TypeError or ValueError on anything else."""
    return rebuilt(Computer, data)
