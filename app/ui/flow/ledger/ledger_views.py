"""The ledger on screen.

Job: show the newest ledger in the strip and the panel, and pass on what the panel is asked for. Rule: no
decisions here; figures are the ledger's.
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.core.conversation.draft import Draft
from app.core.conversation.leaving_out import exchanges
from app.core.conversation.ledger import Ledger
from app.storage.records import MessageRecord
from app.ui.flow.ledger.full_context import FullContext
from app.ui.flow.ledger.leaving_out import LeavingOut
from app.ui.flow.ledger.ledger_keeper import LedgerKeeper
from app.ui.flow.turns.chat_controller import ChatController
from app.ui.views.window.main_window import MainWindow


class LedgerViews(QObject):
    """Joins a :class:`LedgerKeeper` to the window."""

    def __init__(
        self,
        window: MainWindow,
        chat: ChatController,
        ledger: LedgerKeeper,
        leaving_out: LeavingOut,
        room: FullContext,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._chat = chat
        panel = window.ledger_popover
        ledger.changed.connect(self._show)
        panel.put_back_requested.connect(lambda place: leaving_out.put_back((place,)))
        panel.leave_out_requested.connect(lambda place: leaving_out.leave_out((place,)))
        panel.summarise_requested.connect(room.summarise)
        panel.new_conversation_requested.connect(room.continue_in_new)

    def _show(self, ledger: Ledger) -> None:
        left_out = {entry.message for entry in ledger.left_out}
        self._window.status_strip.set_context(ledger.used, ledger.context, ledger.kept, len(left_out))
        owner = self._chat.conversation
        titles = [_words(record) for record in owner.path]
        whole = exchanges(owner.messages)
        effort, drafted = self._chat.settings.effort, bool(self._window.composer.text())
        self._window.ledger_popover.show_ledger(ledger, titles, effort, whole, drafted=drafted)


def _words(record: MessageRecord) -> str:
    message = record.message
    return Draft.of(message).opening or message.answer or message.summary
