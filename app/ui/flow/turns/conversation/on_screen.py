"""Which conversation is on screen.

Job: hold the conversation that is shown and pass its changes, and no other's, to the transcript. Rule:
an answer may grow in a conversation that is not shown; its transcript is then left alone.
"""

from __future__ import annotations

from typing import Protocol

from app.engine.protocol.events import PartDelta
from app.storage.records import MessageRecord
from app.ui.flow.turns.conversation.open_conversation import OpenConversation


class TranscriptPort(Protocol):
    """What the controllers need of the transcript on screen."""

    def show_path(self, path: tuple[MessageRecord, ...]) -> None:
        """Show this path from root to leaf instead of what was shown."""

    def cut(self, message_id: int) -> None:
        """Take this message and all below it off the screen: another comes in its place."""

    def add(self, record: MessageRecord) -> None:
        """Append one message; an answer in state STREAMING is shown as live."""

    def feed(self, delta: PartDelta) -> None:
        """Add text to the live answer."""

    def settle(self, record: MessageRecord) -> None:
        """Show the final form of the live answer, which is complete now."""

    def go_on(self, record: MessageRecord) -> None:
        """Let an answer that is shown grow on: it is live again."""

    def mark_left_out(self, message_ids: tuple[int, ...]) -> None:
        """Show which messages the model does not read; all others it reads."""


class OnScreen:
    """The conversation on screen and its transcript."""

    def __init__(self, transcript: TranscriptPort) -> None:
        self._transcript = transcript
        self.conversation = OpenConversation()

    def shows(self, owner: OpenConversation) -> bool:
        """Say whether this conversation is the one on screen."""
        return owner is self.conversation

    def turn_to(self, owner: OpenConversation) -> None:
        """Take another conversation; its messages are shown by :meth:`refresh`."""
        self.conversation = owner

    def refresh(self, owner: OpenConversation) -> None:
        """Show the whole path of a conversation anew."""
        if self.shows(owner):
            self._transcript.show_path(owner.path)

    def take(self, owner: OpenConversation, path: tuple[MessageRecord, ...]) -> None:
        """Take what is left out now of the messages of a conversation; the reader's place is kept."""
        owner.path = path
        if self.shows(owner):
            self._transcript.mark_left_out(tuple(one.id for one in path if one.left_out))

    def cut(self, owner: OpenConversation, length: int) -> None:
        """Keep the first ``length`` messages of a conversation, to go on from there."""
        if length < len(owner.path):
            first = owner.path[length].id
            owner.cut(length)
            if self.shows(owner):
                self._transcript.cut(first)

    def append(self, owner: OpenConversation, record: MessageRecord) -> None:
        """Add a message at the end of a conversation."""
        owner.append(record)
        if self.shows(owner):
            self._transcript.add(record)

    def go_on(self, owner: OpenConversation, record: MessageRecord) -> None:
        """Let the last message of a conversation grow on."""
        owner.replace(record)
        if self.shows(owner):
            self._transcript.go_on(record)

    def show_live(
        self, owner: OpenConversation, record: MessageRecord, replay: tuple[PartDelta, ...]
    ) -> None:
        """Show a conversation whose last message is being written, with what it says so far."""
        if self.shows(owner):
            self._transcript.show_path(owner.path[:-1])
            self._transcript.add(record)
            for delta in replay:
                self._transcript.feed(delta)

    def feed(self, owner: OpenConversation, delta: PartDelta) -> None:
        """Add text to the last message of a conversation."""
        if self.shows(owner):
            self._transcript.feed(delta)

    def settle(self, owner: OpenConversation, record: MessageRecord) -> None:
        """Put the final form of a message in its place."""
        owner.replace(record)
        if self.shows(owner):
            self._transcript.settle(record)
