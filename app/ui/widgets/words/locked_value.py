"""A setting that the organisation decides.

Job: the value in words with a lock beside it, where else a control stands. Rule: it cannot be pressed,
and the lock never carries the meaning alone: the sentence of its row says who set it.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.type import MEDIUM
from app.ui.widgets.drawings.icon_view import IconView
from app.ui.widgets.words.label import Label


class LockedValue(QWidget):
    """Shows ``words``; read by a screen reader with the name of its row."""

    def __init__(self, theme: Theme, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._words = Label(theme, words, TextRole.UI, weight=MEDIUM)
        self._lock = IconView(theme, IconName.LOCK, 16)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._words, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._lock, 0, Qt.AlignmentFlag.AlignVCenter)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._words.set_theme(theme)
        self._lock.set_theme(theme)
