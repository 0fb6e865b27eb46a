"""What the notice above the composer says, and what its buttons do.

Job: show trouble, a model file that did not load, and remarks, with the buttons that fit; hand a pressed
button to whoever offered it. Rule: whoever can do something about a trouble says so with ``actions`` and
does it in ``act``; what nobody offered is answered here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from app.core import texts
from app.core.errors import UserError
from app.ui.flow.care.care_words import Remark
from app.ui.flow.care.engine_trouble import EngineTrouble
from app.ui.flow.care.refused_load import RefusedLoad
from app.ui.flow.care.unproven_file import UnprovenFile
from app.ui.flow.turns.chat_controller import ChatController
from app.ui.flow.turns.composing.question_editing import QuestionEditing
from app.ui.views.window.main_window import MainWindow
from app.ui.views.window.notice_card import NoticeKind


class Acting(Protocol):
    """Whoever has buttons on notices."""

    def act(self, code: str) -> bool:
        """Do what the button ``code`` says; False for a button of somebody else."""


class Notices(QObject):
    """``load_wanted`` asks for the model file once more, ``guide_wanted`` for the Guide instead.

    ``acting`` are asked in their order what a button means.
    """

    load_wanted = Signal()
    guide_wanted = Signal()

    def __init__(
        self,
        window: MainWindow,
        chat: ChatController,
        editing: QuestionEditing,
        refused: RefusedLoad,
        unproven: UnprovenFile,
        engine: EngineTrouble,
        acting: Sequence[Acting],
        is_guide: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._chat = chat
        self._editing = editing
        self._refused, self._unproven, self._engine = refused, unproven, engine
        self._acting: Sequence[Acting] = (*acting, refused, unproven, engine)
        self._is_guide = is_guide
        self._trouble = ""
        window.notice.action_chosen.connect(self._act)

    def show_trouble(self, error: UserError) -> None:
        """Say what went wrong; nothing that waits is sent meanwhile."""
        self._window.composer.hold_waiting()
        close = [("close", texts.text("ui.actions.close_notice"))]
        self._warn(error, self._refused.actions(error) or self._engine.actions(error) or close)

    def show_load_trouble(self, error: UserError) -> None:
        """Say why a model file did not load, with the ways to go on."""
        guide = self._is_guide()
        other = ("close", "ui.actions.close_notice") if guide else ("guide", "ui.actions.guide")
        actions = [("load", texts.text("ui.actions.load_again")), (other[0], texts.text(other[1]))]
        if not guide:
            actions = self._unproven.actions(error) or actions
        self._warn(error, self._refused.actions(error) or actions)

    def show_remark(self, remark: Remark) -> None:
        """Say what was done for the engine."""
        self._window.notice.show_notice(remark.kind, remark.sentence, remark.actions)

    def forget_trouble(self) -> None:
        """Take away what was said of an engine, or of its file, since another one is chosen."""
        if self._trouble and self._window.notice.sentence == self._trouble:
            self._window.notice.clear()

    def _warn(self, error: UserError, actions: list[tuple[str, str]]) -> None:
        # Of its own model file the program knows better what is to be done.
        ours = self._is_guide() and error.code.startswith(("engine.file_", "library."))
        sentence = UserError("ui.guide_unusable").sentence if ours else error.sentence
        self._trouble = sentence
        self._window.notice.show_notice(NoticeKind.WARN, sentence, actions)

    def _act(self, code: str) -> None:
        if self._engine.look(code):
            return
        self._window.notice.clear()
        if any(one.act(code) for one in self._acting):
            return
        if code == "restart" and self._chat.unanswered:
            self._chat.try_again()
        elif code in ("restart", "load"):
            self.load_wanted.emit()
        elif code == "guide":
            self.guide_wanted.emit()
        elif code == "leave_edit":
            self._editing.leave()
        else:
            self._editing.remind()
