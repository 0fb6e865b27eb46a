"""Closing a window in which nothing is kept.

Job: say all the while that nothing is kept, and ask before it is lost. Rule: asked only when there is
something to lose; what ends the program without a person (a signal) is never held up.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox

from app.core import texts
from app.ui.dialogs.leaving import ask_to_leave
from app.ui.flow.turns.chat_controller import ChatController
from app.ui.views.window.main_window import MainWindow


class Leaving(QObject):
    """Stands between the person and the closing of ``window`` while nothing is kept.

    ``export`` asks how to export the conversation on screen.
    """

    def __init__(
        self,
        window: MainWindow,
        chat: ChatController,
        export: Callable[[], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._chat = chat
        self._export = export
        self._sure = False
        self.box: QMessageBox | None = None
        window.status_strip.set_nothing_kept()
        window.may_close = self.may_close

    def may_close(self) -> bool:
        """Return whether the window may close now; asks the person where something would be lost."""
        question = self._question()
        if self._sure or not question:
            return True
        if self.box is None:
            begun = bool(self._chat.conversation.path)
            self.box = ask_to_leave(self._window, question, self._leave, self._export if begun else None)
            self.box.finished.connect(self._answered)
        return False

    def _question(self) -> str:
        """Return what would be lost, as a question; "" for nothing."""
        begun = self._window.sidebar.conversations.rowCount()
        if begun or self._chat.conversation_id is not None:
            return texts.plural("ui.leave.question", max(1, begun))
        return texts.text("ui.leave.question_draft") if self._window.composer.draft() else ""

    def _leave(self) -> None:
        self._sure = True
        self._window.close()

    def _answered(self) -> None:
        self.box = None
