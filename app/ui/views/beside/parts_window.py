"""The parts of the program and their licences.

Job: a list of every part, and the whole text of the one chosen. Rule: plain text only; of Qt it is also
said how it is replaced, which its licence asks for.
"""

from __future__ import annotations

from pathlib import Path

import PySide6
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from app.core import notices, texts
from app.ui.theme import TextRole, Theme
from app.ui.views.beside.part_list import PartList
from app.ui.views.beside.side_window import SideWindow
from app.ui.widgets.surfaces.panel import Card
from app.ui.widgets.words.label import Label

LIST = 280
_OF_QT = frozenset({"Qt", "pyside6-essentials", "shiboken6"})


class PartsWindow(SideWindow):
    """A window of its own; Esc closes it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, texts.text("about.parts"), QSize(960, 640), parent)
        self._parts = notices.parts()
        self._title = Label(theme, texts.text("about.parts"), TextRole.TITLE)
        self._sentence = Label(
            theme, texts.text("about.parts_sentence"), TextRole.UI, "text2", wrap=True
        )
        self.list = PartList(theme, self._parts)
        self.words = QPlainTextEdit()
        self.words.setReadOnly(True)
        self.words.setTabChangesFocus(True)
        self.words.setFrameShape(QFrame.Shape.NoFrame)
        self._card = Card(theme)
        framed = QVBoxLayout(self._card)
        framed.setContentsMargins(12, 12, 4, 12)
        framed.addWidget(self.words)
        self.list.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.ring.redirect(self.list, None)
        beside = QHBoxLayout()
        beside.setSpacing(16)
        beside.addWidget(self.list)
        beside.addWidget(self._card, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 24)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._sentence)
        column.addSpacing(4)
        column.addLayout(beside, 1)
        self._dress()
        self.list.chosen.connect(self._show)
        self.list.choose(next(place for place, part in enumerate(self._parts) if part.name == "Qt"))

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(self._title, self._sentence, self.list, self._card)
        self._dress()

    def _dress(self) -> None:
        self.list.setFixedWidth(self.theme.px(LIST))
        self.words.setFont(self.theme.font(TextRole.CODE))

    def _show(self, place: int) -> None:
        part = self._parts[place]
        words = part.words
        if part.name in _OF_QT:
            folder = str(Path(PySide6.__file__).parent)
            words = f"{texts.text('about.replacing_qt', folder=folder)}\n\n\n{words}"
        self.words.setPlainText(words)
        name = texts.text("about.part", name=part.name, version=part.version)
        self.words.setAccessibleName(name)
