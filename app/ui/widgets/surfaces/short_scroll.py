"""A strip that is as high as what is in it, up to a limit, and scrolls beyond that.

Job: keep chips and rows from pushing everything else out of a small window. Rule: no frame and no ground
of its own, and no Tab stop: what is in it has the focus and is brought into sight.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from app.ui.theme.style_sheet import Kind, set_kind


class ShortScroll(QScrollArea):
    """Shows ``content``; call :meth:`set_limit` with the pixels that it may take."""

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._limit = 10_000
        set_kind(self, Kind.BARE)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.viewport().setAutoFillBackground(False)
        self._content = content
        self.setWidget(content)
        content.setAutoFillBackground(False)  # taking it in has switched that on
        content.installEventFilter(self)

    def set_limit(self, pixels: int) -> None:
        """Be at most so high."""
        self._limit = pixels
        self.fit()

    def fit(self) -> None:
        """Take the height of the content, if it is allowed."""
        wanted = min(self._limit, max(1, self._content.sizeHint().height()))
        if self.height() != wanted or self.minimumHeight() != wanted:
            self.setFixedHeight(wanted)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Follow the content when it asks for another height."""
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self.fit()
        return False
