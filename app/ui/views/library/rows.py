"""The list of models: sections of rows with name, size, bar, state and one action.

Job: show the rows, choose one, do the one thing it offers. Rule: the list is one Tab stop with arrow
keys inside; Space does what the button of the row does; rows that stay are changed in place, because
figures run while somebody reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.ui.theme import TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.theme.theme import Themed
from app.ui.theme.type import STRONG
from app.ui.views.library.values import Action, RowShown
from app.ui.widgets.access.focus_ring import OWN_PROPERTY, WIDTH
from app.ui.widgets.arranging import stack, take_out
from app.ui.widgets.borrowed import keyboard_of
from app.ui.widgets.controls.buttons import IconButton, TextButton
from app.ui.widgets.drawings.bar import Bar
from app.ui.widgets.surfaces.steady_scroll import BAR, SteadyScroll
from app.ui.widgets.words.label import Label

RADIUS, BAR_WIDE, STACKS_BELOW = 10, 3, 220
_KEYS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class ModelRow(QWidget):
    """One model. ``chosen`` when it is clicked, ``acted`` when its action is wanted."""

    chosen = Signal()
    acted = Signal(str)
    moved = Signal(int)
    """An arrow key leads up (-1) or down (1), Home and End to the ends (-1000, 1000)."""

    def __init__(self, theme: Theme, shown: RowShown, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.shown = shown
        self._selected = False
        self._by_keyboard = False
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setProperty(OWN_PROPERTY, True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._name = Label(theme, "", TextRole.NAME)
        self._name.set_may_shrink(True)
        self._note = Label(theme, "", TextRole.SMALL, "text2", tabular=True)
        self._note.set_may_shrink(True)
        self._bar = Bar(theme)
        self._words = Label(theme, "", TextRole.SMALL, "text2", wrap=True, tabular=True)
        self._action: TextButton | IconButton | None = None
        self._wished: Action | None = None
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._name)
        head.addWidget(self._note)
        head.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addLayout(head)
        words.addSpacing(8)
        words.addWidget(self._bar)
        words.addSpacing(6)
        words.addWidget(self._words)
        self._words_column = words
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(16, 11, 12, 11)
        self._row.setSpacing(12)
        self._row.addLayout(words, 1)
        self._row.addSpacing(0)
        self.show_row(shown)

    @property
    def by_keyboard(self) -> bool:
        """Whether the focus came by a key, or one was pressed since."""
        return self._by_keyboard

    @property
    def button(self) -> TextButton | IconButton | None:
        """The button of the action."""
        return self._action

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        parts: list[Themed] = [self._name, self._note, self._bar, self._words]
        if self._action is not None:
            parts.append(self._action)
        theme.dress(*parts)
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
            self._show_action(shown.action)
        end = self._row.itemAt(1)
        spare = end.spacerItem() if end is not None else None
        if spare is not None:  # bars end at one line, with a button beside them or without
            spare.changeSize(self._theme.px(28) if has_bar and shown.action is None else 0, 0)
            self._row.invalidate()
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
        self._action.clicked.connect(lambda: self.acted.emit(action.code))
        self._row.addWidget(self._action, 0, Qt.AlignmentFlag.AlignVCenter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the button under the words where there is no room beside them."""
        super().resizeEvent(event)
        stacked = self.width() < self._theme.px(STACKS_BELOW)
        if stack(self._row, stacked):
            self.updateGeometry()

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
            self.acted.emit(self._wished.code)
        else:
            super().keyPressEvent(event)
        self.update()

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


class SectionTitle(QWidget):
    """The title above the rows of a section.

    A widget and no layout inside the list's layout: what lies in a layout that is taken out and let go
    is freed by Python while Qt still has it.
    """

    def __init__(self, theme: Theme, words: str) -> None:
        super().__init__()
        self._label = Label(theme, words, TextRole.SMALL, "text3", weight=STRONG)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 20, 0, 4)
        row.addWidget(self._label)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._label.set_theme(theme)


