"""The next turn as it stands now.

Job: put conversation, settings, the edited question and the draft together into one request, for those
who count it and read it ahead. Rule: it decides nothing and asks nobody; it says when it has changed.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.engine.protocol.requests import TurnRequest
from app.ui.flow.turns.chat_controller import ChatController
from app.ui.flow.turns.composing.question_editing import QuestionEditing
from app.ui.views.composer.composer import Composer


class NextTurn(QObject):
    """What would be asked if Send were pressed.

    ``draft_changed`` follows the typing; ``path_changed`` says that something before the draft is
    different.
    """

    draft_changed = Signal()
    path_changed = Signal()

    def __init__(
        self,
        chat: ChatController,
        composer: Composer,
        editing: QuestionEditing,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._composer = composer
        self._editing = editing
        composer.edit.textChanged.connect(self.draft_changed)
        composer.attachments_changed.connect(self.draft_changed)
        chat.path_changed.connect(self.path_changed)
        editing.changed.connect(self.path_changed)

    @property
    def busy(self) -> bool:
        """Whether a turn is running already."""
        return self._chat.busy

    @property
    def draft(self) -> str:
        """The words in the composer."""
        return self._composer.text()

    @property
    def before_caret(self) -> str:
        """The draft up to the caret."""
        typed = self._composer.text()
        # Qt counts in UTF-16.
        units = typed.encode("utf-16-le", "surrogatepass")
        return units[: 2 * self._composer.edit.textCursor().position()].decode("utf-16-le", "replace")

    def request(self, draft: str) -> TurnRequest:
        """Return the turn that ``draft`` would end, with what is attached."""
        attached = self._composer.attached.parts
        return self._chat.next_turn(draft, attached, self._editing.question_id)
