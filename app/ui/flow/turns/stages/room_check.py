"""Whether a turn fits, found out before anything is done about it.

Job: have the engine count a turn and say whether there is room for it and its answer. Rule: the person's
words never wait for a slow engine: without a count in time the turn goes on, and the engine itself
refuses what does not fit.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from app.core.conversation.leaving_out import is_full
from app.core.conversation.ledger import Ledger
from app.core.errors import UserError
from app.engine.protocol.requests import LedgerRequest, TurnRequest
from app.ui.flow.engine.worker import EngineWorker

PATIENCE_MS = 2000
FAR_TOO_LONG = "engine.prompt_far_too_long"
REFUSALS = frozenset({FAR_TOO_LONG, "engine.prompt_too_long"})
"""How an engine says that a turn does not fit."""


class RoomCheck(QObject):
    """One check at a time; a newer one takes the place of an older."""

    def __init__(self, engine: EngineWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._number = 0
        self._fits: Callable[[], None] | None = None
        self._timer = QTimer(self, interval=PATIENCE_MS, singleShot=True)
        self._timer.timeout.connect(self._go_on)

    def begin(
        self,
        request: TurnRequest,
        fits: Callable[[], None],
        full: Callable[[Ledger], None],
        refused: Callable[[UserError], None],
    ) -> None:
        """Count ``request`` and call one of the three; ``refused`` if it is too long to be counted."""
        self.drop()
        if not self._engine.ready:
            fits()
            return
        number = self._number
        self._fits = fits
        self._timer.start()

        def counted(ledger: Ledger) -> None:
            if self._is_current(number):
                self.drop()
                if is_full(ledger):
                    full(ledger)
                else:
                    fits()

        def failed(error: UserError) -> None:
            if self._is_current(number):
                self.drop()
                if error.code == FAR_TOO_LONG:
                    refused(error)
                else:  # the engine is in trouble: it will say so when it is asked to answer
                    fits()

        self._engine.count(LedgerRequest(request), counted, failed)

    def drop(self) -> None:
        """Forget the check that is under way."""
        self._number += 1
        self._fits = None
        self._timer.stop()

    def _is_current(self, number: int) -> bool:
        return number == self._number and self._fits is not None

    def _go_on(self) -> None:
        fits = self._fits
        self.drop()
        if fits is not None:
            fits()
