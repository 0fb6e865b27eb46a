"""Ctrl and the wheel change the text size.

Job: turn the wheel's way into steps. Rule: it listens at the window's surface, before any list or text
field takes the wheel for scrolling.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QWidget

NOTCH = 120
"""What one notch of a wheel turns, in Qt's units; a touchpad sends it in pieces."""


class WheelZoom(QObject):
    """``stepped`` carries 1 for larger and -1 for smaller."""

    stepped = Signal(int)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._turned = 0
        window.winId()  # makes the surface
        surface = window.windowHandle()
        assert surface is not None
        surface.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Take the wheel while Ctrl is held."""
        if event.type() is not QEvent.Type.Wheel or not isinstance(event, QWheelEvent):
            return False
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._turned = 0
            return False
        self._turned += event.angleDelta().y()
        while abs(self._turned) >= NOTCH:
            direction = 1 if self._turned > 0 else -1
            self._turned -= direction * NOTCH
            self.stepped.emit(direction)
        return True
