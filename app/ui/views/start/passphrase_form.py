"""Choosing a passphrase: two fields, a hint about its strength, one button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.ui.theme import TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.views.start.passphrase_strength import Strength, strength
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.fields.secret_field import SecretField
from app.ui.widgets.words.label import Label


class PassphraseForm(QWidget):
    """``given`` carries a passphrase that was typed twice alike and is long enough."""

    given = Signal(str)
    back = Signal()

    def __init__(self, theme: Theme, least: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._least = least
        first, second = texts.text("ui.passphrase.first"), texts.text("ui.passphrase.second")
        self._labels = (
            Label(theme, first, TextRole.SMALL, "text2"),
            Label(theme, second, TextRole.SMALL, "text2"),
        )
        self.first = SecretField(theme, first)
        self.second = SecretField(theme, second)
        self.hint = Label(theme, "", TextRole.SMALL, "text2", wrap=True)
        self.match = Label(theme, "", TextRole.SMALL, "text2", wrap=True)
        self.proceed = TextButton(theme, texts.text("ui.passphrase.continue"), Kind.PRIMARY)
        self.back_button = TextButton(theme, texts.text("ui.first_run.back"))
        self._caps = self._refused = False
        self._build()
        for field in (self.first, self.second):
            field.textChanged.connect(self._typed)
            field.returnPressed.connect(self._return)
            field.caps_lock.connect(self._caps_lock)
        self.proceed.clicked.connect(self._give)
        self.back_button.clicked.connect(self.back)
        self._look()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for label, field, below in zip(
            self._labels, (self.first, self.second), (self.hint, self.match), strict=True
        ):
            column.addWidget(label)
            column.addWidget(field)
            column.addWidget(below)
            column.addSpacing(12)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.proceed)
        buttons.addWidget(self.back_button)
        buttons.addStretch(1)
        column.addSpacing(4)
        column.addLayout(buttons)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        theme.dress(
            *self._labels, self.first, self.second, self.hint, self.match, self.proceed, self.back_button
        )

    def start(self) -> None:
        """Empty both fields and go to the first."""
        self.first.clear()
        self.second.clear()
        self.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_waiting(self, waiting: bool) -> None:
        """Take no input while the vault is made."""
        for field in (self.first, self.second, self.back_button):
            field.setEnabled(not waiting)
        if waiting:
            self.proceed.setEnabled(False)
        else:
            self._look()

    def _ready(self) -> bool:
        return len(self.first.text()) >= self._least and self.first.text() == self.second.text()

    def _caps_lock(self, on: bool) -> None:
        if on != self._caps:
            self._caps = on
            self._look()

    def _look(self) -> None:
        text, again = self.first.text(), self.second.text()
        found = strength(text, self._least)
        words = texts.text(f"ui.passphrase.hint_{found.value}", least=self._least, count=len(text))
        if self._caps and text:
            words = f"{words} {texts.text('ui.passphrase.caps_lock')}"
        self.hint.set_text(words)
        refused = self._refused and found in (Strength.SHORT, Strength.EMPTY)
        self.hint.set_colour("warn" if found is Strength.SIMPLE or refused else "text2")
        same = text == again
        key = "same" if same else "differ"
        self.match.set_text(texts.text(f"ui.passphrase.{key}") if again else " ")
        # Not yet wrong while the second one is being typed.
        unfinished = text.startswith(again) and not same and not self._refused
        self.match.set_colour("text2" if same or unfinished else "warn")
        if again and unfinished:
            self.match.set_text(" ")
        self.proceed.setEnabled(self._ready())

    def _typed(self) -> None:
        self._refused = False
        self._look()

    def _return(self) -> None:
        if self._ready():
            self._give()
        elif self.first.hasFocus() and len(self.first.text()) >= self._least:
            self.second.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self._refused = True  # Return asks to go on: what is in the way is said in its colour
            self._look()

    def _give(self) -> None:
        if self._ready():
            self.given.emit(self.first.text())
