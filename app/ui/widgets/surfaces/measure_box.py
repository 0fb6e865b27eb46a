"""The reading column.

Job: keep a column of content in the middle, as wide as the transcript's measure. Rule: the one place
that knows the measure; transcript, composer and notices line up because they all ask it.
"""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.theme import Theme

MEASURE = 720
SIDE_ROOM = 64


def measure(theme: Theme, width: int) -> int:
    """Return the width of the reading column inside ``width`` pixels."""
    return max(1, min(max(MEASURE, theme.px(MEASURE)), width - SIDE_ROOM))


class MeasureBox(QWidget):
    """Lays its children out in a centred column (``column`` is the layout to add them to)."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._limit = 0
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)

    def set_limit(self, pixels: int) -> None:
        """Make the column at most ``pixels`` wide at 100 % instead of the transcript's measure."""
        self._limit = pixels
        self._arrange()

    def set_theme(self, theme: Theme) -> None:
        """Take the text size of ``theme``."""
        self._theme = theme
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Centre the column again."""
        super().resizeEvent(event)
        self._arrange()

    def wanted_height(self, width: int) -> int:
        """Return the height of what is in it where the box is ``width`` pixels wide."""
        sides = self.column.contentsMargins()
        return self.column.heightForWidth(self._wide(width) + sides.left() + sides.right())

    def _wide(self, width: int) -> int:
        wide = measure(self._theme, width)
        return min(wide, self._theme.px(self._limit)) if self._limit else wide

    def _arrange(self) -> None:
        wide = self._wide(self.width())
        left = (self.width() - wide) // 2
        self.column.setContentsMargins(max(0, left), 0, max(0, self.width() - wide - left), 0)
