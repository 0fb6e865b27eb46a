"""How long the model thinks at an effort, by experience on this computer.

Job: keep the words beside the effort slider true: the median of the last answers of this model at this
effort. Rule: an estimate says "about", and nothing is said before there are enough answers to say it of.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from PySide6.QtCore import QObject

from app.core import texts
from app.storage.vault import Vault
from app.ui.flow.tasks import Lane
from app.ui.flow.turns.chat_controller import ChatController
from app.ui.views.composer.composer import Composer

MANY, ENOUGH = 20, 5
LEAST_S = 1.0
_ROUND_FROM_S, _STEP_S = 20, 5


class EffortEstimate(QObject):
    """Shows the estimate in ``composer``, anew after each answer and each change of the effort."""

    def __init__(
        self,
        chat: ChatController,
        vault: Vault,
        lane: Lane,
        composer: Composer,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._vault = vault
        self._lane = lane
        self._composer = composer
        self._wanted = 0
        chat.path_changed.connect(self.refresh)

    def refresh(self) -> None:
        """Look up the last answers; the newest wish is the one that is shown."""
        settings = self._chat.settings
        self._wanted += 1
        number = self._wanted

        def show(found: Sequence[float]) -> None:
            if number == self._wanted:
                self._composer.set_estimate(words(found))

        self._lane.run(
            lambda: self._vault.thinking_times(settings.model_name, settings.effort, MANY),
            show,
            lambda _error: show(()),
        )


def words(thinking_ms: Sequence[float]) -> str:
    """Return what to say after these times; "" for too few, or for thoughts too short to mention."""
    seconds = median(thinking_ms) / 1000 if len(thinking_ms) >= ENOUGH else 0.0
    if seconds < LEAST_S:
        return ""
    if seconds >= 60:
        return texts.text("ui.effort.minutes", minutes=round(seconds / 60))
    whole = round(seconds) if seconds < _ROUND_FROM_S else _STEP_S * round(seconds / _STEP_S)
    return texts.text("ui.effort.seconds", seconds=whole)
