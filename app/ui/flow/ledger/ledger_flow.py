"""What the model reads, from the side of the session: one door to the ledger's controllers.

Job: make and join what counts the next turn, reads it ahead, shows it and makes room in it. Rule: wiring
only; each subject has its own module.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.storage.vault import Vault
from app.ui.flow.engine.worker import EngineWorker
from app.ui.flow.ledger.full_context import FullContext
from app.ui.flow.ledger.leaving_out import LeavingOut
from app.ui.flow.ledger.ledger_keeper import LedgerKeeper
from app.ui.flow.ledger.ledger_views import LedgerViews
from app.ui.flow.ledger.next_turn import NextTurn
from app.ui.flow.ledger.preparation import Preparation
from app.ui.flow.tasks import Lane
from app.ui.flow.turns.chat_controller import ChatController
from app.ui.flow.turns.composing.drafts import DraftKeeper
from app.ui.flow.turns.composing.question_editing import QuestionEditing
from app.ui.views.window.main_window import MainWindow


class LedgerFlow(QObject):
    """Everything about what the next turn reads; ``trouble`` carries a UserError to show."""

    trouble = Signal(object)

    def __init__(
        self,
        window: MainWindow,
        chat: ChatController,
        editing: QuestionEditing,
        drafts: DraftKeeper,
        vault: Vault,
        lane: Lane,
        engine: EngineWorker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        next_turn = NextTurn(chat, window.composer, editing, self)
        self.keeper = LedgerKeeper(engine, next_turn, self)
        self.preparation = Preparation(engine, next_turn, self)
        self.leaving_out = LeavingOut(chat, vault, lane, self)
        self.room = FullContext(
            window, chat, self.leaving_out, self.keeper, editing, drafts, vault, lane, self
        )
        self.views = LedgerViews(window, chat, self.keeper, self.leaving_out, self.room, self)
        self.leaving_out.trouble.connect(self.trouble)
        self.room.trouble.connect(self.trouble)

    def act(self, code: str) -> bool:
        """Do what a button of a notice says; returns False for one that is not about the ledger."""
        return self.room.act(code)

    def close(self) -> None:
        """Ask the engine for nothing more."""
        self.keeper.close()
        self.preparation.close()
