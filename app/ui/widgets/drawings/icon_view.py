"""An icon that is not a button; the words beside it carry its meaning."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.theme import IconName, Theme


class IconView(QWidget):
    """One icon at a fixed size in a colour token."""

    def __init__(
        self,
        theme: Theme,
        icon: IconName,
        size: int = 16,
        colour: str = "text2",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon = icon
        self._size = size
        self._colour = colour
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colour and text size of ``theme``."""
        self._theme = theme
        side = theme.icon_size(self._size)
        self.setFixedSize(side, side)
        self.update()

    def set_icon(self, icon: IconName, colour: str) -> None:
        """Show another icon."""
        self._icon, self._colour = icon, colour
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the icon."""
        painter = QPainter(self)
        self._theme.draw_icon(painter, QRectF(self.rect()), self._icon, self._theme.colour(self._colour))
        painter.end()
