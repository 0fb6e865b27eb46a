"""What the Interface asks of the Engine.

Job: the requests as frozen values with a JSON form. Rule: plain data only, no token ids, no paths but
those of the files an engine may open; the Engine rebuilds values through ``from_json`` and treats a
failure there as a protocol error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from app.core.conversation.message import Effort, Message
from app.core.conversation.sampling import Sampling
from app.engine.protocol.plan import Wishes

STRONGEST = 8.0
"""An adapter acts at most this many times as strongly as it was made to, or against it."""


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """Load a model file, as ``wishes`` want it; ``adapters`` are files that turns may name later."""

    path: str
    wishes: Wishes = field(default_factory=Wishes)
    adapters: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {"path": self.path, "wishes": asdict(self.wishes), "adapters": list(self.adapters)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> LoadRequest:
        """Rebuild from :meth:`to_json`; raises KeyError, TypeError or ValueError on anything else."""
        return cls(
            path=str(data["path"]),
            wishes=Wishes(**data["wishes"]),
            adapters=tuple(str(path) for path in data["adapters"]),
        )


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """Ask for one assistant message that follows ``messages`` (the path from root to leaf).

    ``instructions`` become the developer message, ``date`` (ISO, empty: left out) the system
    message's date line, ``tools`` the names of built-in tools offered (``python``). ``left_out`` are
    places in ``messages`` that are not read. ``continued``: the last message is an unfinished one of
    the assistant, and the generation goes on writing it. Its parts keep their numbers: deltas bring what
    is new only, to the last part or to further ones, and TurnDone holds the whole message.
    ``schema`` (JSON text, empty: free words) is the form the answer must have; reasoning stays free.
    ``adapter`` is the path of one of the adapters named at loading (empty: none), ``adapter_scale`` how
    strongly it acts (0: not at all, 1: as it was made). ``conversation`` is the Interface's number for
    whose words these are (0: nobody's): what is saved of the cache is saved for that number only.
    """

    messages: tuple[Message, ...]
    effort: Effort = Effort.MEDIUM
    sampling: Sampling = field(default_factory=Sampling)
    instructions: str = ""
    date: str = ""
    tools: tuple[str, ...] = ()
    left_out: tuple[int, ...] = ()
    continued: bool = False
    schema: str = ""
    adapter: str = ""
    adapter_scale: float = 1.0
    conversation: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "messages": [message.to_json() for message in self.messages],
            "effort": self.effort.value,
            "sampling": self.sampling.to_json(),
            "instructions": self.instructions,
            "date": self.date,
            "tools": list(self.tools),
            "left_out": list(self.left_out),
            "continued": self.continued,
            "schema": self.schema,
            "adapter": self.adapter,
            "adapter_scale": self.adapter_scale,
            "conversation": self.conversation,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> TurnRequest:
        """Rebuild from :meth:`to_json`; raises KeyError, TypeError or ValueError on anything else."""
        return cls(
            messages=tuple(Message.from_json(message) for message in data["messages"]),
            effort=Effort(data["effort"]),
            sampling=Sampling.from_json(data["sampling"]),
            instructions=str(data["instructions"]),
            date=str(data["date"]),
            tools=tuple(str(name) for name in data["tools"]),
            left_out=tuple(int(place) for place in data["left_out"]),
            continued=bool(data["continued"]),
            schema=str(data["schema"]),
            adapter=str(data["adapter"]),
            adapter_scale=float(data["adapter_scale"]),
            conversation=int(data["conversation"]),
        )


@dataclass(frozen=True, slots=True)
class SelfTestRequest:
    """Compute the fixed answer again and compare it with the ``known`` ones.

    ``known`` maps what a recorded answer was computed with to its digest, as SelfTested and Recorded
    told them, also of engines that are gone.
    """

    known: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {"known": dict(self.known)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> SelfTestRequest:
        """Rebuild from :meth:`to_json`; raises KeyError, TypeError or ValueError on anything else."""
        return cls({str(terms): str(answer) for terms, answer in dict(data["known"]).items()})


@dataclass(frozen=True, slots=True)
class PrepareRequest:
    """Read ahead, while nobody waits, what ``turn`` would read if ``draft`` followed its messages."""

    turn: TurnRequest
    draft: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {"turn_request": self.turn.to_json(), "draft": self.draft}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> PrepareRequest:
        """Rebuild from :meth:`to_json`; raises KeyError, TypeError or ValueError on anything else."""
        return cls(TurnRequest.from_json(data["turn_request"]), str(data["draft"]))


@dataclass(frozen=True, slots=True)
class LedgerRequest:
    """Count what ``turn`` would read if ``draft`` followed its messages; reads nothing."""

    turn: TurnRequest
    draft: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {"turn_request": self.turn.to_json(), "draft": self.draft}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> LedgerRequest:
        """Rebuild from :meth:`to_json`; raises KeyError, TypeError or ValueError on anything else."""
        return cls(TurnRequest.from_json(data["turn_request"]), str(data["draft"]))
