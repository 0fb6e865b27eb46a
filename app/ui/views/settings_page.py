"""The settings that exist so far: theme, text size, model and memory.

Job: a small window beside the main one. Rule: it changes only the appearance and the settings it was
given; whoever owns what they are about listens.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core import settings as declared
from app.core import texts
from app.core.settings import Settings
from app.ui.theme import TextRole, Theme
from app.ui.theme.appearance import STEPS, Appearance, ThemeChoice
from app.ui.theme.theme import Themed
from app.ui.views.cover_page import CoverColumn
from app.ui.views.engine_settings import EngineSettings
from app.ui.views.settings_rows import SettingRow, SettingsCard
from app.ui.widgets.choices import DropDown
from app.ui.widgets.focus_ring import FocusRing
from app.ui.widgets.label import Label
from app.ui.widgets.panel import Panel

COLUMN = 560


class SettingsWindow(Panel):
    """A window of its own; ``theme_chosen`` and ``scale_chosen`` follow the person's choices.

    ``engine`` keeps the settings of model and memory and says which of them changed.
    """

    theme_chosen = Signal(object)
    scale_chosen = Signal(float)

    def __init__(
        self,
        theme: Theme,
        appearance: Appearance,
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, "canvas", None, parent)
        self.setWindowFlag(Qt.WindowType.Window)
        self.setWindowTitle(texts.text("ui.settings_title"))
        self.setMinimumSize(480, 360)
        self.resize(720, 640)
        self._appearance = appearance
        self._scroll = CoverColumn(theme, COLUMN)
        self._title = Label(theme, texts.text("ui.settings.title"), TextRole.TITLE)
        self.theme_box = DropDown(theme)
        for choice in ThemeChoice:
            self.theme_box.addItem(texts.text(f"ui.settings.theme_{choice.value}"), choice)
        self.size_box = DropDown(theme)
        for step in STEPS:
            self.size_box.addItem(texts.text("ui.settings.size_value", percent=round(step * 100)), step)
        self._look = SettingsCard(
            theme,
            (
                SettingRow(theme, declared.THEME.name, declared.THEME.about, self.theme_box),
                SettingRow(theme, declared.TEXT_SCALE.name, declared.TEXT_SCALE.about, self.size_box),
            ),
        )
        self.engine = EngineSettings(theme, settings, self)
        self._engine_title = Label(theme, texts.text("panels.settings.title"), TextRole.TITLE)
        self._engine_card = SettingsCard(theme, self.engine.rows)
        self._ring = FocusRing(theme, self)
        self._build()
        self._show_current(theme)
        self.theme_box.activated.connect(self._choose_theme)
        self.size_box.activated.connect(self._choose_size)
        appearance.changed.connect(self.set_theme)

    def _build(self) -> None:
        column = self._scroll.column
        for title, card in ((self._title, self._look), (self._engine_title, self._engine_card)):
            column.addSpacing(28)
            column.addWidget(title)
            column.addSpacing(16)
            column.addWidget(card)
        column.addSpacing(28)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._scroll)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        parts: tuple[Themed, ...] = (
            *(self._scroll, self._title, self._look, self._engine_title, self._engine_card),
            self._ring,
        )
        for part in parts:
            part.set_theme(theme)
        self._show_current(theme)

    def _show_current(self, theme: Theme) -> None:
        self.theme_box.setCurrentIndex(self.theme_box.findData(self._appearance.choice))
        nearest = min(range(len(STEPS)), key=lambda place: abs(STEPS[place] - theme.scale))
        self.size_box.setCurrentIndex(nearest)

    def _choose_theme(self, row: int) -> None:
        choice = ThemeChoice(self.theme_box.itemData(row))
        self._appearance.set_choice(choice)
        self.theme_chosen.emit(choice)

    def _choose_size(self, row: int) -> None:
        self._appearance.set_scale(STEPS[row])
        self.scale_chosen.emit(STEPS[row])

    def showEvent(self, event: QShowEvent) -> None:
        """Say that the rows are looked at."""
        super().showEvent(event)
        self.engine.looked_at.emit()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Show the ring where Tab goes."""
        self._ring.by_keyboard()
        return super().focusNextPrevChild(forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes the window."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)
