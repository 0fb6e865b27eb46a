"""What an export shall be: its form, and whether working notes go with it.

Job: ask before the file dialog does. Rule: says that the file leaves the vault before anything is
written; working notes stay behind unless they are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.ui.dialogs.dialog import Dialog
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.controls.choices import CheckBox, DropDown
from app.ui.widgets.drawings.icon_view import IconView
from app.ui.widgets.words.label import Label

WIDE = 480


class ExportDialog(Dialog):
    """``chosen`` carries the form and whether with working notes; ``forms`` are (code, words)."""

    titled = "ui.titles.export"

    chosen = Signal(str, bool)

    def __init__(
        self,
        theme: Theme,
        title: str,
        forms: Sequence[tuple[str, str]],
        *,
        has_notes: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, title, parent)
        self._title = Label(theme, title, TextRole.HEADING, wrap=True)
        self._form_label = Label(theme, texts.text("export.dialog.form"), TextRole.SMALL, "text2")
        self.form = DropDown(theme)
        self.form.setAccessibleName(texts.text("export.dialog.form"))
        self._form_label.setBuddy(self.form)
        for code, words in forms:
            self.form.addItem(words, code)
        self.notes = CheckBox(theme, texts.text("export.dialog.notes"))
        self.notes.setVisible(has_notes)
        self._icon = IconView(theme, IconName.TRIANGLE_ALERT, 16, "warn")
        self._warning = Label(theme, texts.text("export.dialog.warning"), TextRole.UI, "text", wrap=True)
        self.choose = TextButton(theme, texts.text("export.dialog.choose"), Kind.PRIMARY)
        self.cancel = TextButton(theme, texts.text("export.dialog.cancel"), Kind.SECONDARY)
        self._build()
        self.choose.clicked.connect(self._choose)
        self.cancel.clicked.connect(self.reject)
        self.choose.setDefault(True)
        self.form.setFocus()
        self.setFixedWidth(theme.px(WIDE))

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 28, 32, 20)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addSpacing(4)
        column.addWidget(self._form_label)
        column.addWidget(self.form)
        column.addWidget(self.notes)
        column.addSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(self._warning, 1)
        column.addLayout(row)
        column.addSpacing(12)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.choose)
        column.addLayout(buttons)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(
            *(self._title, self._form_label, self.form, self.notes, self._icon, self._warning),
            *(self.choose, self.cancel),
        )
        self.setFixedWidth(theme.px(WIDE))

    def _choose(self) -> None:
        self.accept()
        self.chosen.emit(self.form.currentData(), self.notes.isChecked())
