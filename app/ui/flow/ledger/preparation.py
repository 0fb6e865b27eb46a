"""Reading ahead while the person reads or types.

Job: tell the engine what the next turn will begin with, so that Send costs a few tokens. Rule: only what
is certain: the conversation, and the draft up to the word that is being written; never while an answer
is made, and never when :attr:`may_work` says no (a low battery, short memory).
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from app.engine.protocol.requests import PrepareRequest, TurnRequest
from app.ui.flow.engine.worker import EngineWorker
from app.ui.flow.ledger.next_turn import NextTurn

AFTER_MS = 250


class Preparation(QObject):
    """Sends a :class:`PrepareRequest` whenever the certain part of the next turn has changed."""

    def __init__(self, engine: EngineWorker, next_turn: NextTurn, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.may_work: Callable[[], bool] = lambda: True
        """Whether the computer can spare the work now."""
        self._engine = engine
        self._next_turn = next_turn
        self._sent: tuple[TurnRequest, str] | None = None
        self._timer = QTimer(self, interval=AFTER_MS, singleShot=True)
        self._timer.timeout.connect(self._prepare)
        next_turn.draft_changed.connect(self._timer.start)
        next_turn.path_changed.connect(self.begin)
        engine.loaded.connect(self.begin)

    def begin(self) -> None:
        """Read ahead anew: an answer has ended, another conversation is shown, the engine is fresh."""
        self._sent = None
        self._timer.start()

    def close(self) -> None:
        """Send nothing more."""
        self._timer.stop()

    def _prepare(self) -> None:
        if self._next_turn.busy or not self._engine.ready or not self.may_work():
            return
        draft = self._next_turn.before_caret
        certain = (self._next_turn.request(draft), settled(draft))
        if certain != self._sent:
            self._sent = certain
            self._engine.prepare(PrepareRequest(certain[0], draft))


def settled(draft: str) -> str:
    """Return the words before the last one, which may still change."""
    end = max((place for place, letter in enumerate(draft) if letter.isspace()), default=0)
    return draft[:end].rstrip()
