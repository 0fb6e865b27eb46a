"""Checking a new version that a person put on disk, from the page about the program.

Job: ask for the list, have it checked away from what the person does, show what came of it. Rule:
nothing is downloaded, installed or opened.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog
from shiboken6 import isValid

import app
from app.core.errors import UserError
from app.core.paths import usual_folder
from app.core.texts import text
from app.library import release
from app.ui.flow.tasks import Lane
from app.ui.views.beside.about import AboutWindow


def ask(window: AboutWindow, lane: Lane) -> None:
    """Let the person choose a release list, and check it."""
    title, kinds = text("about.check_dialog"), text("about.check_filter")
    path, _ = QFileDialog.getOpenFileName(window, title, str(usual_folder()), kinds)
    if path:
        check(window, lane, Path(path))


def check(window: AboutWindow, lane: Lane, path: Path) -> None:
    """Check the list at ``path``; the verdict is shown in ``window`` if it is still open."""

    def show(words: str) -> None:
        if isValid(window):
            window.show_verdict(words)

    def failed(error: UserError) -> None:
        show(error.sentence)

    lane.run(lambda: "\n".join(release.lines_of(release.verify(path), app.__version__)), show, failed)
