"""A small sentence with an icon before its first line; the sentence carries the meaning."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.theme import IconName, TextRole, Theme
from app.ui.widgets.drawings.icon_view import IconView
from app.ui.widgets.words.label import Label


class RemarkLine(QWidget):
    """``colour`` is the token of icon and sentence."""

    def __init__(
        self,
        theme: Theme,
        icon: IconName,
        sentence: str = "",
        colour: str = "text2",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon = IconView(theme, icon, 14, colour)
        self._words = Label(theme, sentence, TextRole.SMALL, colour, wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)

    @property
    def sentence(self) -> str:
        """What is said."""
        return self._words.text()

    def set_sentence(self, sentence: str) -> None:
        """Say ``sentence``."""
        self._words.set_text(sentence)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        theme.dress(self._icon, self._words)
