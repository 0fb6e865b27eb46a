"""What happens after the check before loading has refused a model file.

Job: from the notice to the decision about a file nobody knows, or to the page of a damaged one. Rule: a
decision is taken once and remembered for exactly these bytes; a damaged file has no way past.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.core import texts
from app.core.errors import UserError
from app.ui.flow.tasks import Lane

USE, SHOW, GUIDE = "use_unknown_file", "show_models", "guide"
_UNKNOWN = "library.model_unknown"
_REFUSED = (
    _UNKNOWN,
    "library.model_damaged",
    "library.model_incomplete",
    "library.import_forbidden",
    "library.changed_meanwhile",
)


class UnprovenFile(QObject):
    """``accepted`` when the file may be loaded now, ``models_wanted`` to show where files are mended.

    ``accept`` remembers the decision (on ``lane``); ``path`` is the file that was to be loaded.
    """

    accepted = Signal()
    models_wanted = Signal()
    trouble = Signal(object)

    def __init__(
        self,
        accept: Callable[[Path], None],
        path: Callable[[], Path],
        lane: Lane,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._accept, self._path, self._lane = accept, path, lane

    def actions(self, error: UserError) -> list[tuple[str, str]]:
        """Return the buttons for a notice about ``error``; none when it is about something else."""
        if error.code not in _REFUSED:
            return []
        first = USE if error.code == _UNKNOWN else SHOW
        return [
            (first, texts.text(f"gate.{first}")),
            (GUIDE, texts.text("ui.actions.guide")),
        ]

    def act(self, code: str) -> bool:
        """Do what a button of a notice says; returns False for one that is not ours."""
        if code == SHOW:
            self.models_wanted.emit()
        elif code == USE:
            path = self._path()
            self._lane.run(lambda: self._accept(path), lambda _: self.accepted.emit(), self.trouble.emit)
        else:
            return False
        return True
