"""Entering a secret for downloads: the hub's access token, or who one is to the proxy.

Job: the fields, where what is entered will be kept, and one verb. Rule: what is typed stays hidden, is
given on once and is not held afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.ui.theme import TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.focus_ring import FocusRing
from app.ui.widgets.label import Label
from app.ui.widgets.secret_field import SecretField

WIDE = 520


class SignInDialog(QDialog):
    """Asks for as many secrets as ``fields`` has names; ``given`` carries what was entered, in order."""

    given = Signal(list)

    def __init__(
        self, theme: Theme, title: str, about: str, fields: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle(texts.text("ui.title"))
        self.fields = [SecretField(theme, name) for name in fields]
        self.cancel = TextButton(theme, texts.text("models.sign_in.cancel"))
        self.proceed = TextButton(theme, texts.text("models.sign_in.proceed"), Kind.PRIMARY)
        self.proceed.setDefault(True)
        self._ring = FocusRing(theme, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(4)
        column.addWidget(Label(theme, title, TextRole.HEADING, wrap=True))
        column.addSpacing(4)
        column.addWidget(Label(theme, about, TextRole.UI, "text2", wrap=True))
        for name, field in zip(fields, self.fields, strict=True):
            column.addSpacing(12)
            column.addWidget(Label(theme, name, TextRole.SMALL, "text2"))
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
        self.proceed.setEnabled(all(field.text().strip() for field in self.fields))

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
