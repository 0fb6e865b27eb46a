"""What happens after a plan has refused a model file.

Job: from the notice to the dialog with the figures, and from there to the next try. Rule: nothing pops
up by itself, and only the person loads what the plan refuses.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.core import texts
from app.core.computer.programs import RunningProgram, closing_words, largest_programs
from app.core.errors import UserError
from app.ui.dialogs.refusal import RefusalChoice, RefusalDialog
from app.ui.flow.care.engine_care import EngineCare
from app.ui.flow.tasks import Lane
from app.ui.views.window.main_window import MainWindow

LOOK, CODE = "look_at_refusal", "engine.refused"
"""The code of the notice's button, and of the error it belongs to."""


class RefusedLoad(QObject):
    """Leads from a refusal to a choice; ``guide_wanted`` when that is the Guide.

    ``name`` tells what people call the model file; on ``lane`` it is looked up what could be closed;
    ``is_guide`` whether that file is the Guide itself.
    """

    guide_wanted = Signal()

    def __init__(
        self,
        window: MainWindow,
        care: EngineCare,
        name: Callable[[], str],
        lane: Lane,
        parent: QObject | None = None,
        *,
        is_guide: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._care = care
        self._name = name
        self._lane = lane
        self._is_guide = is_guide
        self._dialog: RefusalDialog | None = None

    def actions(self, error: UserError) -> list[tuple[str, str]]:
        """Return the buttons for a notice about ``error``; none when it is no refusal."""
        if error.code != CODE or self._care.plan is None:
            return []
        return [
            (LOOK, texts.text("care.actions.look")),
            ("close", texts.text("ui.actions.close_notice")),
        ]

    def act(self, code: str) -> bool:
        """Do what a button of a notice says; returns False for one that is not ours."""
        plan = self._care.plan
        if code != LOOK or plan is None:
            return False
        dialog = RefusalDialog(
            self._window.theme, self._name(), plan, self._window, guide=not self._is_guide()
        )
        dialog.chosen.connect(self._choose)
        dialog.finished.connect(self._closed)
        self._dialog = dialog
        dialog.open()
        if plan.helped_by_closing:
            self._lane.run(largest_programs, self._name_programs)
        return True

    def _name_programs(self, programs: tuple[RunningProgram, ...]) -> None:
        if self._dialog is not None:
            self._dialog.name_programs(closing_words(programs))

    def _closed(self) -> None:
        self._dialog = None

    def _choose(self, choice: RefusalChoice) -> None:
        if choice is RefusalChoice.GUIDE:
            self.guide_wanted.emit()
        elif choice is RefusalChoice.LOAD:
            self._care.load_anyway()
        else:
            self._care.load_again()
