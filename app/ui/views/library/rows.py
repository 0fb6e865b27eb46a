"""The list of models: sections of rows with name, size, bar, state and one action.

Job: show the rows, choose one, do the one thing it offers. Rule: the list is one Tab stop with arrow
keys inside; Space does what the button of the row does; rows that stay are changed in place, because
figures run while somebody reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.ui.theme import TextRole, Theme
from app.ui.theme.type import STRONG
from app.ui.views.library.row import ModelRow
from app.ui.views.library.values import RowShown
from app.ui.widgets.arranging import take_out
from app.ui.widgets.borrowed import keyboard_of
from app.ui.widgets.surfaces.steady_scroll import BAR, SteadyScroll
from app.ui.widgets.words.label import Label


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
        self._follows = True
        self.verticalScrollBar().actionTriggered.connect(self._scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._reveal)
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
        chosen = self._rows.get(self._current)
        followed = chosen is not None and not chosen.visibleRegion().isEmpty()
        if order != self._order:
            self._arrange(order)
            self._follows = self._follows or followed
        if current is not None and current != self._current:
            self.choose(current)
        else:
            self._mark()

    def choose(self, key: str) -> None:
        """Mark a row as the chosen one."""
        self._current = key
        self._mark()
        self._follows = True
        self._reveal()

    def _reveal(self) -> None:
        row = self._rows.get(self._current)
        if row is not None and self._follows:
            self.ensureWidgetVisible(row, 0, 16)

    def _scrolled(self) -> None:
        """Leave the chosen row where it is once the person looks at others."""
        self._follows = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go with the chosen row where Qt puts it, into another section for example."""
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize) and isinstance(watched, ModelRow):
            self._reveal()
        return super().eventFilter(watched, event)

    def _new_row(self, shown: RowShown) -> ModelRow:
        row = ModelRow(self._theme, shown)
        row.installEventFilter(self)
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
        for row in self._rows.values():
            self._column.removeWidget(row)  # a taken item would live on, and keep the row's old height
        take_out(self._column, self._titles)
        self._titles = []
        take_out(self._column, [self._rows.pop(key) for key in [*self._rows] if key not in keys])
        before = ""
        for section, key in order:
            if section != before:
                words = texts.text(f"models.section.{section}")
                title = SectionTitle(self._theme, words)
                self._add(title)
                self._titles.append(title)
                before = section
                title.raise_()
            self._add(self._rows[key])
            self._rows[key].show()
            self._rows[key].raise_()  # a screen reader reads children in their order, not by place
        self._order = order
        for first, second in pairwise(keys):
            QWidget.setTabOrder(self._rows[first], self._rows[second])

    def _add(self, part: QWidget) -> None:
        """Put a part below the others, above the room that is left."""
        self._column.insertWidget(self._column.count() - 1, part)

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
