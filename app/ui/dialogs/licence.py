"""The licence of a model, to be read before it is fetched.

Job: the whole text that ships with the program, in a dialog. Rule: a licence whose text does not ship is
named, never fetched.
"""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.core import texts
from app.core.paths import resources_dir
from app.ui.theme import TextRole, Theme
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.focus_ring import FocusRing
from app.ui.widgets.label import Label

WIDE, HIGH = 760, 560


def licence_text(licence: str) -> str:
    """Return the text of a licence by its SPDX name; "" when it does not ship."""
    path = resources_dir() / "licenses" / f"{licence.lower()}.txt"
    return path.read_text("utf-8") if path.is_file() else ""


class LicenceDialog(QDialog):
    """Shows the licence of the model that people call ``name``."""

    def __init__(self, theme: Theme, name: str, licence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle(texts.text("ui.title"))
        title = texts.text("models.licence.title", name=name)
        self._title = Label(theme, title, TextRole.HEADING)
        shown = licence_text(licence) or texts.text("models.licence.other", licence=licence)
        self.words = QPlainTextEdit(shown)
        self.words.setReadOnly(True)
        self.words.setFont(theme.font(TextRole.CODE))
        self.words.setAccessibleName(title)
        self.words.setTabChangesFocus(True)
        self.close_button = TextButton(theme, texts.text("models.licence.close"))
        self.close_button.clicked.connect(self.accept)
        self._ring = FocusRing(theme, self)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(self._title)
        column.addWidget(self.words, 1)
        column.addLayout(foot)
        self.setAccessibleName(title)
        self.resize(theme.px(WIDE), theme.px(HIGH))

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Show the ring where Tab goes."""
        self._ring.by_keyboard()
        return super().focusNextPrevChild(forward)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Fill the ground."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.raised)
        painter.end()
