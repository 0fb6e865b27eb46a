"""What a section of the settings shows.

Job: a title and its cards, as a whole or only the rows that a search finds. Rule: no settings are read
or written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core import texts
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.type import STRONG
from app.ui.views.settings.rows import Row, SettingsCard
from app.ui.widgets.words.label import Label


@dataclass(frozen=True, slots=True)
class Section:
    """``key`` names it in the catalogue (``settings.sections``); ``cards`` are rows, by their title."""

    key: str
    icon: IconName
    cards: Sequence[tuple[str, Sequence[Row]]]

    @property
    def name(self) -> str:
        """What a person calls it."""
        return texts.text(f"settings.sections.{self.key}")


class SectionPage(QWidget):
    """A section on screen."""

    def __init__(self, theme: Theme, section: Section) -> None:
        super().__init__()
        self.section = section
        self._title = Label(theme, section.name, TextRole.TITLE, wrap=True)
        self._headings: list[tuple[Label | None, SettingsCard]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 12)
        column.setSpacing(12)
        column.addWidget(self._title)
        for title, rows in section.cards:
            heading = Label(theme, title, TextRole.UI, weight=STRONG) if title else None
            if heading is not None:
                column.addWidget(heading)
            card = SettingsCard(theme, rows)
            column.addWidget(card)
            self._headings.append((heading, card))

    def show_matching(self, wanted: str) -> bool:
        """Show only what has every word of ``wanted``; returns whether there is anything."""
        if self.section.name.casefold().find(wanted.casefold().strip()) >= 0:
            wanted = ""
        found = False
        for heading, card in self._headings:
            seen = card.show_matching(wanted)
            found = found or seen
            if heading is not None:
                heading.setVisible(seen)
        return found

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._title.set_theme(theme)
        for heading, card in self._headings:
            if heading is not None:
                heading.set_theme(theme)
            card.set_theme(theme)
