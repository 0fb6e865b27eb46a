"""A window beside the main one.

Job: what settings, keyboard sheet and pages of help share: a title without content, a place over the
main window, a ring where Tab goes, Esc that closes, keys that scroll. Rule: it knows nothing of what it
shows.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from app.ui.theme import Theme
from app.ui.widgets.access.focus_ring import FocusRing
from app.ui.widgets.borrowed import room_on_screen
from app.ui.widgets.surfaces.panel import Panel

_SCROLL = {
    Qt.Key.Key_Up: -40,
    Qt.Key.Key_Down: 40,
    Qt.Key.Key_PageUp: -400,
    Qt.Key.Key_PageDown: 400,
}
SMALLEST = QSize(400, 320)
"""At 100 % text."""
_WIDEST_SCALE = 1.4
"""Larger text makes the window larger, but not beyond what a small screen has."""


class SideWindow(Panel):
    """``scrolled`` is what arrow and page keys move, once a subclass has one.

    ``grows`` where all of a window has to be in sight at once: it cannot be made too small for its text.
    """

    closed = Signal()
    grows = False

    def __init__(self, theme: Theme, title: str, size: QSize, parent: QWidget | None = None) -> None:
        super().__init__(theme, "canvas", None, parent)
        self.setWindowFlag(Qt.WindowType.Window)
        self.setWindowTitle(title)
        self._keep_readable(theme)
        grown = size * min(theme.scale, _WIDEST_SCALE)
        self.resize(grown.boundedTo(room_on_screen(self).size()))
        self.ring = FocusRing(theme, self)
        self.theme = theme
        self.scrolled: QScrollArea | None = None
        self._placed = False

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``; a subclass hands it on to what it shows."""
        super().set_theme(theme)
        self.theme = theme
        self.ring.set_theme(theme)
        self._keep_readable(theme)

    def _keep_readable(self, theme: Theme) -> None:
        """Be as large as what cannot scroll needs, where the screen has the room."""
        smallest = SMALLEST * theme.scale if self.grows else SMALLEST
        self.setMinimumSize(smallest.boundedTo(room_on_screen(self).size()))

    def bring(self) -> None:
        """Show the window in front of the others, at first in the middle of the main one."""
        owner = self.parentWidget()
        if owner is not None and not self.isVisible() and not self._placed:
            # Some desktops put what is placed nowhere into a corner of the screen.
            self._placed = True
            shown = owner.window().frameGeometry()
            self.move(in_the_middle(self.size(), shown, room_on_screen(self)).topLeft())
        if self.isVisible():
            self.raise_()
        self.show()
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
        """Esc closes; arrow and page keys, Home and End scroll."""
        key = Qt.Key(event.key())
        bar = self.scrolled.verticalScrollBar() if self.scrolled is not None else None
        if key == Qt.Key.Key_Escape:
            self.close()
        elif bar is not None and key in _SCROLL:
            bar.setValue(bar.value() + self.theme.px(_SCROLL[key]))
        elif bar is not None and key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            bar.setValue(bar.minimum() if key == Qt.Key.Key_Home else bar.maximum())
        else:
            super().keyPressEvent(event)


def in_the_middle(size: QSize, over: QRect, screen: QRect) -> QRect:
    """Return where a window of ``size`` stands in the middle of ``over``, but not off ``screen``."""
    place = QRect(over.center().x() - size.width() // 2, 0, size.width(), size.height())
    place.moveTop(over.center().y() - size.height() // 2)
    place.moveRight(min(place.right(), screen.right()))
    place.moveBottom(min(place.bottom(), screen.bottom()))
    place.moveLeft(max(place.left(), screen.left()))
    place.moveTop(max(place.top(), screen.top()))
    return place
