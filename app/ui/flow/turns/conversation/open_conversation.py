"""The branch of a conversation that is being worked on.

Job: hold the path from root to leaf while it grows, also when the person looks elsewhere meanwhile.
Rule: no Qt, no vault; every change goes through a method that keeps the path consistent.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from app.core.conversation.message import Message
from app.storage.records import MessageRecord


def calendar_day(moment: float | None = None) -> str:
    """Return the person's own calendar day (ISO) at ``moment`` (seconds since the epoch; None: now)."""
    return datetime.fromtimestamp(time.time() if moment is None else moment).date().isoformat()  # noqa: DTZ006 - the person's own zone is meant


@dataclass(slots=True, eq=False)
class OpenConversation:
    """One conversation; ``id`` is None until its first question is saved."""

    id: int | None = None
    path: tuple[MessageRecord, ...] = ()

    @property
    def leaf_id(self) -> int | None:
        """The last message of the path, None while there is none."""
        return self.path[-1].id if self.path else None

    @property
    def begun(self) -> str:
        """The person's own calendar day (ISO) of its first message, which is today's for a new one."""
        return calendar_day(self.path[0].created if self.path else None)

    @property
    def messages(self) -> tuple[Message, ...]:
        """What was said, in order."""
        return tuple(record.message for record in self.path)

    @property
    def left_out(self) -> tuple[int, ...]:
        """The places of messages that the model does not read."""
        return tuple(place for place, record in enumerate(self.path) if record.left_out)

    def place_of(self, message_id: int) -> int | None:
        """Return the index of a message on the path, None if it is not there."""
        return next((place for place, record in enumerate(self.path) if record.id == message_id), None)

    def append(self, record: MessageRecord) -> None:
        """Add a message at the end."""
        self.id = record.conversation_id
        self.path = (*self.path, record)

    def replace(self, record: MessageRecord) -> bool:
        """Put a newer form of a message in its place; returns False if the path does not hold it."""
        place = self.place_of(record.id)
        if place is None:
            return False
        self.path = (*self.path[:place], record, *self.path[place + 1 :])
        return True

    def cut(self, length: int) -> None:
        """Keep the first ``length`` messages; the others stay in the vault as another branch."""
        self.path = self.path[:length]
