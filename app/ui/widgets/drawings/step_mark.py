"""The mark of a step: a number, a ring that closes, a tick, or a cross.

Job: 20 pixels that say how far one step is, and the line that joins it to the next. Rule: the number,
the tick and the cross tell the state without colour; the words beside it carry it for speech.
"""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.type import MEDIUM

SIDE, TOP, LINE = 20, 2, 2
FULL_TURN = 360 * 16


class Look(StrEnum):
    """What is drawn."""

    NUMBER = "number"
    RING = "ring"
    STILL = "still"
    """A ring that has stopped growing."""
    TICK = "tick"
    CROSS = "cross"


class StepMark(QWidget):
    """Stands at the start of a step and is as high as it; ``last`` has no line below."""

    def __init__(self, theme: Theme, number: int, *, last: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._number = number
        self._last = last
        self._look = Look.NUMBER
        self._share = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        self.setFixedWidth(theme.px(SIDE))
        self.setMinimumHeight(theme.px(SIDE) + TOP)
        self.update()

    def show_state(self, look: Look, share: float = 0.0) -> None:
        """Draw ``look``; a ring is closed by ``share`` of its way."""
        share = max(0.0, min(1.0, share))
        if (look, share) != (self._look, self._share):
            self._look, self._share = look, share
            self.update()

    def sizeHint(self) -> QSize:
        """Return the mark's own size; the layout stretches it for the line."""
        return QSize(self._theme.px(SIDE), self._theme.px(SIDE) + TOP)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw mark and line."""
        theme, side = self._theme, self._theme.px(SIDE)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        circle = QRectF(0, TOP, side, side)
        if not self._last:
            below = circle.bottom() + 4
            painter.fillRect(
                QRectF((self.width() - LINE) / 2, below, LINE, max(0.0, self.height() - below - 2)),
                theme.line,
            )
        if self._look in (Look.RING, Look.STILL):
            self._draw_ring(painter, circle)
        elif self._look is Look.NUMBER:
            self._draw_circle(painter, circle, None, theme.edge)
            painter.setFont(theme.font(TextRole.MICRO, MEDIUM))
            painter.setPen(theme.text2)
            painter.drawText(circle, int(Qt.AlignmentFlag.AlignCenter), str(self._number))
        else:
            done = self._look is Look.TICK
            self._draw_circle(painter, circle, theme.accent if done else theme.danger, None)
            icon = theme.px(12)
            place = QRectF(0, 0, icon, icon)
            place.moveCenter(circle.center())
            theme.draw_icon(painter, place, IconName.CHECK if done else IconName.X, theme.on_accent)
        painter.end()

    def _draw_circle(
        self, painter: QPainter, circle: QRectF, fill: QColor | None, line: QColor | None
    ) -> None:
        painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(line, 1) if line is not None else QPen(Qt.PenStyle.NoPen))
        inset = 0.5 if line is not None else 0.0
        painter.drawEllipse(circle.adjusted(inset, inset, -inset, -inset))

    def _draw_ring(self, painter: QPainter, circle: QRectF) -> None:
        theme = self._theme
        thick = theme.px(3)
        inside = circle.adjusted(thick / 2, thick / 2, -thick / 2, -thick / 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.track, thick))
        painter.drawEllipse(inside)
        colour = theme.text2 if self._look is Look.STILL else theme.accent
        painter.setPen(QPen(colour, thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawArc(inside, 90 * 16, -round(FULL_TURN * self._share))
