"""Entering a word or two: a token, a name and a password, an address.

Job: the fields, a sentence about what becomes of what is entered, and one verb. Rule: a secret stays
hidden while it is typed; what is entered is given on once and is not held afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.core import texts
from app.ui.theme import TextRole, Theme
from app.ui.theme.style_sheet import Kind, set_kind
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.focus_ring import FocusRing
from app.ui.widgets.label import Label
from app.ui.widgets.secret_field import SecretField

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


class EntryDialog(QDialog):
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
        super().__init__(parent)
        self._theme, self._sound = theme, sound
        self.setWindowTitle(texts.text("ui.title"))
        self.fields = [_field(theme, asked) for asked in fields]
        self.cancel = TextButton(theme, texts.text("ui.entry.cancel"))
        self.proceed = TextButton(theme, verb, Kind.PRIMARY)
        self.proceed.setDefault(True)
        self._ring = FocusRing(theme, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(4)
        column.addWidget(Label(theme, title, TextRole.HEADING, wrap=True))
        column.addSpacing(4)
        column.addWidget(Label(theme, about, TextRole.UI, "text2", wrap=True))
        for asked, field in zip(fields, self.fields, strict=True):
            column.addSpacing(12)
            column.addWidget(Label(theme, asked.name, TextRole.SMALL, "text2"))
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
        self.setAccessibleName(title)
        self.setAccessibleDescription(about)
        self.setMinimumWidth(theme.px(WIDE))
        self._look()

    def _look(self) -> None:
        self.proceed.setEnabled(self._sound([field.text() for field in self.fields]))

    def _give(self) -> None:
        words = [field.text() for field in self.fields]
        self.accept()
        self.given.emit(words)

    def _forget(self) -> None:
        for field in self.fields:
            field.clear()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Show the ring where Tab goes."""
        self._ring.by_keyboard()
        return super().focusNextPrevChild(forward)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Fill the ground."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.raised)
        painter.end()


def _field(theme: Theme, asked: Asked) -> QLineEdit:
    if asked.secret:
        return SecretField(theme, asked.name)
    field = QLineEdit(asked.value)
    set_kind(field, Kind.TALL)
    field.setFont(theme.font(TextRole.READING))
    field.setAccessibleName(asked.name)
    field.setMaxLength(2048)
    return field
