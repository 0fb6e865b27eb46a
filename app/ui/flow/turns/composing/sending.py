"""What the composer hands over on its way to become a question.

Job: ask it, or ask an earlier question in its words, and put it back where that failed. Rule: it stays a
draft until it is a message; what is given back stands before what was typed meanwhile, and goes nowhere
by itself.
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.core.conversation.draft import Draft, joined
from app.ui.flow.turns.chat_controller import ChatController
from app.ui.flow.turns.composing.drafts import DraftKeeper
from app.ui.flow.turns.composing.question_editing import QuestionEditing
from app.ui.views.composer.composer import Composer


class Sending(QObject):
    """Joins the composer's messages to the conversation on screen."""

    def __init__(
        self,
        composer: Composer,
        chat: ChatController,
        drafts: DraftKeeper,
        editing: QuestionEditing,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._composer, self._chat = composer, chat
        self._drafts, self._editing = drafts, editing
        composer.submitted.connect(self._submitted)
        chat.asked.connect(self._asked)
        chat.rejected.connect(self._give_back)

    def _submitted(self, message: Draft) -> None:
        if self._editing.question_id is None:
            self._drafts.sending(message)
            self._chat.ask(message)
        else:
            self._chat.edit(self._editing.question_id, message)

    def _asked(self) -> None:
        if self._editing.question_id is None:
            self._drafts.sent()
        else:
            self._editing.end()

    def _give_back(self, message: Draft) -> None:
        self._composer.hold_waiting()
        if self._editing.question_id is None:
            self._drafts.give_back(message)
        else:
            self._composer.set_message(joined(message, self._composer.message()))
            self._editing.remind()
