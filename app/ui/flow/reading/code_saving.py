"""Saving a code block of an answer as a file.

Job: ask where, write the file away from what the person does, say what came of it. Rule: the file is
whole or not there, and it is never opened or run.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from app.core.paths import usual_folder
from app.core.shown_name import shown_name
from app.core.texts import text
from app.export.saving import save
from app.ui.flow.reading.written_file import WrittenFile
from app.ui.flow.tasks import Lane
from app.ui.views.window.main_window import MainWindow


class CodeSaving(QObject):
    """``trouble`` carries a UserError to show."""

    trouble = Signal(object)

    def __init__(
        self, window: MainWindow, lane: Lane, written: WrittenFile, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._written = written
        self._lane = lane

    def ask(self, name: str, words: str) -> None:
        """Ask where to save ``words``; ``name`` is suggested."""
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, text("transcript.save_title"), str(usual_folder() / name)
        )
        if chosen:
            self.write(Path(chosen), words)

    def write(self, path: Path, words: str) -> None:
        """Write the file."""
        self._lane.run(
            lambda: save(path, words.encode("utf-8", "replace")),
            lambda _none: self._written.say(text("transcript.saved", name=shown_name(path.name)), path),
            self.trouble.emit,
        )
