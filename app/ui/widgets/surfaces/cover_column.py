"""A centred column for a page that covers its window: it scrolls when the text is large."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.ui.theme import Theme
from app.ui.theme.style_sheet import Kind, set_kind
from app.ui.widgets.surfaces.measure_box import MeasureBox


class CoverColumn(QScrollArea):
    """A scrolling column at most ``limit`` pixels wide (at 100 %); add widgets to ``column``."""

    def __init__(self, theme: Theme, limit: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_kind(self, Kind.BARE)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.content = MeasureBox(theme)
        self.content.set_limit(limit)
        self.column: QVBoxLayout = self.content.column
        self.setWidget(self.content)
        self.content.setAutoFillBackground(False)  # taking it in has switched that on

    def wanted_height(self, width: int) -> int:
        """Return the height in which nothing of it needs to scroll, at ``width`` pixels."""
        return self.content.wanted_height(width)

    def set_theme(self, theme: Theme) -> None:
        """Take the text size of ``theme``."""
        self.content.set_theme(theme)
