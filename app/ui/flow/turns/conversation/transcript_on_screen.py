"""The chat controller's ``TranscriptPort``, on a real transcript.

Job: turn vault records into transcript items and keep item model and view in step. Rule: no decisions
here; what is shown was decided by the controller.
"""

from __future__ import annotations

from dataclasses import replace

from app.engine.protocol.events import PartDelta
from app.storage.records import MessageRecord, MessageState
from app.ui.transcript.model import TranscriptItem, TranscriptModel
from app.ui.transcript.view import TranscriptView


class TranscriptOnScreen:
    """Shows one branch of a conversation in a :class:`TranscriptView`."""

    def __init__(self, model: TranscriptModel, view: TranscriptView) -> None:
        self._model = model
        self._view = view

    def show_path(self, path: tuple[MessageRecord, ...]) -> None:
        """Show this path from root to leaf instead of what was shown."""
        left_out = [record.id for record in path if record.left_out]
        self._model.reset([item_of(record) for record in path], left_out)

    def cut(self, message_id: int) -> None:
        """Take this message and all below it off the screen: another comes in its place."""
        self._model.remove_from(message_id)

    def add(self, record: MessageRecord) -> None:
        """Append one message; an answer in state STREAMING is shown as live."""
        self._model.append(item_of(record))
        if record.state is MessageState.STREAMING:
            self._view.begin_stream(record.id)

    def feed(self, delta: PartDelta) -> None:
        """Add text to the live answer."""
        self._view.feed(delta)

    def settle(self, record: MessageRecord) -> None:
        """Show the final form of the live answer, which is complete now."""
        self._view.end_stream(item_of(record))

    def go_on(self, record: MessageRecord) -> None:
        """Let an answer that is shown grow on: it is live again."""
        # Its clock begins now, and not when the answer was begun.
        self._model.replace(replace(item_of(record), created=0.0))
        self._view.begin_stream(record.id)

    def mark_left_out(self, message_ids: tuple[int, ...]) -> None:
        """Show which messages the model does not read; all others it reads."""
        self._model.set_left_out(message_ids)


def item_of(record: MessageRecord) -> TranscriptItem:
    """Return a message as the transcript shows it."""
    return TranscriptItem(
        id=record.id,
        role=record.message.role,
        parts=record.message.parts,
        state=record.state,
        model_name=record.facts.model_name,
        created=record.created,
        thinking_ms=record.facts.thinking_ms,
        sibling=record.sibling,
        siblings=record.siblings,
        repaired=record.facts.repaired,
        edge=record.facts.edge,
    )