class ModelList(SteadyScroll):
    """``row_chosen`` carries a key, ``row_acted`` a key and the code of its action.

    ``left``: the row that has the keyboard is about to go.
    """

    row_chosen = Signal(str)
    row_acted = Signal(str, str)
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        inside = QWidget()
        super().__init__(inside, parent)
        self._theme = theme
        self._rows: dict[str, ModelRow] = {}
        self._titles: list[SectionTitle] = []
        self._order: list[tuple[str, str]] = []
        self._current = ""
        inside.setAccessibleName(texts.text("models.list"))  # a scroll area is only a frame
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(BAR, 0, BAR, 16)
        self._column.setSpacing(0)
        self._column.addStretch(1)

    @property
    def rows(self) -> tuple[ModelRow, ...]:
        """The rows from top to bottom."""
        return tuple(self._rows[key] for _, key in self._order)

    def row(self, key: str) -> ModelRow | None:
        """Return the row of a key."""
        return self._rows.get(key)

    @property
    def current(self) -> str:
        """The key of the chosen row; "" for none."""
        return self._current

    def entry(self) -> QWidget | None:
        """Return the row that Tab and F6 lead to."""
        return self._rows.get(self._current) or next(iter(self.rows), None)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        theme.dress(*self._titles, *self._rows.values())

    def sizeHint(self) -> QSize:
        """Return a width to begin with."""
        return QSize(self._theme.px(480), 400)

    @property
    def by_keyboard(self) -> bool:
        """Whether the keyboard is on a row, and came there by a key."""
        return any(row.hasFocus() and row.by_keyboard for row in self._rows.values())

    def show_rows(self, shown: Sequence[RowShown], current: str | None = None) -> None:
        """Show these rows, which come in the order of their sections, and mark ``current``."""
        order = [(row.section.value, row.key) for row in shown]
        for row in shown:
            known = self._rows.get(row.key)
            if known is None:
                self._rows[row.key] = self._new_row(row)
            elif known.shown != row:
                known.show_row(row)
        if order != self._order:
            self._arrange(order)
        if current is not None and current != self._current:
            self.choose(current)
        else:
            self._mark()

    def choose(self, key: str) -> None:
        """Mark a row as the chosen one."""
        self._current = key
        self._mark()
        row = self._rows.get(key)
        if row is not None:
            self.ensureWidgetVisible(row, 0, 16)

    def _new_row(self, shown: RowShown) -> ModelRow:
        row = ModelRow(self._theme, shown)
        key = shown.key
        row.chosen.connect(lambda: self.row_chosen.emit(key))
        row.acted.connect(lambda code: self.row_acted.emit(key, code))
        row.moved.connect(lambda step: self._move(key, step))
        return row

    def _arrange(self, order: list[tuple[str, str]]) -> None:
        """Put titles and rows in order; what is gone goes."""
        keys = [key for _, key in order]
        held = keyboard_of(self)
        if any(row is held for key, row in self._rows.items() if key not in keys):
            self.left.emit()
        while (item := self._column.takeAt(0)) is not None:
            del item
        take_out(self._column, self._titles)
        self._titles = []
        take_out(self._column, [self._rows.pop(key) for key in [*self._rows] if key not in keys])
        before = ""
        for section, key in order:
            if section != before:
                words = texts.text(f"models.section.{section}")
                title = SectionTitle(self._theme, words)
                self._column.addWidget(title)
                self._titles.append(title)
                before = section
                title.raise_()
            self._column.addWidget(self._rows[key])
            self._rows[key].show()
            self._rows[key].raise_()  # a screen reader reads children in their order, not by place
        self._column.addStretch(1)
        self._order = order
        for first, second in pairwise(keys):
            QWidget.setTabOrder(self._rows[first], self._rows[second])

    def _mark(self) -> None:
        stop = self._current if self._current in self._rows else next(iter(self._rows), "")
        for key, row in self._rows.items():
            row.set_selected(key == self._current)
            row.setFocusPolicy(Qt.FocusPolicy.StrongFocus if key == stop else Qt.FocusPolicy.ClickFocus)

    def _move(self, key: str, step: int) -> None:
        keys = [each for _, each in self._order]
        target = keys[max(0, min(len(keys) - 1, keys.index(key) + step))]
        self._rows[target].setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.ensureWidgetVisible(self._rows[target], 0, 16)
        self.row_chosen.emit(target)
