"""What can be done when the engine stops.

Job: the buttons of such a notice, the details behind it, and a report for those who mend it. Rule:
codes, numbers and versions only, never a word of a conversation; a code is shown under Details, never in
a sentence.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

import app
from app.core import texts
from app.core.conversation.message import Effort
from app.core.errors import UserError
from app.core.logs import log_event
from app.core.private_files import write_whole
from app.engine.protocol.plan import Plan
from app.ui.dialogs.details import show_details
from app.ui.flow.engine.status import is_about_the_engine
from app.ui.flow.tasks import Lane
from app.ui.flow.turns.chat_controller import ChatController
from app.ui.views.window.main_window import MainWindow

RESTART, DETAILS, LOW_EFFORT, REPORT = "restart", "engine_details", "low_effort", "engine_report"
LOAD = "load"
GIVEN_UP = frozenset({"engine.same_failure", "engine.too_many_restarts"})
"""The codes of an engine that no question starts again: only loading the file anew does."""


class EngineTrouble(QObject):
    """Knows the last trouble; ``low_effort_wanted`` and ``trouble`` carry on what it cannot do itself.

    ``plan`` tells how the model file was loaded, None for no plan.
    """

    low_effort_wanted = Signal()
    trouble = Signal(object)

    def __init__(
        self,
        window: MainWindow,
        chat: ChatController,
        plan: Callable[[], Plan | None],
        lane: Lane,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._chat = chat
        self._plan = plan
        self._lane = lane
        self._error: UserError | None = None

    def actions(self, error: UserError) -> list[tuple[str, str]]:
        """Return the buttons for a notice about ``error``; none when it is not about the engine."""
        if not is_about_the_engine(error):
            return []
        self._error = error
        restart = RESTART, texts.text("ui.actions.restart_engine")
        report = REPORT, texts.text("ui.actions.report")
        if error.code in GIVEN_UP:
            return [(LOAD, texts.text("ui.actions.load_again")), report]
        if error.code != "engine.stopped_again":
            return [restart, (DETAILS, texts.text("ui.actions.details"))]
        less = LOW_EFFORT, texts.text("ui.actions.low_effort")
        can_be_less = self._chat.settings.effort is not Effort.LOW
        return [less if can_be_less else restart, report]

    def look(self, code: str) -> bool:
        """Do what leaves the notice where it is; returns False for any other button."""
        if code == DETAILS:
            show_details(self._window, self.report(), QGuiApplication.clipboard().setText)
        elif code == REPORT:
            self._ask_where()
        else:
            return False
        return True

    def act(self, code: str) -> bool:
        """Do what ends the notice; returns False for a button that is not ours."""
        if code == LOW_EFFORT:
            self.low_effort_wanted.emit()
        return code == LOW_EFFORT

    def report(self) -> str:
        """Return what is known, line by line."""
        lines = [
            texts.text("ui.report.program", version=app.__version__),
            texts.text("ui.report.system", name=platform.platform(), python=platform.python_version()),
        ]
        if self._error is not None:
            values = sorted(self._error.values.items())
            lines.append(texts.text("ui.report.code", code=self._error.code))
            lines += [f"{name}: {value}" for name, value in values if not isinstance(value, str)]
        settings, plan = self._chat.settings, self._plan()
        lines.append(texts.text("ui.report.effort", effort=settings.effort.value))
        if plan is not None:
            facts = {
                "context": plan.context,
                "micro_batch": plan.micro_batch,
                "gpu_layers": plan.gpu_layers,
                "cpu_expert_layers": plan.cpu_expert_layers,
                "cache_type": plan.cache_type,
                "flash_attention": plan.flash_attention,
                "load_mode": plan.load_mode.value,
                "threads": plan.threads,
                "missing_mib": round(plan.missing_mib),
            }
            lines += [f"{name}: {value}" for name, value in facts.items()]
        lines.append(texts.text("ui.report.nothing_said"))
        return "\n".join(lines)

    def _ask_where(self) -> None:
        dialog = QFileDialog(self._window, texts.text("ui.report.dialog"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("txt")
        dialog.selectFile(texts.text("ui.report.file"))
        dialog.fileSelected.connect(lambda name: self.save(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, path: Path) -> None:
        """Write the report to a file."""
        report = self.report()

        def write() -> None:
            try:
                write_whole(path, report.encode("utf-8", "replace"))
            except OSError as error:
                log_event("report.not_saved", errno=error.errno or 0)
                raise UserError("ui.report_failed") from error

        self._lane.run(write, failed=self.trouble.emit)
