"""The answer that is being written right now.

Job: collect the engine's increments into whole parts, so that they can be saved at any moment. Rule:
no Qt and no vault here; what was collected is never lost by an error of the engine, and an answer that
is written on begins with what it said before.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from app.core.conversation import Message, Part, PartKind, Role
from app.engine.protocol.events import PartDelta
from app.storage.records import MessageRecord
from app.ui.flow.open_conversation import OpenConversation


def joined(before: tuple[Part, ...], after: tuple[Part, ...]) -> tuple[Part, ...]:
    """Return a message that was cut off and what was written on, as one."""
    if not _grows(before, after[0] if after else None):
        return (*before, *after)
    first = after[0]
    return (*before[:-1], replace(first, text=before[-1].text + first.text), *after[1:])


def _grows(before: tuple[Part, ...], first: Part | None) -> bool:
    """Say whether ``first`` goes on with the last part of ``before``, which was cut off inside."""
    last = before[-1] if before else None
    return (
        last is not None
        and first is not None
        and not last.complete
        and (last.kind, last.name) == (first.kind, first.name)
    )


@dataclass(slots=True)
class LiveAnswer:
    """One answer in the making.

    ``record`` is its row as the vault began it, with the parts it had if it is written on; ``owner``
    the conversation it belongs to, which need not be the one on screen.
    """

    record: MessageRecord
    owner: OpenConversation
    _kinds: list[tuple[PartKind, str]] = field(default_factory=list)
    _texts: list[list[str]] = field(default_factory=list)
    _unsaved: bool = False

    def add(self, delta: PartDelta) -> PartDelta:
        """Append one increment; a new index opens the next part. Returns it with its place on screen."""
        if delta.index == len(self._texts):
            self._kinds.append((delta.kind, delta.name))
            self._texts.append([])
        self._texts[delta.index].append(delta.text)
        self._unsaved = True
        return replace(delta, index=delta.index + self._shift)

    @property
    def parts(self) -> tuple[Part, ...]:
        """All of the message so far; the last part is incomplete by nature."""
        last = len(self._texts) - 1
        new = tuple(
            Part(kind, "".join(pieces), name=name, complete=index < last)
            for index, ((kind, name), pieces) in enumerate(zip(self._kinds, self._texts, strict=True))
        )
        return joined(self._before, new)

    def whole(self, new: tuple[Part, ...]) -> tuple[Part, ...]:
        """Return all of the message, given what the engine says it wrote."""
        return joined(self._before, new)

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

    @property
    def _before(self) -> tuple[Part, ...]:
        return self.record.message.parts

    @property
    def _shift(self) -> int:
        """How many places later the new parts stand on screen."""
        kind, name = self._kinds[0]
        grows = _grows(self._before, Part(kind, "", name=name))
        return len(self._before) - (1 if grows else 0)
