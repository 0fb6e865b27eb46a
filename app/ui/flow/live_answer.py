"""The answer that is being written right now.

Job: collect the engine's increments into whole parts, so that they can be saved at any moment. Rule:
no Qt and no vault here; what was collected is never lost by an error of the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from app.core.conversation import Part, PartKind
from app.engine.protocol.events import PartDelta
from app.storage.records import MessageRecord
from app.ui.flow.open_conversation import OpenConversation


@dataclass(slots=True)
class LiveAnswer:
    """One answer in the making.

    ``record`` is its row as the vault began it; ``owner`` the conversation it belongs to, which need
    not be the one on screen.
    """

    record: MessageRecord
    owner: OpenConversation
    _kinds: list[tuple[PartKind, str]] = field(default_factory=list)
    _texts: list[list[str]] = field(default_factory=list)
    _unsaved: bool = False

    def add(self, delta: PartDelta) -> None:
        """Append one increment; a new index opens the next part."""
        if delta.index == len(self._texts):
            self._kinds.append((delta.kind, delta.name))
            self._texts.append([])
        self._texts[delta.index].append(delta.text)
        self._unsaved = True

    @property
    def parts(self) -> tuple[Part, ...]:
        """What was collected so far; the last part is incomplete by nature."""
        last = len(self._texts) - 1
        return tuple(
            Part(kind, "".join(pieces), name=name, complete=index < last)
            for index, ((kind, name), pieces) in enumerate(zip(self._kinds, self._texts, strict=True))
        )

    def replay(self) -> tuple[PartDelta, ...]:
        """Return increments that bring a fresh view to where this answer is."""
        return tuple(
            PartDelta(index, kind, "".join(pieces), name)
            for index, ((kind, name), pieces) in enumerate(zip(self._kinds, self._texts, strict=True))
        )

    def take_unsaved(self) -> tuple[Part, ...] | None:
        """Return the parts if there is anything new since the last call, else None."""
        if not self._unsaved:
            return None
        self._unsaved = False
        return self.parts
