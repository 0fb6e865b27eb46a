"""The bar to find words in the conversation on screen.

Job: a field, how many places were found, the way from one to the next. Rule: it finds nothing itself;
what is typed and wanted are signals, and Esc gives the keyboard back to where it came from.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.core import texts
from app.ui.theme import IconName, TextRole, Theme
from app.ui.widgets.access.announce import announce
from app.ui.widgets.controls.buttons import IconButton
from app.ui.widgets.controls.choices import CheckBox
from app.ui.widgets.fields.empty_caret import follow_direction
from app.ui.widgets.surfaces.panel import Panel
from app.ui.widgets.words.label import Label

LONGEST = 500
FIELD = 280
WHOLE = 1000
"""How much rather the field takes what is free than the gap before the tick box."""


class FindBar(Panel):
    """``searched`` carries the words and whether to look into reasoning; ``stepped`` -1 or 1."""

    searched = Signal(str, bool)
    stepped = Signal(int)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "canvas", Qt.Edge.BottomEdge, parent)
        self.setAccessibleName(texts.text("ui.find.name"))
        self.field = QLineEdit()
        follow_direction(self.field)
        self.field.setMaxLength(LONGEST)
        self.field.setPlaceholderText(texts.text("ui.find.field"))
        self.field.setAccessibleName(texts.text("ui.find.field"))
        self.field.textChanged.connect(self._search)
        self.figures = Label(theme, "", TextRole.UI, "text2", tabular=True)
        self.back = IconButton(theme, IconName.CHEVRON_UP, texts.text("ui.find.previous"))
        self.ahead = IconButton(theme, IconName.CHEVRON_DOWN, texts.text("ui.find.next"))
        self.notes = CheckBox(theme, texts.text("ui.find.reasoning"))
        self.notes.toggled.connect(self._search)
        self.close_button = IconButton(theme, IconName.X, texts.text("ui.find.close"))
        self.back.clicked.connect(lambda: self.stepped.emit(-1))
        self.ahead.clicked.connect(lambda: self.stepped.emit(1))
        self.close_button.clicked.connect(self.leave)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 6, 14, 7)
        row.setSpacing(8)
        row.addWidget(self.field, WHOLE)
        row.addWidget(self.back)
        row.addWidget(self.ahead)
        row.addWidget(self.figures)
        row.addStretch(1)
        row.addWidget(self.notes)
        row.addWidget(self.close_button)
        self._told = ""
        self.set_theme(theme)
        self.show_figures(0, 0, searching=False)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        self.field.setFont(theme.font(TextRole.UI))
        self.field.setMaximumWidth(theme.px(FIELD))
        theme.dress(self.figures, self.back, self.ahead, self.notes, self.close_button)

    def open(self) -> None:
        """Show the bar with its words chosen, and look for them again."""
        self.show()
        self.field.selectAll()
        self._search()

    def leave(self) -> None:
        """Close the bar; what was found is forgotten by whoever listens."""
        self.hide()
        self.closed.emit()

    def show_figures(self, number: int, count: int, *, searching: bool) -> None:
        """Say which of how many places is shown; ``searching`` while there may be more."""
        words = ""
        if self.field.text():
            key = "counting" if searching else "place"
            if not count:
                key = "looking" if searching else "none"
            words = texts.text(f"ui.find.{key}", number=number, count=count)
        self.figures.set_text(words)
        for button in (self.back, self.ahead):
            button.setEnabled(bool(count))
        if not searching and words != self._told:
            self._told = words
            announce(self, words)

    def _search(self) -> None:
        self.searched.emit(self.field.text(), self.notes.isChecked())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return goes on, Shift+Return back, Esc closes."""
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.leave()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.field.hasFocus():
            back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.stepped.emit(-1 if back else 1)
        else:
            super().keyPressEvent(event)
