"""Model files that are dragged onto the window.

Job: say which of the dragged files are the library's, and hand them to it. Rule: while the library is in
sight everything that is let go is looked at there, folders too; else only what calls itself a model file
is taken, and the library opens with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.core.shown_name import shown_name
from app.core.texts import text
from app.library.carrying.chosen import is_model_name
from app.ui.theme import IconName
from app.ui.views.window.file_drop import FileDrop
from app.ui.views.window.main_window import MainWindow


def model_drop(
    window: MainWindow,
    page: Callable[[], QWidget | None],
    take: Callable[[Sequence[Path]], None],
    parent: QObject,
) -> FileDrop:
    """Watch ``window``; ``page`` is the library while it is open, ``take`` gets what is dropped."""

    def wants(files: Sequence[Path]) -> list[Path]:
        return list(files) if page() is not None else [path for path in files if is_model_name(path)]

    return FileDrop(
        window,
        lambda: page() or window.frame,
        wants,
        take,
        IconName.FOLDER_INPUT,
        _words,
        parent,
    )


def _words(files: Sequence[Path]) -> str:
    if len(files) == 1:
        return text("models.drop_one", name=shown_name(files[0].name))
    return text("models.drop_many", count=len(files))
