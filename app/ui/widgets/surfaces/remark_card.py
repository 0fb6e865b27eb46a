"""A remark with something to do about it.

Job: a quiet card with a sentence and buttons. Rule: it stays until it is taken away, and never takes the
focus by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.theme import TextRole, Theme
from app.ui.widgets.controls.button_row import ButtonRow, Wish
from app.ui.widgets.surfaces.panel import Card
from app.ui.widgets.words.label import Label


class RemarkCard(Card):
    """``acted`` carries the code of the button pressed; ``left``: the one that has the focus will go."""

    acted = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "sunken", "", parent=parent)
        self._words = Label(theme, "", TextRole.UI, wrap=True)
        self.buttons = ButtonRow(theme)
        self.buttons.acted.connect(self.acted)
        self.buttons.left.connect(self.left)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(10)
        column.addWidget(self._words)
        column.addWidget(self.buttons)
        self.hide()

    @property
    def sentence(self) -> str:
        """What is said; "" when nothing is shown."""
        return "" if self.isHidden() else self._words.text()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        self._words.set_theme(theme)
        self.buttons.set_theme(theme)

    def show_remark(self, sentence: str, wishes: Sequence[Wish] = ()) -> None:
        """Show a remark; an empty sentence takes it away."""
        self.buttons.show_wishes(wishes)
        if sentence:
            self._words.set_text(sentence)
            self.setAccessibleName(sentence)
        self.setVisible(bool(sentence))
