"""The licence of a model, to be read before it is fetched.

Job: the whole text that ships with the program, in a dialog. Rule: a licence whose text does not ship is
named, never fetched.
"""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.core import texts
from app.core.paths import resources_dir
from app.ui.dialogs.dialog import Dialog
from app.ui.theme import TextRole, Theme
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.words.label import Label

WIDE, HIGH = 760, 560


def licence_text(licence: str) -> str:
    """Return the text of a licence by its SPDX name; "" when it does not ship."""
    path = resources_dir() / "licenses" / f"{licence.lower()}.txt"
    return path.read_text("utf-8") if path.is_file() else ""


class LicenceDialog(Dialog):
    """Shows the licence of the model that people call ``name``."""

    titled = "ui.titles.licence"

    def __init__(self, theme: Theme, name: str, licence: str, parent: QWidget | None = None) -> None:
        title = texts.text("models.licence.title", name=name)
        super().__init__(theme, title, parent)
        self._title = Label(theme, title, TextRole.HEADING)
        shown = licence_text(licence) or texts.text("models.licence.other", licence=licence)
        self.words = QPlainTextEdit(shown)
        self.words.setReadOnly(True)
        self.words.setFont(theme.font(TextRole.CODE))
        self.words.setAccessibleName(title)
        self.words.setTabChangesFocus(True)
        self.close_button = TextButton(theme, texts.text("models.licence.close"))
        self.close_button.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(self._title)
        column.addWidget(self.words, 1)
        column.addLayout(foot)
        self.resize(theme.px(WIDE), theme.px(HIGH))

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        self._title.set_theme(theme)
        self.words.setFont(theme.font(TextRole.CODE))
        self.close_button.set_theme(theme)
