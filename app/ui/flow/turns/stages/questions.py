"""A question on its way to the vault.

Job: place what belongs beside it (the Guide's manual page) and commit it, in a conversation that may
have to be made first. Rule: runs on the storage lane; the outcome is told once.
"""

from __future__ import annotations

from collections.abc import Callable

from app.core.conversation.draft import Draft
from app.core.conversation.message import (
    Message,
    Part,
    PartKind,
    Role,
    last_day,
    manual_page_before,
)
from app.core.errors import UserError
from app.storage.records import MessageRecord
from app.storage.vault import Vault
from app.ui.flow.tasks import Lane
from app.ui.flow.turns.conversation.open_conversation import OpenConversation, calendar_day
from app.ui.flow.turns.stages.titles import title_from
from app.ui.flow.turns.stages.turn_settings import Placement


class QuestionWriter:
    """Turns a person's words into a committed message."""

    def __init__(self, vault: Vault, lane: Lane) -> None:
        self._vault = vault
        self._lane = lane
        self.placement: Placement | None = None

    def compose(
        self,
        owner: OpenConversation,
        length: int,
        question: Draft,
        done: Callable[[Message], None],
        failed: Callable[[UserError], None],
    ) -> None:
        """Make the message of a question after the first ``length`` messages of ``owner``."""
        placement = self.placement
        if placement is None:
            done(_on_its_day(question, owner, length))
            return
        previous = manual_page_before(owner.messages[:length])

        def placed() -> Message:
            return Message(Role.USER, (*question.parts, placement(question.text, previous)))

        self._lane.run(placed, done, failed)

    def commit(
        self,
        owner: OpenConversation,
        length: int,
        message: Message,
        done: Callable[[MessageRecord], None],
        failed: Callable[[UserError], None],
    ) -> None:
        """Write a message after the first ``length`` ones of ``owner``, whose first one makes it."""
        known_id = owner.id
        parent_id = owner.path[length - 1].id if length else None
        made: list[int] = []

        def commit() -> MessageRecord:
            conversation_id = known_id
            if conversation_id is None:
                conversation_id = self._vault.create_conversation(
                    title_from(Draft.of(message).opening)
                ).id
                made.append(conversation_id)
            return self._vault.add_user_message(conversation_id, parent_id, message)

        def refused(error: UserError) -> None:
            if made:  # there was room for the conversation only: the next try goes there
                owner.id = made[0]
            failed(error)

        self._lane.run(commit, done, refused)


def _on_its_day(question: Draft, owner: OpenConversation, length: int) -> Message:
    """Return the message of a question, with the day if the model was told another one before."""
    asked, today = Message(Role.USER, question.parts), calendar_day()
    known = last_day(owner.messages[:length]) or owner.begun
    if not length or known == today:
        return asked
    return Message(Role.USER, (Part(PartKind.DAY, today), *asked.parts))
