"""What opens above a group of the status strip.

Job: a card with a heading, a figure and a column of rows that scrolls below them where there is no
room, or the same as a panel at the side when the text is large. Rule: it is part of the window, not a
window: the person can go on typing while it is open, and Esc leads back to where it was opened.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.ui.theme import IconName, TextRole, Theme
from app.ui.views.window.regions import controls_of
from app.ui.widgets.arranging import stack
from app.ui.widgets.controls.buttons import IconButton
from app.ui.widgets.surfaces.steady_scroll import SteadyScroll
from app.ui.widgets.words.label import Label

WIDE, PANEL = 444, 440
RADIUS, PAD, TOP, BOTTOM = 12, 20, 16, 16
STEP = 40
BETWEEN = 12
EDGE = 1
"""The line around the card, which the scrolling rows must not paint over."""


class Popover(QWidget):
    """``column`` takes the rows. ``opened`` and ``closed`` tell when it comes and goes."""

    opened = Signal()
    closed = Signal(bool)
    """It is about to go; True if the keyboard is inside."""
    settled = Signal()
    """What it shows changed, and with it perhaps its height."""
    focus_wanted = Signal(QWidget)
    """The control that had the focus is gone; this one shall have it."""

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.docked = False
        self.changing = False
        """Whether its rows change just now: Qt moves the focus off a row that goes."""
        self._title = Label(theme, title, TextRole.HEADING, "text", wrap=True)
        self._figure = Label(theme, "", TextRole.UI, "text2", tabular=True)
        self._close = IconButton(theme, IconName.X, texts.text("panels.popover.close"))
        self._close.clicked.connect(self.leave)
        self._close.hide()
        self._top = QWidget(self)
        self._words = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._words.addWidget(self._title, 1)
        self._words.addWidget(self._figure)
        self._head = QHBoxLayout(self._top)
        self._head.setSpacing(12)
        self._head.addLayout(self._words, 1)
        self._head.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self._content = QWidget()
        self.column = QVBoxLayout(self._content)
        self.column.setSpacing(0)
        self._scroll = SteadyScroll(self._content, self)
        self._scroll.verticalScrollBar().setSingleStep(STEP)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(title)
        self._pad()
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self.theme = theme
        theme.dress(self._title, self._figure, self._close)
        self._pad()
        self.update()

    def set_docked(self, docked: bool) -> None:
        """Look like a panel at the side of the window (True) or like a card above the strip."""
        if docked != self.docked:
            self.docked = docked
            self._close.setVisible(docked)
            self._place()
            self.update()

    def height_for(self, width: int) -> int:
        """Return how high it would like to be when it is ``width`` wide."""
        wide = width - 2 * EDGE
        self._turn_head(wide)
        return _height(self._head, wide) + _height(self.column, wide) + 2 * EDGE

    def show_figure(self, words: str) -> None:
        """Show ``words`` at the end of the heading."""
        self._figure.set_text(words)
        self._place()

    def begin_change(self) -> QWidget | None:
        """Begin to change the rows; returns what has the focus, for :meth:`settle`."""
        self.changing = True
        return QApplication.focusWidget()

    def settle(self, focus: QWidget | None) -> None:
        """End a change of the rows; if ``focus`` was inside and is gone, the focus stays inside."""
        self.changing = False
        self.settled.emit()
        inside = focus is not None and self.isVisible() and self.isAncestorOf(focus)
        if focus is not None and inside and not (focus.isVisible() and focus.isEnabled()):
            self.focus_wanted.emit(self.first_action())

    def first_action(self) -> QWidget:
        """Return the control that takes the focus first; the popover itself if there is none."""
        controls = [each for each in controls_of(self._content) if each is not self._close]
        return controls[0] if controls else self

    def appear(self) -> None:
        """Come into sight, in front of what it covers."""
        if self.isHidden():
            self.show()
            self.raise_()
            self.opened.emit()

    def leave(self) -> None:
        """Go, and say so."""
        if not self.isHidden():
            focus = QApplication.focusWidget()
            inside = focus is self or (focus is not None and self.isAncestorOf(focus))
            self.closed.emit(inside)
            self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes it; keys that scroll a page scroll its rows."""
        bar = self._scroll.verticalScrollBar()
        goal = {
            Qt.Key.Key_Down: bar.value() + bar.singleStep(),
            Qt.Key.Key_Up: bar.value() - bar.singleStep(),
            Qt.Key.Key_PageDown: bar.value() + bar.pageStep(),
            Qt.Key.Key_PageUp: bar.value() - bar.pageStep(),
            Qt.Key.Key_Home: bar.minimum(),
            Qt.Key.Key_End: bar.maximum(),
        }.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif goal is not None:
            bar.setValue(goal)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the press: it is not meant for what lies behind."""
        event.accept()

    def reveal(self, control: QWidget) -> None:
        """Scroll until ``control`` can be seen."""
        if self._content.isAncestorOf(control):
            self._scroll.ensureWidgetVisible(control, 0, PAD)

    def changeEvent(self, event: QEvent) -> None:
        """Turn round with the direction of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self.update()

    def resizeEvent(self, _event: QEvent) -> None:
        """Keep heading and rows inside the line around them."""
        self._place()

    def _place(self) -> None:
        wide = self.width() - 2 * EDGE
        self._turn_head(wide)
        high = _height(self._head, wide)
        self._top.setGeometry(QRect(EDGE, EDGE, wide, high))
        self._scroll.setGeometry(QRect(EDGE, EDGE + high, wide, max(1, self.height() - high - 2 * EDGE)))

    def _turn_head(self, wide: int) -> None:
        """Put the figure below the heading where both do not fit on a line."""
        taken = self._title.sizeHint().width() + self._figure.sizeHint().width() + BETWEEN
        around = 2 * self.theme.gap(PAD)
        if not self._close.isHidden():
            around += self._close.sizeHint().width() + self._head.spacing()
        below = bool(self._figure.text()) and taken > wide - around
        self._words.setSpacing(2 if below else BETWEEN)
        stack(self._words, below)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the card, or the panel with its line towards the conversation."""
        theme = self.theme
        painter = QPainter(self)
        if self.docked:
            painter.fillRect(self.rect(), theme.raised)
            mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
            painter.fillRect(self.width() - 1 if mirrored else 0, 0, 1, self.height(), theme.edge)
        else:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.edge, EDGE))
            painter.setBrush(theme.raised)
            area = self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(area, RADIUS, RADIUS)
        painter.end()

    def _pad(self) -> None:
        pad = self.theme.gap(PAD) - EDGE
        self._head.setContentsMargins(pad, self.theme.gap(TOP), pad, 12)
        self.column.setContentsMargins(pad, 0, pad, self.theme.gap(BOTTOM))
        self._place()


def _height(layout: QBoxLayout, wide: int) -> int:
    """Return how high a layout would like to be when it is ``wide`` pixels wide."""
    layout.activate()
    return layout.heightForWidth(wide) if layout.hasHeightForWidth() else layout.sizeHint().height()
