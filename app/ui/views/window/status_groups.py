"""The groups of the status strip.

Job: icon, bar and words in a row, and the same as something that opens what lies behind it. Rule: a
group that opens something looks like text until the pointer or the keyboard is on it.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.ui.theme import Theme
from app.ui.theme.style_sheet import Kind, set_kind
from app.ui.widgets.access.focus_ring import RADIUS_PROPERTY
from app.ui.widgets.controls.buttons import Button
from app.ui.widgets.words.label import plain_tip

BETWEEN = 8
INSET, RADIUS = 5, 4
"""How far the ground of an item stands off the strip's edges: room for the ring inside the window."""
_PASSED_ON = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)


def _row(owner: QWidget, parts: Sequence[QWidget]) -> QHBoxLayout:
    row = QHBoxLayout(owner)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(BETWEEN)
    for part in parts:
        row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
    owner.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return row


class StatusGroup(QWidget):
    """One thing the strip tells."""

    reach = 0
    """By how many pixels it is wider than its words, on either side."""

    def __init__(self, parts: Sequence[QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = _row(self, parts)


class StatusItem(Button):
    """One thing the strip tells, and opens what is behind it when it is pressed."""

    reach = BETWEEN

    def __init__(self, theme: Theme, parts: Sequence[QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._open = False
        self._tip = ""
        self._cut = False
        set_kind(self, Kind.STRIP)
        self.row = _row(self, parts)
        self.row.setContentsMargins(self.reach, 0, self.reach, 0)
        for part in parts:
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        # The strip is one Tab stop: arrow keys lead to its items.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.ground = QWidget(self)
        """What the ring is drawn around."""
        self.ground.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.ground.setProperty(RADIUS_PROPERTY, RADIUS)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``."""
        self._theme = theme
        self.update()

    def set_open(self, is_open: bool) -> None:
        """Look pressed while what it opened is in sight."""
        if is_open != self._open:
            self._open = is_open
            self.update()

    def tell(self, name: str, tip: str) -> None:
        """Say what a screen reader says, and what the tooltip explains."""
        self.setAccessibleName(name)
        self.setAccessibleDescription(tip)
        self._tip = tip
        self._show_tip()

    def set_cut(self, cut: bool) -> None:
        """Say in the tooltip too what there is no room for in the strip."""
        if cut != self._cut:
            self._cut = cut
            self._show_tip()

    def _show_tip(self) -> None:
        self.setToolTip(plain_tip(f"{self.accessibleName()}\n{self._tip}" if self._cut else self._tip))

    def sizeHint(self) -> QSize:
        """Return the size of the words with the reach around them."""
        return self.row.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return the same as the size hint."""
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the ground inside."""
        super().resizeEvent(event)
        self.ground.setGeometry(self.rect().adjusted(0, INSET, 0, -INSET))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the arrow keys to the strip."""
        if event.key() in _PASSED_ON:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ground of an item that is open or under the pointer; else nothing."""
        if not (self._open or self.underMouse()):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.pressed if self.isDown() else self._theme.hover)
        painter.drawRoundedRect(QRectF(self.ground.geometry()), RADIUS, RADIUS)
        painter.end()
