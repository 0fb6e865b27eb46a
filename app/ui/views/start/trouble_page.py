"""A profile that cannot be opened.

Job: say what is safe, what is wrong and what to do, and offer to look again or to close. Rule: it
offers nothing that could replace or remove what stands in the profile.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.core.texts import ErrorWords
from app.ui.theme import TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.drawings.arch import Mark
from app.ui.widgets.surfaces.cover_column import CoverColumn
from app.ui.widgets.surfaces.panel import Panel
from app.ui.widgets.words.label import Label

COLUMN = 480


class TroublePage(Panel):
    """``again_asked`` when the person has done something about it; ``close_asked`` to leave."""

    again_asked = Signal()
    close_asked = Signal()

    def __init__(self, theme: Theme, words: ErrorWords, parent: QWidget | None = None) -> None:
        super().__init__(theme, "canvas", None, parent)
        self._scroll = CoverColumn(theme, COLUMN)
        self._mark = Mark(theme, 40)
        self._title = Label(theme, words.what, TextRole.TITLE, wrap=True)
        self._rest = Label(
            theme,
            " ".join(part for part in (words.safe, words.next) if part),
            TextRole.READING,
            "text2",
            wrap=True,
        )
        self.again = TextButton(theme, texts.text("ui.trouble.again"), Kind.PRIMARY)
        self.leave = TextButton(theme, texts.text("ui.trouble.close"))
        self.again.clicked.connect(self.again_asked)
        self.leave.clicked.connect(self.close_asked)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.again)
        buttons.addWidget(self.leave)
        buttons.addStretch(1)
        inside = self._scroll.column
        inside.addStretch(1)
        inside.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignLeft)
        inside.addSpacing(20)
        inside.addWidget(self._title)
        inside.addSpacing(8)
        inside.addWidget(self._rest)
        inside.addSpacing(24)
        inside.addLayout(buttons)
        inside.addStretch(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._scroll)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(self._scroll, self._mark, self._title, self._rest, self.again, self.leave)
