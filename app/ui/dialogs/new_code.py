"""A recovery code that was made just now, in front of the window.

Job: show it until the person says that it is in a safe place. Rule: the dialog goes once the vault
knows; closing it before is possible, and then the next start makes another.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core import texts
from app.ui.dialogs.dialog import Dialog
from app.ui.theme import TextRole, Theme
from app.ui.views.start.recovery_form import RecoveryForm
from app.ui.widgets.words.label import Label

WIDE = 560


class NewCodeDialog(Dialog):
    """Shows ``code``; ``form.kept`` when the person has it, ``trouble`` says why that was not noted."""

    titled = "ui.new_code.title"

    def __init__(self, theme: Theme, code: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, texts.text("ui.new_code.title"), parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._title = Label(theme, texts.text("ui.new_code.title"), TextRole.HEADING, wrap=True)
        self._about = Label(theme, texts.text("ui.new_code.shown"), TextRole.UI, "text2", wrap=True)
        self.trouble = Label(theme, "", TextRole.UI, "warn", wrap=True)
        self.form = RecoveryForm(theme)
        self.form.proceed.setText(texts.text("ui.new_code.done"))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        for part in (self._title, self._about, self.form, self.trouble):
            column.addWidget(part)
        self.finished.connect(self.form.forget)
        self.setMinimumWidth(theme.px(WIDE))
        self.form.show_code(code)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(self._title, self._about, self.trouble, self.form)
        self.setMinimumWidth(theme.px(WIDE))
