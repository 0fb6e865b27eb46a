"""The keyboard sheet: every key on one page.

Job: list the commands that there are with their keys, by menu, and find one by typing. Rule: it is
read from the table of commands and the keys of now, and changes nothing itself.
"""

from __future__ import annotations

from itertools import chain

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.ui.commands.actions import Actions
from app.ui.commands.command import Command, Menu
from app.ui.theme import TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.theme.type import MEDIUM, STRONG
from app.ui.views.beside.side_window import SideWindow
from app.ui.views.settings.rows import SettingsCard
from app.ui.widgets.arranging import take_out
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.fields.search_field import SearchField
from app.ui.widgets.surfaces.cover_column import CoverColumn
from app.ui.widgets.surfaces.panel import Panel
from app.ui.widgets.words.label import Label

COLUMN, ROW = 560, 36


class KeyLine(QWidget):
    """One command and its keys."""

    def __init__(self, theme: Theme, command: Command, keys: str) -> None:
        super().__init__()
        self._name = Label(theme, command.name, TextRole.UI, wrap=True)
        self._keys = Label(theme, keys, TextRole.UI, "text2", weight=MEDIUM)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 16, 4)
        row.setSpacing(16)
        row.addWidget(self._name, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._keys)
        self.setAccessibleName(texts.text("commands.keys.field", name=command.name, keys=keys))
        self.set_theme(theme)

    @property
    def words(self) -> str:
        """What the search finds it by."""
        return f"{self._name.text()} {self._keys.text()}"

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._name.set_theme(theme)
        self._keys.set_theme(theme)
        self.setMinimumHeight(theme.px(ROW))


class KeyboardSheet(SideWindow):
    """A window of its own; ``change_wanted`` when the keys shall be changed."""

    change_wanted = Signal()
    grows = True

    def __init__(self, theme: Theme, commands: Actions, parent: QWidget | None = None) -> None:
        super().__init__(theme, texts.text("commands.sheet.title"), QSize(640, 720), parent)
        self._commands = commands
        self.search = SearchField(
            theme, texts.text("commands.sheet.find_name"), texts.text("commands.sheet.find")
        )
        self.change = TextButton(theme, texts.text("commands.sheet.change"), Kind.QUIET)
        self._nothing = Label(theme, texts.text("commands.sheet.nothing"), TextRole.UI, "text2")
        self._head = Panel(theme, "canvas", Qt.Edge.BottomEdge)
        self.scrolled = self._scroll = CoverColumn(theme, COLUMN)
        self.groups: list[tuple[Label, SettingsCard]] = []
        self._build()
        self.refresh()
        self.search.textChanged.connect(lambda _words: self._show())
        self.search.cancelled.connect(self.close)
        self.change.clicked.connect(self.change_wanted)
        commands.keymap.changed.connect(self.refresh)

    def _build(self) -> None:
        head = QHBoxLayout(self._head)
        head.setContentsMargins(16, 12, 16, 13)
        head.setSpacing(12)
        head.addWidget(self.search, 1)
        head.addWidget(self.change)
        self._scroll.column.addSpacing(16)
        self._scroll.column.addWidget(self._nothing)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(8)
        self._scroll.column.addLayout(self._lines)
        self._scroll.column.addSpacing(24)
        self._scroll.column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._head)
        outer.addWidget(self._scroll, 1)

    def refresh(self) -> None:
        """List the commands that there are now."""
        take_out(self._lines, chain.from_iterable(self.groups))
        self.groups.clear()
        known = self._commands.known()
        for menu in Menu:
            lines = [
                KeyLine(self.theme, command, keys)
                for command in known
                if command.menu is menu and (keys := self._commands.keymap.all_shown(command))
            ]
            if lines:
                title = Label(
                    self.theme, menu.words.replace("&", ""), TextRole.SMALL, "text3", weight=STRONG
                )
                card = SettingsCard(self.theme, lines)
                self._lines.addWidget(title)
                self._lines.addWidget(card)
                self.groups.append((title, card))
        self._show()

    def _show(self) -> None:
        wanted, found = self.search.text(), False
        for title, card in self.groups:
            seen = card.show_matching(wanted)
            title.setVisible(seen)
            found = found or seen
        self._nothing.setVisible(not found)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(
            *(self.search, self.change, self._nothing, self._head, self._scroll),
            *(part for group in self.groups for part in group),
        )
