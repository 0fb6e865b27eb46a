"""The button that leads back to the end of the conversation."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QWidget

from app.core.texts import text
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind, set_kind

ABOVE_END = 12


class JumpButton(QPushButton):
    """Stands in the middle above the lower edge of its view."""

    def __init__(self, theme: Theme, view: QWidget) -> None:
        super().__init__(view)
        self.setText(text("transcript.jump_to_end"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_kind(self, Kind.SECONDARY)
        self.hide()
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take font and icon of ``theme``."""
        self.setFont(theme.font(TextRole.UI))
        self.setIcon(theme.icon(IconName.CHEVRON_DOWN))
        self.setIconSize(QSize(theme.icon_size(16), theme.icon_size(16)))

    def place(self, width: int, height: int) -> None:
        """Stand in a view of this size."""
        size = self.sizeHint()
        left = (width - size.width()) // 2
        self.setGeometry(left, height - size.height() - ABOVE_END, size.width(), size.height())
