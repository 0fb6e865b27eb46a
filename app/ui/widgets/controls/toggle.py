"""A switch that is on or off.

Job: the toggle of the settings, drawn from tokens. Rule: it stays a check box for keys and assistive
technology; position and fill both tell whether it is on.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from app.ui.theme import Theme
from app.ui.widgets.access.focus_ring import RADIUS_PROPERTY

WIDE, HIGH, KNOB = 36, 20, 14


class Toggle(QCheckBox):
    """36 by 20 pixels; the whole of it is the target."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setProperty(RADIUS_PROPERTY, HIGH // 2)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        self.setFixedSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        """Return a size that is easy to hit: the track, and 28 pixels of height."""
        return QSize(self._theme.px(WIDE), self._theme.px(HIGH + 8))

    def minimumSizeHint(self) -> QSize:
        """Return the same as the size hint."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """Take a click anywhere on it."""
        return self.rect().contains(pos)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw track and knob."""
        theme = self._theme
        high, knob = theme.px(HIGH), float(theme.px(KNOB))
        top = (self.height() - high) / 2
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isChecked()
        painter.setPen(QPen(theme.accent if on else theme.edge, 1))
        painter.setBrush(theme.accent if on else theme.raised)
        track = QRectF(0.5, top + 0.5, self.width() - 1, high - 1)
        painter.drawRoundedRect(track, high / 2, high / 2)
        inset = (high - knob) / 2
        at_end = on is (self.layoutDirection() is Qt.LayoutDirection.LeftToRight)
        x = self.width() - knob - inset if at_end else inset
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.on_accent if on else theme.edge)
        painter.drawEllipse(QRectF(x, top + inset, knob, knob))
        painter.end()
