"""The values a conversation is made of.

Job: one vocabulary for what was said, used by every floor. Rule: frozen values only; no
identifiers, no Qt, no SQL, no token ids. The tree of sibling answers and its identifiers belong to
``app.storage``; the wire format of the model belongs to ``app.harmony``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """Who speaks in a conversation as a person sees it."""

    USER = "user"
    ASSISTANT = "assistant"


class PartKind(StrEnum):
    """What one piece of a message is, and so where it may be shown."""

    TEXT = "text"
    """Words the person wrote."""
    ATTACHMENT = "attachment"
    """A text given with the words; ``name`` is the file's name, empty for text that was pasted."""
    DAY = "day"
    """The calendar day (ISO) on which the person went on, where it is another than before; not shown."""
    MANUAL = "manual"
    """A manual page placed beside the question; ``name`` is the page's slug, empty for "no page"."""
    REASONING = "reasoning"
    """The model's working notes; never shown as the answer."""
    PREAMBLE = "preamble"
    """What the model says to the person before it calls a tool."""
    TOOL_CALL = "tool_call"
    """A call the model asked for; ``name`` is the recipient, for example ``python``."""
    TOOL_RESULT = "tool_result"
    """What a tool answered; ``name`` is the tool."""
    ANSWER = "answer"
    """The final answer."""
    SUMMARY = "summary"
    """What the model made of earlier messages, which are left out; it is shown, and read for them."""
    HIDDEN = "hidden"
    """Text kept for the record and for bug reports, never shown as the answer."""


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a message.

    ``name`` is the recipient of a call, the tool of a result, the slug of a manual page or the name of
    an attached file. ``content_type`` is the type a tool call declared (``json``, ``code``), else empty.
    ``complete`` is False when the model was cut off inside the part; an incomplete call is never run.
    """

    kind: PartKind
    text: str
    name: str = ""
    content_type: str = ""
    complete: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return plain data for a process border or the vault; defaults are left out."""
        data: dict[str, Any] = {"kind": self.kind.value, "text": self.text}
        if self.name:
            data["name"] = self.name
        if self.content_type:
            data["content_type"] = self.content_type
        if not self.complete:
            data["complete"] = False
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Part:
        """Rebuild a part from :meth:`to_json`; raises KeyError or ValueError on anything else."""
        return cls(
            kind=PartKind(data["kind"]),
            text=str(data["text"]),
            name=str(data.get("name", "")),
            content_type=str(data.get("content_type", "")),
            complete=bool(data.get("complete", True)),
        )


@dataclass(frozen=True, slots=True)
class Message:
    """What one side said in one turn: a role and its parts in order."""

    role: Role
    parts: tuple[Part, ...]

    def text_of(self, *kinds: PartKind) -> str:
        """Return the parts of these kinds joined by blank lines, in order."""
        return "\n\n".join(part.text for part in self.parts if part.kind in kinds and part.text)

    @property
    def question(self) -> str:
        """The person's own words."""
        return self.text_of(PartKind.TEXT)

    @property
    def answer(self) -> str:
        """What may be shown, copied and exported as the answer: preambles and the final text."""
        return self.text_of(PartKind.PREAMBLE, PartKind.ANSWER)

    @property
    def summary(self) -> str:
        """What stands for earlier messages that are left out; empty for any other message."""
        return self.text_of(PartKind.SUMMARY)

    @property
    def reasoning(self) -> str:
        """The working notes."""
        return self.text_of(PartKind.REASONING)

    def to_json(self) -> dict[str, Any]:
        """Return plain data for a process border or the vault."""
        return {"role": self.role.value, "parts": [part.to_json() for part in self.parts]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Message:
        """Rebuild a message from :meth:`to_json`; raises KeyError or ValueError on anything else."""
        return cls(Role(data["role"]), tuple(Part.from_json(part) for part in data["parts"]))


def user_message(text: str, *extra: Part) -> Message:
    """Return the person's message with any parts placed beside it (a manual page, for example)."""
    return Message(Role.USER, (Part(PartKind.TEXT, text), *extra))


def assistant_message(parts: Iterable[Part]) -> Message:
    """Return an assistant message of these parts."""
    return Message(Role.ASSISTANT, tuple(parts))


def manual_page_before(messages: Sequence[Message]) -> Part | None:
    """Return the manual page placed beside the last question of ``messages``, None if there is none."""
    for message in reversed(messages):
        if message.role is Role.USER:
            return next((part for part in message.parts if part.kind is PartKind.MANUAL), None)
    return None


def last_day(messages: Sequence[Message]) -> str:
    """Return the calendar day (ISO) that was said last in ``messages``, empty if there is none."""
    for message in reversed(messages):
        for part in message.parts:
            if part.kind is PartKind.DAY:
                return part.text
    return ""


class Effort(StrEnum):
    """How long the model may think; the three levels gpt-oss was trained on."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Stop(StrEnum):
    """Why a generation ended."""

    RETURN = "return"
    """The model finished its answer."""
    CALL = "call"
    """The model asked for a tool."""
    LENGTH = "length"
    """The room set aside for the answer, or the context, is used up."""
    CANCELLED = "cancelled"
    """The person stopped it."""
    ERROR = "error"
    """The engine failed; the accompanying error code says how."""
