"""The answer that is being written right now.

Job: collect the engine's increments into whole parts, so that they can be saved at any moment. Rule:
no Qt and no vault here; what was collected is never lost by an error of the engine, and an answer that
is written on begins with what it said before.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from app.core.conversation.message import Message, Part, Role
from app.engine.protocol.events import PartDelta
from app.storage.records import MessageRecord
from app.ui.flow.turns.conversation.open_conversation import OpenConversation


@dataclass(slots=True)
class LiveAnswer:
    """One answer in the making.

    ``record`` is its row as the vault began it, with the parts it had if it is written on; ``owner``
    the conversation it belongs to, which need not be the one on screen.
    """

    record: MessageRecord
    owner: OpenConversation
    _parts: list[Part] = field(default_factory=list)
    _texts: list[list[str]] = field(default_factory=list)
    _unsaved: bool = False

    def __post_init__(self) -> None:
        """Begin with what the answer said before."""
        self._parts = list(self.record.message.parts)
        self._texts = [[part.text] for part in self._parts]

    def add(self, delta: PartDelta) -> None:
        """Append one increment; a new index opens the next part."""
        if delta.index == len(self._texts):
            self._parts.append(Part(delta.kind, "", name=delta.name))
            self._texts.append([])
        self._texts[delta.index].append(delta.text)
        self._unsaved = True

    @property
    def parts(self) -> tuple[Part, ...]:
        """All of the message so far; the last part is incomplete by nature."""
        last = len(self._texts) - 1
        return tuple(
            replace(part, text="".join(pieces), complete=part.complete and index < last)
            for index, (part, pieces) in enumerate(zip(self._parts, self._texts, strict=True))
        )

    def whole(self, told: tuple[Part, ...]) -> tuple[Part, ...]:
        """Return all of the message, given what the engine says it is.

        An engine that was killed can only tell what it sent last: what was there before is kept.
        """
        before = self.record.message.parts
        known = len(told) >= len(before) and all(
            after.kind is part.kind and after.text.startswith(part.text)
            for part, after in zip(before, told, strict=False)
        )
        return told if known else self.parts

    @property
    def empty_record(self) -> MessageRecord:
        """The message as it stands before :meth:`replay`."""
        return replace(self.record, message=Message(Role.ASSISTANT, ()))

    def replay(self) -> tuple[PartDelta, ...]:
        """Return increments that bring a fresh view to where this answer is."""
        return tuple(
            PartDelta(index, part.kind, part.text, part.name) for index, part in enumerate(self.parts)
        )

    def take_unsaved(self) -> tuple[Part, ...] | None:
        """Return the parts if there is anything new since the last call, else None."""
        if not self._unsaved:
            return None
        self._unsaved = False
        return self.parts
