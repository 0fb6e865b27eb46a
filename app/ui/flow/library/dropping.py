"""Model files that are dragged onto the window.

Job: take a GGUF that is let go anywhere on the main window to the library. Rule: only model files are
taken; whatever else is dragged goes to whoever is below.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

from app.ui.views.library.page import model_files
from app.ui.widgets.fields.dropped_files import take_copy


class ModelDrop(QObject):
    """Watches ``window``; ``take`` is called with each model file."""

    def __init__(
        self, window: QWidget, take: Callable[[Path], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._take = take
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Accept a drag that carries model files, and take them when they are let go."""
        if isinstance(event, QDropEvent):
            files = model_files(event.mimeData())
            if files and event.type() in (QEvent.Type.DragEnter, QEvent.Type.DragMove):
                take_copy(event)
                return True
            if files and event.type() is QEvent.Type.Drop:
                take_copy(event)
                for file in files:
                    self._take(file)
                return True
        return False
