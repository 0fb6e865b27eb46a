"""A field for a passphrase.

Job: hidden text with a button that shows it, and a word when Caps Lock is on. Rule: it never offers
its text to spelling, prediction or the clipboard while it is hidden.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.core import texts
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind, set_kind
from app.ui.widgets.controls.buttons import IconButton
from app.ui.widgets.fields.empty_caret import follow_direction

LONGEST = 1024


class SecretField(QLineEdit):
    """``caps_lock`` tells what the last letter typed says about Caps Lock."""

    caps_lock = Signal(bool)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_kind(self, Kind.TALL)
        self.setAccessibleName(name)
        self.setMaxLength(LONGEST)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self.eye = IconButton(theme, IconName.EYE_OFF, texts.text("ui.passphrase.show"), parent=self)
        self.eye.setCheckable(True)
        self.eye.setCursor(Qt.CursorShape.ArrowCursor)
        self.eye.toggled.connect(self._show)
        follow_direction(self)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        self.setFont(theme.font(TextRole.READING))
        self.eye.set_theme(theme)
        self._place_eye()

    def _show(self, shown: bool) -> None:
        self.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self.eye.set_name(texts.text(f"ui.passphrase.{'hide' if shown else 'show'}"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Look at the case of a letter: Qt does not tell the state of Caps Lock itself."""
        letter = event.text()
        if len(letter) == 1 and letter.lower() != letter.upper():
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.caps_lock.emit(letter.isupper() is not shift)
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the eye at the end of the field."""
        super().resizeEvent(event)
        self._place_eye()

    def _place_eye(self) -> None:
        side = self.eye.width()
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        x = 6 if mirrored else self.width() - side - 6
        taken = self._theme.px(28)
        # Qt does not mirror these: they are left and right whatever the direction.
        self.setTextMargins(taken if mirrored else 0, 0, 0 if mirrored else taken, 0)
        self.eye.move(x, (self.height() - side) // 2)
