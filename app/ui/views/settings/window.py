"""The settings window.

Job: sections at the side, the chosen one beside them, and a search over all. Rule: it changes only the
appearance, the keys and the settings it was given; whoever owns what they are about listens.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.core.rules.settings import Settings
from app.ui.commands.actions import Actions
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.appearance import Appearance
from app.ui.theme.style_sheet import Kind
from app.ui.views.beside.side_window import SideWindow
from app.ui.views.settings.downloads import DownloadSettings
from app.ui.views.settings.engine import EngineSettings
from app.ui.views.settings.keyboard import KeyboardSettings
from app.ui.views.settings.look import LookSettings
from app.ui.views.settings.privacy import PrivacySettings
from app.ui.views.settings.rows import SettingRow
from app.ui.views.settings.section_list import SectionList
from app.ui.views.settings.sections import Section, SectionPage
from app.ui.widgets.arranging import stack
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.controls.choices import DropDown
from app.ui.widgets.fields.search_field import SearchField
from app.ui.widgets.surfaces.cover_column import CoverColumn
from app.ui.widgets.surfaces.panel import Panel
from app.ui.widgets.words.label import Label

COLUMN, SIDE, SIDE_MOST = 640, 232, 300
STACKS_BELOW = 560
"""Pixels at 100 % text: in a narrower window the sections stand above the rows, as a drop-down."""


class SettingsWindow(SideWindow):
    """``engine`` keeps the settings of model and memory and says which of them changed.

    ``connections_wanted`` when the list of connections shall be shown.
    """

    connections_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        appearance: Appearance,
        settings: Settings,
        commands: Actions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, texts.text("ui.settings_title"), QSize(960, 680), parent)
        self.look = LookSettings(theme, appearance, settings, commands, self)
        self.engine = EngineSettings(theme, settings, self)
        self.privacy = PrivacySettings(theme, settings, self)
        self.downloads = DownloadSettings(theme, settings, self)
        self.keyboard = KeyboardSettings(theme, commands, self)
        self._pages = [SectionPage(theme, section) for section in self._sections(theme)]
        names = [(page.section.name, page.section.icon) for page in self._pages]
        self.search = SearchField(
            theme, texts.text("panels.settings.find_name"), texts.text("panels.settings.find")
        )
        self.sections = SectionList(theme, names)
        self.section_box = DropDown(theme)
        self.section_box.setAccessibleName(texts.text("panels.settings.sections"))
        for name, _icon in names:
            self.section_box.addItem(name)
        self._nothing = Label(theme, texts.text("panels.settings.nothing"), TextRole.UI, "text2")
        self._side = Panel(theme, "sidebar", Qt.Edge.RightEdge)
        self.scrolled = self._scroll = CoverColumn(theme, COLUMN)
        self.ring.redirect(self.sections, None)
        self._build()
        self._connect()
        appearance.changed.connect(self.set_theme)
        self.set_theme(theme)
        self.choose(0)

    def _sections(self, theme: Theme) -> list[Section]:
        connections = TextButton(theme, texts.text("panels.settings.connections"), Kind.SECONDARY)
        connections.clicked.connect(self.connections_wanted)
        network = SettingRow(
            theme,
            texts.text("panels.settings.network"),
            texts.text("panels.settings.network_about"),
            connections,
        )
        return [
            Section("look", IconName.PALETTE, [("", self.look.rows)]),
            Section("engine", IconName.CPU, [("", self.engine.rows)]),
            Section("privacy", IconName.SHIELD_CHECK, [("", self.privacy.rows)]),
            Section("network", IconName.UNPLUG, self._network_cards(network)),
            Section("keyboard", IconName.KEYBOARD, self.keyboard.cards),
            Section("access", IconName.ACCESSIBILITY, [("", self.look.access_rows)]),
        ]

    def _network_cards(self, connections: SettingRow) -> list[tuple[str, Sequence[SettingRow]]]:
        heading = texts.text("panels.settings.downloads")
        return [("", [connections]), (heading, self.downloads.rows)]

    def _build(self) -> None:
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 16, 1, 12)
        side.setSpacing(12)
        for widget in (self.search, self.section_box):
            inset = QHBoxLayout()
            inset.setContentsMargins(12, 0, 12, 0)
            inset.addWidget(widget)
            side.addLayout(inset)
        side.addWidget(self.sections, 1)
        column = self._scroll.column
        column.addSpacing(28)
        column.addWidget(self._nothing)
        for page in self._pages:
            column.addWidget(page)
        column.addSpacing(16)
        column.addStretch(1)
        self._outer = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        self._outer.addWidget(self._side)
        self._outer.addWidget(self._scroll, 1)

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _words: self._show())
        self.search.entered_results.connect(self._enter)
        self.search.cancelled.connect(self._leave)
        self.sections.chosen.connect(self._chosen)
        self.sections.opened.connect(lambda section: self._chosen(section.row()))
        self.sections.left_upwards.connect(lambda: self.ring.move_focus(self.search))
        self.section_box.activated.connect(self.choose)

    def choose(self, place: int) -> None:
        """Show a section; a search ends."""
        self.sections.choose(place)
        self._chosen(place)

    def choose_keyboard(self) -> None:
        """Show the keys."""
        keys = (place for place, page in enumerate(self._pages) if page.section.key == "keyboard")
        self.choose(next(keys))

    def _chosen(self, place: int) -> None:
        self.section_box.setCurrentIndex(place)
        self.search.clear()
        self._show()
        self._scroll.verticalScrollBar().setValue(0)

    def _show(self) -> None:
        wanted = self.search.text().strip()
        here = self.sections.currentIndex().row()
        self.sections.set_searched(bool(wanted))
        found = False
        for place, page in enumerate(self._pages):
            seen = page.show_matching(wanted) if wanted else place == here
            if not wanted:
                page.show_matching("")
            page.setVisible(seen)
            found = found or seen
        self._nothing.setVisible(not found)

    def _enter(self) -> None:
        if self.sections.isVisible():
            self.ring.move_focus(self.sections)
        else:
            self.ring.move_focus(self.section_box)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        self.downloads.set_theme(theme)
        theme.dress(
            *(self.search, self.sections, self.section_box, self._nothing, self._side, self._scroll),
            *self._pages,
        )
        self._turn()

    def _turn(self) -> None:
        stacked = self.width() < self.theme.px(STACKS_BELOW)
        stack(self._outer, stacked)
        self.sections.setVisible(not stacked)
        self.section_box.setVisible(stacked)
        if stacked:
            self._side.setMinimumWidth(0)
            self._side.setMaximumWidth(16_777_215)
        else:
            least, most = self.theme.px(SIDE), self.theme.px(SIDE_MOST)
            self._side.setFixedWidth(max(least, min(most, self.sections.whole_width)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the sections above the rows where there is no room beside them."""
        super().resizeEvent(event)
        self._turn()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def _leave(self) -> None:
        """Leave keys that are asked about; the window, where none are."""
        if not self.keyboard.give_up():
            self.close()

    def showEvent(self, event: QShowEvent) -> None:
        """Say that the rows are looked at."""
        super().showEvent(event)
        self.engine.looked_at.emit()
