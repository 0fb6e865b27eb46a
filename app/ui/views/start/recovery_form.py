"""Showing the recovery code, once."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.controls.choices import CheckBox
from app.ui.widgets.surfaces.panel import Card
from app.ui.widgets.words.label import Label

GROUPS_IN_A_ROW = 3
COPIED_MS = 2000


class RecoveryForm(QWidget):
    """``kept`` when the person says that the code is in a safe place."""

    kept = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._code = ""
        self._card = Card(theme, "sunken", "")
        self.shown = Label(theme, "", TextRole.CODE_LARGE, "text", wrap=True)
        self.copy = TextButton(theme, texts.text("ui.recovery.copy"), icon=IconName.COPY)
        self.agree = CheckBox(theme, texts.text("ui.recovery.kept"))
        self.proceed = TextButton(theme, texts.text("ui.recovery.open"), Kind.PRIMARY)
        self.proceed.setEnabled(False)
        self._back_to_copy = QTimer(self)
        self._back_to_copy.setSingleShot(True)
        self._back_to_copy.setInterval(COPIED_MS)
        inside = QHBoxLayout(self._card)
        inside.setContentsMargins(20, 16, 16, 16)
        inside.addWidget(self.shown, 1)
        inside.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(20)
        column.addWidget(self._card)
        column.addWidget(self.agree, 0, Qt.AlignmentFlag.AlignLeading)
        column.addWidget(self.proceed, 0, Qt.AlignmentFlag.AlignLeading)
        column.addStretch(1)
        self._back_to_copy.timeout.connect(lambda: self.copy.setText(texts.text("ui.recovery.copy")))
        self.copy.clicked.connect(self._copy)
        self.agree.toggled.connect(self.proceed.setEnabled)
        self.proceed.clicked.connect(self.kept)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        theme.dress(self._card, self.shown, self.copy, self.agree, self.proceed)

    def show_code(self, code: str) -> None:
        """Show ``code`` in rows of groups, and read it out letter by letter."""
        self._code = code
        groups = code.split("-")
        rows = [groups[at : at + GROUPS_IN_A_ROW] for at in range(0, len(groups), GROUPS_IN_A_ROW)]
        self.shown.set_text("\n".join("  ".join(row) for row in rows))
        spelled = ", ".join(" ".join(group) for group in groups)
        self.shown.setAccessibleName(f"{texts.text('ui.recovery.name')}: {spelled}")
        self.agree.setFocus(Qt.FocusReason.OtherFocusReason)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._code)
        self.copy.setText(texts.text("ui.recovery.copied"))
        self._back_to_copy.start()

    def forget(self) -> None:
        """Show no code any more, and hold none."""
        self._code = ""
        self.shown.set_text("")
        self.shown.setAccessibleName("")
