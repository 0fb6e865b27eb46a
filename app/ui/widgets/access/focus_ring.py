"""The focus ring.

Job: show where the keyboard is, as one overlay per window that is painted outside the control. Rule:
shown only when focus came by Tab, arrow or shortcut (the window says so before it moves focus);
focus by pointer hides it. A window that comes forward again shows it as it did before.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QScrollArea, QWidget
from shiboken6 import isValid

from app.ui.theme import Theme
from app.ui.widgets.access.focus_watch import follow_focus

GAP, WIDTH, EXTRA_RADIUS = 2, 2, 4
RADIUS_PROPERTY = "ring_radius"
OWN_PROPERTY = "ring_of_its_own"
"""Set to True on a control that draws the ring itself, as a row that can be scrolled out of sight."""
DEFAULT_RADIUS = 8
REACH = 24
"""Pixels above and below a control that are seen with it."""


def bring_in_sight(control: QWidget) -> None:
    """Scroll what stands around ``control`` until all of it is seen, where it is not longer than that.

    Qt does so after Tab alone.
    """
    around = control.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea) and control.height() <= around.viewport().height():
            around.ensureWidgetVisible(control, 0, REACH)
        around = around.parentWidget()


class FocusRing(QWidget):
    """The ring of one window; ``move_focus`` is how keyboard code moves focus."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._window = window
        self._keyboard = False
        self._in_use = False
        self._away = False
        self._instead: dict[QWidget, QWidget | None] = {}
        self._target: QWidget | None = None
        self._watched: list[QWidget] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.hide()
        follow_focus(self._focus_changed)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``."""
        self._theme = theme
        self.update()

    def redirect(self, control: QWidget, shown_around: QWidget | None) -> None:
        """Draw the ring of ``control`` around another widget, or (None) nowhere: it draws its own."""
        self._instead[control] = shown_around

    def by_keyboard(self) -> None:
        """Say that the next focus change is the keyboard's doing."""
        self._keyboard = True

    def move_focus(
        self, control: QWidget, reason: Qt.FocusReason = Qt.FocusReason.ShortcutFocusReason
    ) -> None:
        """Give ``control`` the focus and show the ring there."""
        self._keyboard = True
        if control.hasFocus():
            self._focus_changed(None, control)
        else:
            control.setFocus(reason)
        self._keyboard = False
        bring_in_sight(control)

    @property
    def in_use(self) -> bool:
        """Whether the focus of the window came to where it is by keyboard, so that it is to be seen."""
        return self._in_use

    def hand_over(self, control: QWidget, *, by_keyboard: bool = False) -> None:
        """Give ``control`` the focus of what is about to go.

        The ring goes with it if it was shown, or where it is known that the keyboard led there.
        """
        if self._in_use or by_keyboard:
            self.move_focus(control)
        else:
            control.setFocus(Qt.FocusReason.MouseFocusReason)

    def _focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        by_keyboard, self._keyboard = self._keyboard, False
        if now is None or now.window() is not self._window:
            self._away = True
            self._follow(None)
            return
        came_back, self._away = self._away, False
        self._in_use = by_keyboard or (came_back and self._in_use)
        target = None if now.property(OWN_PROPERTY) else self._instead.get(now, now)
        self._follow(target if self._in_use else None)

    def _follow(self, target: QWidget | None) -> None:
        for widget in self._watched:
            if isValid(widget):  # a notice's button is deleted with its notice
                widget.removeEventFilter(self)
        self._watched = []
        self._target = target
        if target is None:
            self.hide()
            return
        step: QWidget | None = target
        while step is not None and step is not self._window:
            step.installEventFilter(self)
            self._watched.append(step)
            step = step.parentWidget()
        self._place()

    def _place(self) -> None:
        target = self._target
        if target is None or not isValid(target) or not target.isVisible():
            self.hide()
            return
        corner = target.mapTo(self._window, QPoint(0, 0))
        grow = GAP + self._line_width()
        self.setGeometry(
            corner.x() - grow, corner.y() - grow, target.width() + 2 * grow, target.height() + 2 * grow
        )
        self.raise_()
        self.show()

    def _line_width(self) -> int:
        return WIDTH + (1 if self._theme.high_contrast else 0)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Follow the control when it moves, grows or goes."""
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Hide, QEvent.Type.Show):
            self._place()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ring."""
        radius = DEFAULT_RADIUS
        if self._target is not None and isValid(self._target):
            radius = self._target.property(RADIUS_PROPERTY) or DEFAULT_RADIUS
        line = self._line_width()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.accent, line))
        half = line / 2
        rect = QRectF(self.rect()).adjusted(half, half, -half, -half)
        painter.drawRoundedRect(rect, radius + EXTRA_RADIUS, radius + EXTRA_RADIUS)
        painter.end()
