"""A row of buttons that may change while it is looked at.

Job: show buttons for codes, side by side, below each other where there is no room. Rule: buttons that
stay are left alone, with their focus; one that takes the place of another never has its focus, because
nobody aimed at it: ``left`` says that the keyboard has to go elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from app.ui.theme import IconName, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.widgets.arranging import stack, take_out
from app.ui.widgets.borrowed import keyboard_of
from app.ui.widgets.controls.buttons import TextButton

APART = 8
Wish = tuple[str, str, IconName | None, Kind]
"""Code, words, icon and look of one button."""


class ButtonRow(QWidget):
    """``acted`` carries the code of the button pressed; ``left``: the one that has the focus will go."""

    acted = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._wishes: tuple[Wish, ...] = ()
        self._buttons: list[TextButton] = []
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(APART)
        self._row.addStretch(1)
        self.hide()

    @property
    def buttons(self) -> tuple[TextButton, ...]:
        """The buttons in order."""
        return tuple(self._buttons)

    def button(self, code: str) -> TextButton | None:
        """Return the button of a code."""
        codes = [wish[0] for wish in self._wishes]
        return self._buttons[codes.index(code)] if code in codes else None

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        theme.dress(*self._buttons)
        self._turn()

    def show_wishes(self, wishes: Sequence[Wish]) -> None:
        """Show these buttons; none hides the row."""
        if tuple(wishes) == self._wishes:
            return
        before = dict(zip(self._wishes, self._buttons, strict=True))
        going = [button for wish, button in before.items() if wish not in wishes]
        held = keyboard_of(self)
        if any(button is held for button in going):
            self.left.emit()  # else Qt moves the focus on as if Tab had been pressed, with its ring
        self._wishes = tuple(wishes)
        self._buttons = [before.get(wish) or self._new_button(wish) for wish in wishes]
        for place, button in enumerate(self._buttons):
            self._row.removeWidget(button)
            self._row.insertWidget(place, button, 0, Qt.AlignmentFlag.AlignLeading)
            button.show()  # now, not once the layout comes round to it: what is hidden takes no focus
        for first, second in pairwise(self._buttons):
            QWidget.setTabOrder(first, second)
        self.setVisible(bool(wishes))
        take_out(self._row, going)
        self._turn()

    def _new_button(self, wish: Wish) -> TextButton:
        code, words, icon, kind = wish
        button = TextButton(self._theme, words, kind, icon=icon)
        button.clicked.connect(lambda: self.acted.emit(code))
        return button

    def minimumSizeHint(self) -> QSize:
        """Return the width of the widest button: the others may stand below it."""
        wide = max((button.sizeHint().width() for button in self._buttons), default=0)
        return QSize(wide, self._row.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the buttons below each other where there is no room for them side by side."""
        super().resizeEvent(event)
        self._turn()

    def _turn(self) -> None:
        wide = sum(button.sizeHint().width() + APART for button in self._buttons)
        stacked = self.width() < wide and len(self._buttons) > 1
        stack(self._row, stacked)
