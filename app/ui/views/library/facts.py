"""The facts of a model file: name, size, fingerprint, licence.

Job: two columns, names and values, below each other where there is no room. Rule: what a person compares
(a fingerprint) can be selected and copied, in a typeface in which no two letters look alike.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.theme import TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.views.library.values import Fact
from app.ui.widgets.arranging import stack, take_out
from app.ui.widgets.borrowed import keyboard_of
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.words.label import Label

NAMES, STACKS_BELOW, HIGH = 128, 380, 20
GROUP = 32
"""Figures of a fingerprint on one line."""


class FactRow(QWidget):
    """One fact; ``acted`` carries the code of its button."""

    acted = Signal(str)

    def __init__(self, theme: Theme, fact: Fact, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.fact = fact
        role = TextRole.CODE if fact.code else TextRole.UI
        self._name = Label(theme, fact.name, TextRole.UI, "text2")
        lines = _lines(fact)
        self._values = [Label(theme, line, role, "text", tabular=not fact.code) for line in lines]
        for value in self._values:
            value.set_may_shrink(True)
        self._note = Label(theme, fact.note, TextRole.SMALL, "text2")
        self._button: TextButton | None = None
        words = QVBoxLayout()
        words.setSpacing(0)
        for value in self._values[:-1]:
            words.addWidget(value)
        last = QHBoxLayout()
        last.setSpacing(10)
        last.addWidget(self._values[-1])
        last.addWidget(self._note)
        self._note.setVisible(bool(fact.note))
        if fact.action is not None:
            code = fact.action.code
            self._button = TextButton(theme, fact.action.words, Kind.QUIET)
            self._button.setAccessibleDescription(f"{fact.name}: {fact.value}")
            self._button.clicked.connect(lambda: self.acted.emit(code))
            last.addWidget(self._button, 0, Qt.AlignmentFlag.AlignVCenter)
        last.addStretch(1)
        words.addLayout(last)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 1 if fact.action else 5, 0, 1 if fact.action else 5)
        self._row.setSpacing(0)
        self._row.addWidget(self._name, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(words, 1)
        said = (fact.name, fact.value.replace("\n", ", "), fact.note)
        self.setAccessibleName(", ".join(part for part in said if part))
        self.set_theme(theme)

    @property
    def button(self) -> TextButton | None:
        """The button beside the value."""
        return self._button

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        theme.dress(self._name, self._note, *self._values)
        if self._button is not None:
            self._button.set_theme(theme)
            self._button.setFixedHeight(theme.px(28))
            self._name.setMinimumHeight(theme.px(28))
        self._turn()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the value below its name where there is no room beside it."""
        super().resizeEvent(event)
        self._turn()

    def _turn(self) -> None:
        stacked = self.width() < self._theme.px(STACKS_BELOW)
        self._name.setMinimumWidth(0 if stacked else self._theme.px(NAMES))
        stack(self._row, stacked)


class FactTable(QWidget):
    """``acted`` carries the code of a fact's button; ``left``: the one with the focus is about to go."""

    acted = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[FactRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    @property
    def rows(self) -> tuple[FactRow, ...]:
        """The facts as they stand."""
        return tuple(self._rows)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        theme.dress(*self._rows)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """Show these facts."""
        if [row.fact for row in self._rows] == list(facts):
            return
        before = {row.fact: row for row in self._rows}
        going = [row for fact, row in before.items() if fact not in facts]
        held = keyboard_of(self)
        if any(row.button is held for row in going if row.button is not None):
            self.left.emit()
        self._rows = [before.get(fact) or self._new_row(fact) for fact in facts]
        for row in self._rows:
            self._column.removeWidget(row)
            self._column.addWidget(row)
        take_out(self._column, going)

    def _new_row(self, fact: Fact) -> FactRow:
        row = FactRow(self._theme, fact)
        row.acted.connect(self.acted)
        return row


def _lines(fact: Fact) -> list[str]:
    """Return the lines of a value; a fingerprint is two, which can be compared by eye."""
    if fact.code and len(fact.value) > GROUP and fact.value.isalnum():
        return [fact.value[at : at + GROUP] for at in range(0, len(fact.value), GROUP)]
    return fact.value.split("\n")
