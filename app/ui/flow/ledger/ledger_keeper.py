"""The ledger of the next turn, kept in step with what the person does.

Job: have the engine count the next turn whenever it has changed, and tell strip and panel. Rule: counted
by the engine or not known; never asked for while an answer is made; the last one stands until a newer
one is there.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.conversation.ledger import Ledger
from app.core.errors import UserError
from app.core.logs import log_event
from app.engine.protocol.requests import LedgerRequest
from app.ui.flow.engine.worker import EngineWorker
from app.ui.flow.ledger.next_turn import NextTurn

AFTER_MS = 250


class LedgerKeeper(QObject):
    """Keeps the newest :class:`Ledger`; ``changed`` carries it."""

    changed = Signal(object)

    def __init__(self, engine: EngineWorker, next_turn: NextTurn, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.ledger: Ledger | None = None
        """What was counted last, None where nothing could be."""
        self._engine = engine
        self._next_turn = next_turn
        self._number = 0
        self._counting = False
        self._timer = QTimer(self, interval=AFTER_MS, singleShot=True)
        self._timer.timeout.connect(self._count)
        next_turn.draft_changed.connect(self._timer.start)
        next_turn.path_changed.connect(self.refresh)
        engine.loaded.connect(self.refresh)

    def refresh(self) -> None:
        """Count soon, because the turn is another one; a count under way is out of date."""
        self._number += 1
        self._timer.start()

    def take(self, ledger: Ledger) -> None:
        """Show a ledger that was counted for this turn elsewhere."""
        self._number += 1
        self._show(ledger)

    def close(self) -> None:
        """Count nothing more."""
        self._timer.stop()

    def _count(self) -> None:
        if self._next_turn.busy or not self._engine.ready:
            return  # the end of the answer, or the loaded engine, starts it again
        if self._counting:  # one at a time: a slow engine is not given a queue
            self._timer.start()
            return
        draft = self._next_turn.draft
        self._number += 1
        number, self._counting = self._number, True

        def counted(ledger: Ledger) -> None:
            self._counting = False
            if number == self._number:
                self._show(ledger)

        def failed(error: UserError) -> None:
            self._counting = False
            log_event("ledger.not_counted", code=error.code)

        request = LedgerRequest(self._next_turn.request(draft), draft)
        self._engine.count(request, counted, failed)

    def _show(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.changed.emit(ledger)
