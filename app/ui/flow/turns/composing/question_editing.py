"""An earlier question in the composer.

Job: put its words there to be changed, and put the draft back afterwards. Rule: the draft of the
conversation is not touched meanwhile; sending makes a branch, leaving changes nothing.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.core import texts
from app.core.conversation.draft import Draft
from app.ui.flow.turns.chat_controller import ChatController
from app.ui.flow.turns.composing.drafts import DraftKeeper
from app.ui.theme import IconName
from app.ui.views.window.main_window import MainWindow
from app.ui.views.window.notice_card import NoticeKind


class QuestionEditing(QObject):
    """Edits one question at a time; ``changed`` says that another one is edited now, or none."""

    changed = Signal()

    def __init__(
        self,
        window: MainWindow,
        chat: ChatController,
        drafts: DraftKeeper,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._chat = chat
        self._drafts = drafts
        self.question_id: int | None = None
        """The question whose words are in the composer, None while that holds a draft."""

    def begin(self, question_id: int) -> None:
        """Put a question of the conversation on screen into the composer."""
        if self._chat.busy:
            return
        self.question_id = question_id
        self._drafts.hold(True)
        self._window.composer.set_message(self._chat.question(question_id))
        self._window.composer.focus_message()
        self._show()

    def remind(self) -> None:
        """Say again that a question is edited, if one is: its new words could not be sent."""
        if self.question_id is not None:
            self._show()

    def leave(self) -> None:
        """Put the draft back; without an edited question nothing happens."""
        if self.question_id is not None:
            self._window.notice.clear()
            self._window.composer.set_message(Draft())
            self.end()

    def end(self) -> None:
        """Be done with the question, whose new words are sent; the draft comes back."""
        self.question_id = None
        self._drafts.hold(False)
        if not self._window.composer.message():
            self._drafts.bring_back()
        self.changed.emit()

    def _show(self) -> None:
        self._window.notice.show_notice(
            NoticeKind.INFO,
            texts.text("ui.edit.notice"),
            [("leave_edit", texts.text("ui.edit.leave"))],
            IconName.SQUARE_PEN,
        )
        self.changed.emit()
