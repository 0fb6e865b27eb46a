"""Leaving messages out and putting them back.

Job: carry a person's choice to the vault and back to the screen. Rule: whole exchanges only (a question
goes with what answers it), and what is left out stays in the conversation, to be put back at any time.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.core.conversation.leaving_out import exchange_of
from app.storage.records import MessageRecord
from app.storage.vault import Vault
from app.ui.flow.tasks import Lane
from app.ui.flow.turns.chat_controller import ChatController

Done = Callable[[], None]


class LeavingOut(QObject):
    """Changes what the model reads of the conversation on screen; ``trouble`` says why it could not."""

    trouble = Signal(object)

    def __init__(
        self, chat: ChatController, vault: Vault, lane: Lane, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._vault = vault
        self._lane = lane

    def leave_out(self, places: tuple[int, ...], done: Done | None = None) -> None:
        """Do not let the model read these messages and what belongs to them."""
        self._change(self._vault.leave_out, self._whole(places), done)

    def put_back(self, places: tuple[int, ...], done: Done | None = None) -> None:
        """Let the model read these messages again, and what belongs to them."""
        self._change(self._vault.put_back, self._whole(places), done)

    def _whole(self, places: tuple[int, ...]) -> list[int]:
        owner = self._chat.conversation
        whole = {
            place
            for one in places
            if 0 <= one < len(owner.path)
            for place in exchange_of(owner.messages, one)
        }
        return [owner.path[place].id for place in sorted(whole)]

    def _change(
        self, change: Callable[[list[int]], None], message_ids: list[int], done: Done | None
    ) -> None:
        owner = self._chat.conversation
        conversation_id, leaf_id = owner.id, owner.leaf_id
        if conversation_id is None or not message_ids or self._chat.busy:
            return

        def work() -> tuple[MessageRecord, ...]:
            change(message_ids)
            return self._vault.path(conversation_id, leaf_id)

        def changed(path: tuple[MessageRecord, ...]) -> None:
            if owner.leaf_id == leaf_id:  # else something was added meanwhile: it is read anew then
                self._chat.reread(owner, path)
            if done is not None:
                done()

        self._lane.run(work, changed, self.trouble.emit)
