"""Surfaces.

Job: a filled area with an optional hairline, and a card with rounded corners. Rule: they paint their
own ground from a colour token and hold whatever layout the view gives them.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui.theme import Theme


class Panel(QWidget):
    """A filled area; ``line`` draws a hairline along one edge, mirrored where text runs so."""

    def __init__(
        self,
        theme: Theme,
        fill: str,
        line: Qt.Edge | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self._fill = fill
        self._line = line
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``."""
        self.theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill the ground and draw the hairline."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.theme.colour(self._fill))
        if self._line is not None:
            w, h = self.width(), self.height()
            mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
            rect = {
                Qt.Edge.TopEdge: (0, 0, w, 1),
                Qt.Edge.BottomEdge: (0, h - 1, w, 1),
                Qt.Edge.LeftEdge: (w - 1 if mirrored else 0, 0, 1, h),
                Qt.Edge.RightEdge: (0 if mirrored else w - 1, 0, 1, h),
            }[self._line]
            painter.fillRect(*rect, self.theme.line)
        painter.end()


class Card(QWidget):
    """A rounded surface with a border; a ``border`` of "" draws none."""

    def __init__(
        self,
        theme: Theme,
        fill: str = "raised",
        border: str = "line",
        radius: int = 10,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.radius = radius
        self._fill = fill
        self._border = border

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``."""
        self.theme = theme
        self.update()

    def set_colours(self, fill: str, border: str) -> None:
        """Change the colour tokens of ground and border."""
        if (fill, border) != (self._fill, self._border):
            self._fill, self._border = fill, border
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the rounded ground and its border."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(self.theme.colour(self._fill))
        # In high contrast the soft fills look like their surroundings: a border tells them apart.
        border = self._border or ("edge" if self.theme.high_contrast else "")
        painter.setPen(QPen(self.theme.colour(border), 1) if border else QPen(Qt.PenStyle.NoPen))
        inset = 0.5 if border else 0.0
        rect = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(rect, self.radius, self.radius)
        painter.end()
