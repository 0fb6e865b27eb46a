"""A centred column for a page that covers its window: it scrolls when the text is large."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.theme import Theme
from app.ui.widgets.surfaces.measure_box import MeasureBox
from app.ui.widgets.surfaces.steady_scroll import SteadyScroll


class CoverColumn(SteadyScroll):
    """A scrolling column at most ``limit`` pixels wide (at 100 %); add widgets to ``column``."""

    def __init__(self, theme: Theme, limit: int, parent: QWidget | None = None) -> None:
        content = MeasureBox(theme)
        content.set_limit(limit)
        super().__init__(content, parent)
        self.content = content
        self.column: QVBoxLayout = content.column

    def wanted_height(self, width: int) -> int:
        """Return the height in which nothing of it needs to scroll, at ``width`` pixels."""
        return self.content.wanted_height(width)

    def set_theme(self, theme: Theme) -> None:
        """Take the text size of ``theme``."""
        self.content.set_theme(theme)
