"""What a person has written and not sent.

Job: the words in the composer, what is attached to them, and the messages that wait behind them. Rule:
frozen values; a draft becomes parts of a message, and its form in the vault can be read again exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.core.conversation.message import Message, Part, PartKind


@dataclass(frozen=True, slots=True)
class Draft:
    """``text`` as typed, ``attachments`` (parts of that kind) with it.

    ``waiting`` are messages that wait to be sent, in order; they have none waiting themselves.
    """

    text: str = ""
    attachments: tuple[Part, ...] = ()
    waiting: tuple[Draft, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to keep."""
        return bool(self.text or self.attachments or self.waiting)

    @property
    def can_be_sent(self) -> bool:
        """Whether it says anything."""
        return bool(self.attachments) or bool(self.text.strip())

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is attached, then the words: so the model can read ahead while the person types."""
        words = (Part(PartKind.TEXT, self.text),) if self.text or not self.attachments else ()
        return (*self.attachments, *words)

    @property
    def opening(self) -> str:
        """What it can be named by: its words, else what is attached."""
        if self.text.strip() or not self.attachments:
            return self.text
        return self.attachments[0].name or self.attachments[0].text

    @classmethod
    def of(cls, message: Message) -> Draft:
        """Return a person's message as it was written."""
        attached = tuple(part for part in message.parts if part.kind is PartKind.ATTACHMENT)
        return cls(message.question, attached)

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "text": self.text,
            "attachments": [part.to_json() for part in self.attachments],
            "waiting": [draft.to_json() for draft in self.waiting],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Draft:
        """Rebuild from :meth:`to_json`; raises KeyError, TypeError or ValueError on anything else."""
        return cls(
            str(data["text"]),
            tuple(Part.from_json(part) for part in data["attachments"]),
            tuple(cls.from_json(draft) for draft in data["waiting"]),
        )


def joined(*drafts: Draft) -> Draft:
    """Return the drafts as one: words a blank line apart, the rest in order."""
    return Draft(
        "\n\n".join(draft.text for draft in drafts if draft.text),
        tuple(part for draft in drafts for part in draft.attachments),
        tuple(other for draft in drafts for other in draft.waiting),
    )
