"""What a reader does with a conversation as it is: one door to finding, exporting, saving and links.

Job: make these controllers and join them to the window's commands and to the transcript's wishes. Rule:
wiring only; each subject has its own module.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.core.rules.seal import seal_of
from app.core.rules.settings import Settings
from app.ui.commands import table
from app.ui.flow.reading.code_saving import CodeSaving
from app.ui.flow.reading.exporting import Exporting
from app.ui.flow.reading.finding import Finding
from app.ui.flow.reading.links import open_link
from app.ui.flow.reading.written_file import WrittenFile
from app.ui.flow.tasks import Lane
from app.ui.flow.turns.chat_controller import ChatController
from app.ui.transcript.view import TranscriptView
from app.ui.views.window.main_window import MainWindow


class ReadingFlow(QObject):
    """``title`` of the conversation on screen; ``trouble`` carries a UserError to show.

    ``link_refused`` when a link was not opened because the program is sealed.
    """

    trouble = Signal(object)
    link_refused = Signal()

    def __init__(
        self,
        window: MainWindow,
        transcript: TranscriptView,
        chat: ChatController,
        title: Callable[[], str],
        lane: Lane,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._settings = settings
        self.finding = Finding(window, transcript, parent=self)
        self._written = WrittenFile(window.notice)
        self._code_saving = CodeSaving(window, lane, self._written, parent=self)
        self.exporting = Exporting(window, chat, title, self._written, parent=self)
        self._code_saving.trouble.connect(self.trouble)
        self.exporting.trouble.connect(self.trouble)
        transcript.save_requested.connect(self._code_saving.ask)
        transcript.link_activated.connect(self._open_link)
        transcript.export_requested.connect(self.exporting.open)
        window.header.export_requested.connect(self.exporting.open)
        commands = window.commands
        commands.on(table.EXPORT, self.exporting.open)
        commands.on(table.FIND, self.finding.open)
        commands.on(table.FIND_NEXT, lambda: self.finding.step(1))
        commands.on(table.FIND_PREVIOUS, lambda: self.finding.step(-1))

    def act(self, code: str) -> bool:
        """Do what a button of a notice says; returns False for one that is about no file."""
        return self.exporting.act(code) or self._written.act(code)

    def close(self) -> None:
        """Give up an export under way."""
        self.exporting.close()

    def _open_link(self, address: str) -> None:
        seal = seal_of(self._settings)
        if seal.sealed:
            self.link_refused.emit()
        open_link(self._window, address, seal)
