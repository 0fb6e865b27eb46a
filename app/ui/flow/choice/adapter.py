"""Which adapter the conversation on screen is answered with.

Job: let the person choose one, or none, and its strength; keep that with the conversation and bring it
back when the conversation is opened. Rule: a path is all that is known of a file here: only the
confined engine reads it. What a new conversation was given is kept once it has its first question.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QFileDialog, QMenu

from app.core import texts
from app.core.paths import usual_folder
from app.storage.records import ConversationRecord
from app.storage.vault import Vault
from app.ui.flow.tasks import Lane
from app.ui.flow.turns.chat_controller import ChatController
from app.ui.flow.turns.conversation.open_conversation import OpenConversation
from app.ui.views.window.main_window import MainWindow

STRENGTHS = (0.25, 0.5, 0.75, 1.0, 1.5)
"""What the menu offers; 1 is as the adapter was made."""


class AdapterChoice(QObject):
    """Keeps the adapter of the conversation on screen; ``trouble`` carries a UserError to show."""

    trouble = Signal(object)

    def __init__(
        self,
        window: MainWindow,
        chat: ChatController,
        vault: Vault,
        lane: Lane,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._chat = chat
        self._vault = vault
        self._lane = lane
        self._path, self._scale = "", 1.0
        self._unkept: OpenConversation | None = None

    @property
    def path(self) -> str:
        """The file's path, empty for none."""
        return self._path

    @property
    def scale(self) -> float:
        """How strongly it acts."""
        return self._scale

    def turn_to(self, conversation_id: int | None) -> None:
        """Bring back what belongs to the conversation that is on screen now."""
        owner = self._chat.conversation
        unkept, self._unkept = self._unkept, None
        if owner is unkept:
            self._keep()
        elif conversation_id is None:
            self._use("", 1.0)
        else:
            self._lane.run(
                lambda: self._vault.conversation(conversation_id),
                lambda record: self._bring_back(owner, record),
                self.trouble.emit,
            )

    def choose(self, path: str, scale: float = 1.0) -> None:
        """Answer this conversation with an adapter from now on; "" for none."""
        self._use(path, scale)
        self._keep()

    def add_to(self, menu: QMenu) -> None:
        """Add the choice to the menu behind the model's name."""
        menu.addSeparator()
        menu.addAction(texts.text("ui.adapter.choose"), self._ask_for_file)
        if not self._path:
            return
        strength = menu.addMenu(texts.text("ui.adapter.strength"))
        group = QActionGroup(strength)
        for scale in STRENGTHS:
            words = texts.text("ui.adapter.percent", percent=round(scale * 100))
            action = strength.addAction(words, partial(self.choose, self._path, scale))
            action.setCheckable(True)
            action.setChecked(scale == self._scale)
            group.addAction(action)
        menu.addAction(texts.text("ui.adapter.without"), partial(self.choose, ""))

    def _use(self, path: str, scale: float) -> None:
        self._path, self._scale = path, scale
        self._window.status_strip.set_adapter(Path(path).stem if path else "")
        settings = replace(self._chat.settings, adapter=path, adapter_scale=scale)
        if settings != self._chat.settings:
            self._chat.settings = settings

    def _keep(self) -> None:
        owner, path, scale = self._chat.conversation, self._path, self._scale
        conversation_id = owner.id
        if conversation_id is None:
            self._unkept = owner
            return
        self._lane.run(
            lambda: self._vault.set_adapter(conversation_id, path, scale),
            failed=self.trouble.emit,
        )

    def _bring_back(self, owner: OpenConversation, record: ConversationRecord) -> None:
        if self._chat.conversation is owner:
            self._use(record.adapter, record.adapter_scale)

    def _ask_for_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self._window,
            texts.text("ui.adapter.dialog"),
            str(Path(self._path).parent if self._path else usual_folder()),
            texts.text("ui.model.filter"),
        )
        if path:
            self.choose(path)
