"""One row of the list of models: name, size, bar, state in words, and one action.

Job: show a model, and take clicks and keys. Rule: it arranges itself by its width alone; nothing is cut
off; Space does what its button does. An action that has just taken another's place does nothing until
there was time to see it: it is not what a key or a click was meant for.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.ui.theme import TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.theme.theme import Themed
from app.ui.views.library.values import Action, RowShown
from app.ui.widgets.access.focus_ring import OWN_PROPERTY, WIDTH
from app.ui.widgets.arranging import stack, take_out
from app.ui.widgets.controls.buttons import IconButton, TextButton
from app.ui.widgets.drawings.bar import Bar
from app.ui.widgets.words.label import Label

RADIUS, BAR_WIDE = 10, 3
BEFORE, AFTER, ABOVE, APART, BESIDE_NAME = 16, 12, 11, 12, 8
LEAST_WORDS = 60
"""Pixels of a row's words, at 100 %, that any width leaves."""
SEEN_S = 0.7
"""Seconds after which who looks at a row has seen that it offers something else."""
_KEYS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class ModelRow(QWidget):
    """One model. ``chosen`` when it is clicked, ``acted`` when its action is wanted."""

    chosen = Signal()
    acted = Signal(str)
    moved = Signal(int)
    """An arrow key leads up (-1) or down (1), Home and End to the ends (-1000, 1000)."""

    def __init__(
        self,
        theme: Theme,
        shown: RowShown,
        parent: QWidget | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._clock = clock
        self.shown = shown
        self._selected = False
        self._by_keyboard = False
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setProperty(OWN_PROPERTY, True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._name = Label(theme, "", TextRole.NAME)
        self._note = Label(theme, "", TextRole.SMALL, "text2", tabular=True)
        self._note.set_may_shrink(True)
        self._bar = Bar(theme)
        self._words = Label(theme, "", TextRole.SMALL, "text2", wrap=True, tabular=True)
        for paragraph in (self._name, self._words):
            # In less than its least width Qt measures a paragraph at that one: too few lines.
            paragraph.setMinimumWidth(1)
        self._action: TextButton | IconButton | None = None
        self._wished: Action | None = None
        self._head = head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        head.setSpacing(BESIDE_NAME)
        head.addWidget(self._name)
        head.addWidget(self._note)
        head.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addLayout(head)
        words.addSpacing(8)
        words.addWidget(self._bar)
        words.addSpacing(6)
        words.addWidget(self._words, 1)
        self._words_column = words
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(BEFORE, ABOVE, AFTER, ABOVE)
        self._row.setSpacing(APART)
        self._row.addLayout(words, 1)
        self._row.addSpacing(0)
        self.show_row(shown)
        self._changed = clock() - SEEN_S  # what it offers from the first was never anything else

    @property
    def by_keyboard(self) -> bool:
        """Whether the focus came by a key, or one was pressed since."""
        return self._by_keyboard

    @property
    def button(self) -> TextButton | IconButton | None:
        """The button of the action."""
        return self._action

    @property
    def was_seen(self) -> bool:
        """Whether what the row offers stands there long enough to be what a key or a click means."""
        return self._clock() - self._changed >= SEEN_S

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        parts: list[Themed] = [self._name, self._note, self._bar, self._words]
        if self._action is not None:
            parts.append(self._action)
        theme.dress(*parts)
        self._turn()
        self.update()

    def set_selected(self, selected: bool) -> None:
        """Mark the row whose page is shown."""
        if selected != self._selected:
            self._selected = selected
            self.update()

    def show_row(self, shown: RowShown) -> None:
        """Show a row of the same key."""
        self.shown = shown
        self._name.set_text(shown.name)
        self._note.set_text(shown.note)
        self._words.set_text(shown.words)
        self._words.set_colour(shown.colour)
        has_bar = shown.share is not None
        self._bar.setVisible(has_bar)
        self._bar.set_share(shown.share or 0.0)
        self._bar.set_colour("text2" if shown.still else "accent")
        for place, gap in ((1, 8 if has_bar else 3), (3, 6 if has_bar else 0)):
            item = self._words_column.itemAt(place)
            spacer = item.spacerItem() if item is not None else None
            if spacer is not None:
                spacer.changeSize(0, gap)
        self._words_column.invalidate()
        if shown.action != self._wished:
            if shown.action is None or self._wished is None or shown.action.code != self._wished.code:
                self._changed = self._clock()
            self._show_action(shown.action)
        self._turn()
        said = (shown.name, shown.note, shown.words)
        self.setAccessibleName(", ".join(part for part in said if part))
        wished = shown.action.words if shown.action else ""
        by_space = texts.text("models.row.space", action=wished) if wished else ""
        self.setAccessibleDescription(by_space)

    def _show_action(self, action: Action | None) -> None:
        self._wished = action
        if self._action is not None:
            take_out(self._row, [self._action])
            self._action = None
        if action is None:
            return
        if action.icon is not None:
            self._action = IconButton(self._theme, action.icon, action.words)
        else:
            self._action = TextButton(self._theme, action.words, Kind.SMALL)
        self._action.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Space on the row presses it
        self._action.clicked.connect(self._act)
        self._row.addWidget(self._action, 0, Qt.AlignmentFlag.AlignVCenter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the width."""
        super().resizeEvent(event)
        self._turn()

    def minimumSizeHint(self) -> QSize:
        """Return the width of whatever is widest when all stands below each other."""
        button = self._action.sizeHint().width() if self._action is not None else 0
        least = max(self._theme.px(LEAST_WORDS), button)
        return QSize(least + BEFORE + AFTER, super().minimumSizeHint().height())

    def _turn(self) -> None:
        """Put below what finds no room beside: the button below the words, the note below the name.

        What is wider than the row all the same goes on below itself: names that begin alike stay two.
        """
        button, spare = self._action, self._spare()
        room = self.width() - BEFORE - AFTER
        widths = [label.sizeHint().width() for label in (self._name, self._note) if label.text()]
        head = sum(widths) + BESIDE_NAME * (len(widths) - 1)
        side = button.sizeHint().width() + APART if button is not None else spare
        below = isinstance(button, TextButton) and head + side > room
        if button is not None:
            along = Qt.AlignmentFlag.AlignLeading if below else Qt.AlignmentFlag.AlignVCenter
            self._row.setAlignment(button, along)
        left = room if below else room - side
        turned = stack(self._row, below)
        turned = stack(self._head, head > left) or turned
        self._head.setSpacing(0 if head > left else BESIDE_NAME)
        for label in (self._name, self._note):
            wraps = label.sizeHint().width() > left
            if label.wordWrap() is not wraps:
                label.set_wrap(wraps)
                turned = True
        if turned:
            self.updateGeometry()

    def _spare(self) -> int:
        """Leave room where other rows have a button: bars end at one line. Returns the pixels."""
        alone = self.shown.share is not None and self._action is None
        wide = self._theme.px(28) + APART if alone else 0  # nothing stands apart from an empty place
        end = self._row.itemAt(1)
        spare = end.spacerItem() if end is not None else None
        if spare is not None and spare.sizeHint().width() != wide:
            spare.changeSize(wide, 0)
            self._row.invalidate()
        return wide

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, Return chooses, Space does what the button does; a key held does so once."""
        key = Qt.Key(event.key())
        self._by_keyboard = True
        if key in _KEYS:
            self.moved.emit(_KEYS[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.moved.emit(-1000 if key == Qt.Key.Key_Home else 1000)
        elif event.isAutoRepeat():
            pass
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit()
        elif key == Qt.Key.Key_Space and self._wished is not None:
            self._act()
        else:
            super().keyPressEvent(event)
        self.update()

    def _act(self) -> None:
        """Do what is offered, unless it is too new to be what was meant."""
        if self._wished is not None and self.was_seen:
            self.acted.emit(self._wished.code)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the row."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.pos()):
            self._by_keyboard = False
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.chosen.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring when the keyboard arrives."""
        self._by_keyboard = event.reason() is not Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ground of a row that is chosen or under the pointer, its bar and its ring."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        rect = QRectF(self.rect())
        if self._selected or self.underMouse():
            painter.setBrush(theme.accent_soft if self._selected else theme.hover)
            if self._selected and theme.high_contrast:
                painter.setPen(QPen(theme.edge, 1))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
            painter.setPen(Qt.PenStyle.NoPen)
        if self._selected:
            bar = QRectF(0, 10, BAR_WIDE, rect.height() - 20)
            if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
                bar.moveRight(rect.right())
            painter.setBrush(theme.accent)
            painter.drawRoundedRect(bar, 1, 1)
        if self.hasFocus() and self._by_keyboard:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            line = WIDTH + (1 if theme.high_contrast else 0)
            painter.setPen(QPen(theme.accent, line))
            half = line / 2
            painter.drawRoundedRect(rect.adjusted(half, half, -half, -half), RADIUS, RADIUS)
        painter.end()
