"""The page about the program: its name, its version, what it is made of."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, qVersion
from PySide6.QtWidgets import QVBoxLayout, QWidget

import app
from app.core import texts
from app.ui.theme import TextRole, Theme
from app.ui.theme.theme import Themed
from app.ui.views.side_window import SideWindow
from app.ui.widgets.arch import Mark
from app.ui.widgets.label import Label

MARK = 48


class AboutWindow(SideWindow):
    """A small window; Esc closes it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, texts.text("about.window"), QSize(440, 320), parent)
        self._mark = Mark(theme, MARK)
        self._labels = (
            Label(theme, texts.text("ui.title"), TextRole.TITLE),
            Label(theme, texts.text("about.version", version=app.__version__), TextRole.UI, "text2"),
            Label(theme, texts.text("about.sentence"), TextRole.UI, wrap=True),
            Label(theme, texts.text("about.made_of", qt=qVersion()), TextRole.SMALL, "text2", wrap=True),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 28, 32, 28)
        column.setSpacing(8)
        column.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignLeading)
        column.addSpacing(8)
        for label in self._labels:
            column.addWidget(label)
        column.addStretch(1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        parts: tuple[Themed, ...] = (self._mark, *self._labels)
        for part in parts:
            part.set_theme(theme)
