"""Bars that show a share.

Job: the small bars of the status strip: used, kept free (hatched), free. Rule: a bar never stands
alone; the words beside it say the same, so bars are hidden from assistive technology.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.theme import Theme


class Meter(QWidget):
    """A bar of ``width`` by 6 pixels. Shares are fractions of the whole, used first."""

    def __init__(
        self, theme: Theme, width: int, colour: str = "accent", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._wide = width
        self._colour = colour
        self._used = 0.0
        self._kept = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        self.setFixedSize(theme.px(self._wide), theme.px(6))
        self.update()

    def set_colour(self, colour: str) -> None:
        """Draw the used share in another colour token."""
        if colour != self._colour:
            self._colour = colour
            self.update()

    def set_shares(self, used: float, kept_free: float = 0.0) -> None:
        """Show the shares; values outside 0 to 1 are cut."""
        used = max(0.0, min(1.0, used))
        kept_free = max(0.0, min(1.0 - used, kept_free))
        if (used, kept_free) != (self._used, self._kept):
            self._used, self._kept = used, kept_free
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the three shares inside one rounded bar."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(area, area.height() / 2, area.height() / 2)
        painter.setClipPath(shape)
        painter.fillRect(area, theme.track)
        used = area.width() * self._used
        if self._kept:
            kept = QRectF(used, 0, area.width() * self._kept, area.height())
            painter.fillRect(kept, theme.accent_soft)
            painter.fillRect(kept, theme.hatch)
        if self._used:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.fillRect(QRectF(0, 0, max(2.0, used), area.height()), theme.colour(self._colour))
        painter.end()
