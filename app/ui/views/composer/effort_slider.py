"""The reasoning effort: three stops on a track.

Job: a slider that snaps, drawn from tokens, spoken as "Reasoning effort, Medium, 2 of 3". Rule: it
stays a QSlider, so that keys, wheel, value and accessibility are the system's own.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from app.core import texts
from app.core.conversation.message import Effort
from app.ui.theme import Theme
from app.ui.widgets.words.label import plain_tip

STOPS = (Effort.LOW, Effort.MEDIUM, Effort.HIGH)
STEP, THUMB, TRACK, DOT = 36, 16, 4, 6


class EffortSlider(QSlider):
    """Chooses an :class:`Effort`; ``effort_changed`` only for changes by the person."""

    effort_changed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self._quiet = False
        self.setRange(0, len(STOPS) - 1)
        self.setPageStep(1)
        self.setSingleStep(1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip(plain_tip(texts.text("ui.effort.hint")))
        self.valueChanged.connect(self._changed)
        self.set_theme(theme)
        self.set_effort(Effort.MEDIUM)
        self._name()

    @property
    def effort(self) -> Effort:
        """The effort chosen."""
        return STOPS[self.value()]

    def set_effort(self, effort: Effort) -> None:
        """Show ``effort`` without a signal."""
        self._quiet = True
        self.setValue(STOPS.index(effort))
        self._quiet = False

    def word(self) -> str:
        """Return the effort as a word."""
        return texts.text(f"ui.effort.{self.effort.value}")

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        self.setFixedSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        """Return the track with room for the thumb at both ends."""
        scale = self._scale()
        width = round((STEP * (len(STOPS) - 1) + THUMB) * scale)
        return QSize(width, max(28, round((THUMB + 4) * scale)))

    def minimumSizeHint(self) -> QSize:
        """Return the same as the size hint."""
        return self.sizeHint()

    def _scale(self) -> float:
        return max(1.0, min(1.5, self._theme.scale))

    def _stop_x(self, stop: int) -> float:
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            stop = self.maximum() - stop
        return (THUMB / 2 + stop * STEP) * self._scale()

    def _changed(self, _value: int) -> None:
        self._name()
        self.update()
        if not self._quiet:
            self.effort_changed.emit(self.effort)

    def _name(self) -> None:
        self.setAccessibleName(texts.text("ui.effort.name", value=self.word(), place=self.value() + 1))

    def _choose(self, x: float) -> None:
        nearest = min(range(len(STOPS)), key=lambda stop: abs(self._stop_x(stop) - x))
        self.setValue(nearest)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the stop nearest to the pointer."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._choose(event.position().x())
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer from stop to stop."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose(event.position().x())
            event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Nothing more to do: every move has been taken already."""
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to what scrolls: a value must not change under a passing wheel."""
        event.ignore()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw track, stops and thumb."""
        theme, scale = self._theme, self._scale()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        first, last, here = self._stop_x(0), self._stop_x(2), self._stop_x(self.value())
        track = TRACK * scale
        active = theme.accent if self.isEnabled() else theme.edge
        for start, end, colour in ((first, last, theme.track), (first, here, active)):
            low, high = min(start, end), max(start, end)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRoundedRect(
                QRectF(low, middle - track / 2, high - low, track), track / 2, track / 2
            )
        for stop in range(len(STOPS)):
            painter.setBrush(active if stop <= self.value() else theme.edge)
            painter.drawEllipse(QPointF(self._stop_x(stop), middle), DOT / 2 * scale, DOT / 2 * scale)
        painter.setPen(QPen(active, 2 * scale))
        painter.setBrush(theme.raised)
        radius = (THUMB / 2 - 1) * scale
        painter.drawEllipse(QPointF(here, middle), radius, radius)
        painter.end()
