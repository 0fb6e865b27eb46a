"""The ways to make room when the window is full.

Job: leave out the oldest, summarise, continue elsewhere: one row each, with its verb. Rule: nothing is
chosen for the person, and a way that leads nowhere is not shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.core.conversation.leaving_out import lacking
from app.core.conversation.ledger import EntryKind, Ledger
from app.ui.theme import TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.theme.type import STRONG
from app.ui.views.panels.ledger_words import oldest
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.words.label import Label

ROW = 32
FEWEST_TO_SUMMARISE = 3
"""Two older messages and the newest: less is not worth a summary."""


class WayRow(QWidget):
    """One way: what it does, and a button with its verb."""

    def __init__(self, theme: Theme, words: str, verb: str) -> None:
        super().__init__()
        self._words = Label(theme, words, TextRole.UI, "text", wrap=True)
        self.button = TextButton(theme, verb, Kind.QUIET, role=TextRole.SMALL)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(10)
        row.addWidget(self._words, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.button)
        self.set_words(words)
        self.set_theme(theme)

    def set_words(self, words: str) -> None:
        """Say what the button does."""
        self._words.set_text(words)
        self.button.setAccessibleName(words)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._words.set_theme(theme)
        self.button.set_theme(theme)
        self.setMinimumHeight(theme.px(ROW))


class MakeRoom(QWidget):
    """The choices; hidden while there is room. ``leave_out`` carries each exchange's first place."""

    leave_out = Signal(int)
    summarise = Signal()
    new_conversation = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._places: tuple[int, ...] = ()
        self._heading = Label(theme, texts.text("panels.ledger.room.title"), TextRole.UI, weight=STRONG)
        self.leave_out_row = WayRow(theme, "", texts.text("panels.ledger.room.leave_out_button"))
        self.summarise_row = WayRow(
            theme,
            texts.text("panels.ledger.room.summarise"),
            texts.text("panels.ledger.room.summarise_button"),
        )
        self.new_row = WayRow(
            theme, texts.text("panels.ledger.room.new"), texts.text("panels.ledger.room.new_button")
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(0)
        for part in (self._heading, self.leave_out_row, self.summarise_row, self.new_row):
            column.addWidget(part)
        self.leave_out_row.button.clicked.connect(self._leave_out)
        self.summarise_row.button.clicked.connect(self.summarise)
        self.new_row.button.clicked.connect(self.new_conversation)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        theme.dress(self._heading, self.leave_out_row, self.summarise_row, self.new_row)

    def show_choices(self, ledger: Ledger | None, exchanges: Sequence[Sequence[int]] = ()) -> None:
        """Show the ways that help ``ledger``, or nothing where there is room."""
        full = ledger is not None and lacking(ledger) > 0
        self.setVisible(full)
        if ledger is None or not full:
            return
        chosen = oldest(ledger, exchanges)
        self._places = tuple(group[0] for group in chosen)
        count = sum(len(group) for group in chosen)
        self.leave_out_row.setVisible(bool(self._places))
        self.leave_out_row.set_words(texts.plural("panels.ledger.room.leave_out", count))
        messages = sum(entry.kind is EntryKind.MESSAGE for entry in ledger.entries)
        self.summarise_row.setVisible(messages >= FEWEST_TO_SUMMARISE)

    def _leave_out(self) -> None:
        for place in self._places:
            self.leave_out.emit(place)
