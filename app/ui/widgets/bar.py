"""A bar that grows: how much of something is done.

Job: 6 pixels high and as wide as there is room. Rule: it says its share in words to a screen reader; the
words beside it carry the figures.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.theme import Theme

HIGH = 6


class Bar(QWidget):
    """``set_share`` from 0 to 1; ``set_colour`` names the token of the done part."""

    def __init__(self, theme: Theme, colour: str = "accent", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._colour = colour
        self._share = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)

    @property
    def share(self) -> float:
        """What is drawn."""
        return self._share

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        self.setFixedHeight(theme.px(HIGH))
        self.update()

    def set_colour(self, colour: str) -> None:
        """Draw the done part in another colour token."""
        if colour != self._colour:
            self._colour = colour
            self.update()

    def set_share(self, share: float) -> None:
        """Show ``share``; values outside 0 to 1 are cut."""
        share = max(0.0, min(1.0, share))
        if share != self._share:
            self._share = share
            self.update()

    def sizeHint(self) -> QSize:
        """Return a size to begin with; a layout gives it all the width there is."""
        return QSize(self._theme.px(120), self._theme.px(HIGH))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the done part from where reading begins."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(area, area.height() / 2, area.height() / 2)
        painter.setClipPath(shape)
        painter.fillRect(area, theme.track)
        wide = max(2.0, area.width() * self._share) if self._share else 0.0
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        done = QRectF(area.width() - wide if mirrored else 0.0, 0.0, wide, area.height())
        painter.fillRect(done, theme.colour(self._colour))
        if theme.high_contrast:
            painter.setClipping(False)
            painter.setPen(theme.edge)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            half = area.adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(half, half.height() / 2, half.height() / 2)
        painter.end()
