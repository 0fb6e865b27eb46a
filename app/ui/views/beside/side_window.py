"""A window beside the main one.

Job: what settings, keyboard sheet and pages of help share: a title without content, a ring where Tab
goes, Esc that closes, keys that scroll. Rule: it knows nothing of what it shows.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from app.ui.theme import Theme
from app.ui.widgets.focus_ring import FocusRing
from app.ui.widgets.panel import Panel

_SCROLL = {
    Qt.Key.Key_Up: -40,
    Qt.Key.Key_Down: 40,
    Qt.Key.Key_PageUp: -400,
    Qt.Key.Key_PageDown: 400,
}
_WIDEST_SCALE = 1.4
"""Larger text makes the window larger, but not beyond what a small screen has."""


class SideWindow(Panel):
    """``scrolled`` is what arrow and page keys move, once a subclass has one."""

    closed = Signal()

    def __init__(self, theme: Theme, title: str, size: QSize, parent: QWidget | None = None) -> None:
        super().__init__(theme, "canvas", None, parent)
        self.setWindowFlag(Qt.WindowType.Window)
        self.setWindowTitle(title)
        self.setMinimumSize(400, 320)
        grown = size * min(theme.scale, _WIDEST_SCALE)
        self.resize(grown.boundedTo(self.screen().availableSize()))
        self.ring = FocusRing(theme, self)
        self.theme = theme
        self.scrolled: QScrollArea | None = None

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``; a subclass hands it on to what it shows."""
        super().set_theme(theme)
        self.theme = theme
        self.ring.set_theme(theme)

    def bring(self) -> None:
        """Show the window in front of the others."""
        self.show()
        self.raise_()
        self.activateWindow()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say that the window goes."""
        super().closeEvent(event)
        self.closed.emit()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Show the ring where Tab goes."""
        self.ring.by_keyboard()
        return super().focusNextPrevChild(forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes; arrow and page keys scroll."""
        step = _SCROLL.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif step is not None and self.scrolled is not None:
            bar = self.scrolled.verticalScrollBar()
            bar.setValue(bar.value() + self.theme.px(step))
        else:
            super().keyPressEvent(event)
