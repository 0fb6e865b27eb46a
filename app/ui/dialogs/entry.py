"""Entering a word or two: a token, a name and a password, an address.

Job: the fields, a sentence about what becomes of what is entered, and one verb. Rule: a secret stays
hidden while it is typed; what is entered is given on once and is not held afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.core import texts
from app.ui.dialogs.dialog import Dialog
from app.ui.theme import TextRole, Theme
from app.ui.theme.style_sheet import Kind, set_kind
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.fields.secret_field import SecretField
from app.ui.widgets.words.label import Label

WIDE = 520


@dataclass(frozen=True, slots=True)
class Asked:
    """One field: its name, whether what is typed stays hidden, and what stands there at first."""

    name: str
    secret: bool = True
    value: str = ""


def filled(words: Sequence[str]) -> bool:
    """Say whether something was entered everywhere."""
    return all(word.strip() for word in words)


class EntryDialog(Dialog):
    """Asks for ``fields``; ``given`` carries what was entered, in order.

    ``verb`` is on the button, which can be pressed while ``sound`` says that of what is entered.
    """

    given = Signal(list)

    def __init__(
        self,
        theme: Theme,
        title: str,
        about: str,
        fields: Sequence[Asked],
        verb: str,
        sound: Callable[[Sequence[str]], bool] = filled,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, title, parent)
        self.setWindowTitle(title)  # what kind of thing is entered, never what it is for
        self._sound = sound
        self._title = Label(theme, title, TextRole.HEADING, wrap=True)
        self._about = Label(theme, about, TextRole.UI, "text2", wrap=True)
        self._names = [Label(theme, asked.name, TextRole.SMALL, "text2") for asked in fields]
        self.fields = [_field(theme, asked) for asked in fields]
        self.cancel = TextButton(theme, texts.text("ui.entry.cancel"))
        self.proceed = TextButton(theme, verb, Kind.PRIMARY)
        self.proceed.setDefault(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(4)
        column.addWidget(self._title)
        column.addSpacing(4)
        column.addWidget(self._about)
        for name, field in zip(self._names, self.fields, strict=True):
            column.addSpacing(12)
            column.addWidget(name)
            column.addWidget(field)
            field.textChanged.connect(self._look)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.proceed)
        column.addSpacing(16)
        column.addStretch(1)
        column.addLayout(foot)
        self.cancel.clicked.connect(self.reject)
        self.proceed.clicked.connect(self._give)
        self.finished.connect(self._forget)
        self.setAccessibleDescription(about)
        self.setMinimumWidth(theme.px(WIDE))
        self._look()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(self._title, self._about, self.cancel, self.proceed, *self._names)
        for field in self.fields:
            if isinstance(field, SecretField):
                field.set_theme(theme)
            else:
                field.setFont(theme.font(TextRole.READING))
        self.setMinimumWidth(theme.px(WIDE))

    def _look(self) -> None:
        self.proceed.setEnabled(self._sound([field.text() for field in self.fields]))

    def _give(self) -> None:
        words = [field.text() for field in self.fields]
        self.accept()
        self.given.emit(words)

    def _forget(self) -> None:
        for field in self.fields:
            field.clear()


def _field(theme: Theme, asked: Asked) -> QLineEdit:
    if asked.secret:
        return SecretField(theme, asked.name)
    field = QLineEdit(asked.value)
    set_kind(field, Kind.TALL)
    field.setFont(theme.font(TextRole.READING))
    field.setAccessibleName(asked.name)
    field.setMaxLength(2048)
    return field
