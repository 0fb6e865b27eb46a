"""Rows of the settings window.

Job: a name, a sentence and a control each, and cards that hold them with hairlines between. Rule: names
and sentences come from the declaration of the setting; the control stands below its words where the
text is large.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from app.ui.theme import TextRole, Theme
from app.ui.theme.type import MEDIUM
from app.ui.widgets.arranging import stack
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.controls.choices import DropDown
from app.ui.widgets.controls.toggle import Toggle
from app.ui.widgets.surfaces.panel import Card, Panel
from app.ui.widgets.words.label import Label
from app.ui.widgets.words.locked_value import LockedValue

ROW, STACKS_BELOW = 60, 420

Control = DropDown | Toggle | TextButton | LockedValue


class SettingRow(QWidget):
    """A name, one sentence, and the control at the end."""

    def __init__(self, theme: Theme, name: str, sentence: str, control: Control) -> None:
        super().__init__()
        self._theme = theme
        self._name = Label(theme, name, TextRole.UI, "text", weight=MEDIUM, wrap=True)
        self._sentence = Label(theme, sentence, TextRole.SMALL, "text2", wrap=True)
        self._control = control
        if not isinstance(control, TextButton):
            control.setAccessibleName(name)
            self._name.setBuddy(control)  # on Linux a list of choices is named by this alone
        control.setAccessibleDescription(sentence)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(self._name)
        words.addWidget(self._sentence)
        words.addStretch(1)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(16, 8, 16, 8)
        self._row.setSpacing(16)
        self._row.addLayout(words, 1)
        self._row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        self.set_theme(theme)

    @property
    def words(self) -> str:
        """What the search finds it by."""
        return f"{self._name.text()} {self._sentence.text()}"

    def set_sentence(self, sentence: str) -> None:
        """Say something else below the name."""
        self._sentence.set_text(sentence)
        self._control.setAccessibleDescription(sentence)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        self._name.set_theme(theme)
        self._sentence.set_theme(theme)
        self._control.set_theme(theme)
        if isinstance(self._control, DropDown):
            self._control.setMinimumWidth(theme.px(160))
        self.setMinimumHeight(theme.px(ROW))
        self._turn()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the control under the words where there is no room beside them."""
        super().resizeEvent(event)
        self._turn()

    def _turn(self) -> None:
        stacked = self.width() < self._theme.px(STACKS_BELOW)
        if stack(self._row, stacked):
            edge = 12 if stacked else 8
            self._row.setContentsMargins(16, edge, 16, edge)
            self.updateGeometry()  # the card around it asks for another height now


class Row(Protocol):
    """What a card can hold: a widget that takes themes and can be found by its words."""

    @property
    def words(self) -> str:
        """What the search finds it by."""

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""


class SettingsCard(Card):
    """Rows below each other, with hairlines between."""

    def __init__(self, theme: Theme, rows: Sequence[Row], parent: QWidget | None = None) -> None:
        super().__init__(theme, parent=parent)
        self._rows = tuple(rows)
        self._lines = [Panel(theme, "line") for _ in self._rows[1:]]
        inside = QVBoxLayout(self)
        inside.setContentsMargins(1, 0, 1, 0)
        inside.setSpacing(0)
        for place, row in enumerate(self._rows):
            if place:
                line = self._lines[place - 1]
                line.setFixedHeight(1)
                inside.addWidget(line)
            assert isinstance(row, QWidget)
            inside.addWidget(row)

    @property
    def sentences(self) -> list[str]:
        """The words of its rows, in order."""
        return [row.words for row in self._rows]

    def show_matching(self, wanted: str) -> bool:
        """Show the rows that have every word of ``wanted`` (all for none); returns whether any has."""
        pieces = wanted.casefold().split()
        seen = [all(piece in row.words.casefold() for piece in pieces) for row in self._rows]
        for place, (row, shown) in enumerate(zip(self._rows, seen, strict=True)):
            assert isinstance(row, QWidget)
            row.setVisible(shown)
            if place:
                self._lines[place - 1].setVisible(shown and any(seen[:place]))
        self.setVisible(any(seen))
        return any(seen)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(*self._rows, *self._lines)
