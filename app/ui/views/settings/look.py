"""The settings of what the window looks like.

Job: theme, text size, contrast, motion and the menu bar, as rows. Rule: a choice shows at once and is
kept; what is not a choice of its own (the system's wish) is never overwritten by showing it.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from app.core import texts
from app.core.rules import settings as declared
from app.core.rules.settings import Setting, Settings
from app.ui.commands import table
from app.ui.commands.actions import Actions
from app.ui.theme import Theme
from app.ui.theme.appearance import STEPS, Appearance, ThemeChoice
from app.ui.transcript.access.speech import ReadAloud
from app.ui.views.settings.rows import SettingRow
from app.ui.widgets.controls.choices import DropDown
from app.ui.widgets.controls.toggle import Toggle


class LookSettings(QObject):
    """``rows`` for reading, ``access_rows`` for accessibility.

    ``read_aloud_chosen`` carries a :class:`ReadAloud`.
    """

    read_aloud_chosen = Signal(object)

    def __init__(
        self,
        theme: Theme,
        appearance: Appearance,
        settings: Settings,
        commands: Actions,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._appearance, self._settings, self._commands = appearance, settings, commands
        self.theme_box = _choices(theme, [(f"theme_{one.value}", one) for one in ThemeChoice])
        self.size_box = DropDown(theme)
        for step in STEPS:
            self.size_box.addItem(texts.text("ui.settings.size_value", percent=round(step * 100)), step)
        self.contrast_box = _choices(theme, [("as_system", False), ("contrast_high", True)])
        self.motion_box = _choices(theme, [("as_system", False), ("motion_less", True)])
        self.speech_box = _choices(theme, [(f"read_{one.value}", one) for one in ReadAloud])
        self.menu_bar = Toggle(theme)
        rows = [
            _row(theme, declared.THEME, self.theme_box),
            _row(theme, declared.TEXT_SCALE, self.size_box),
        ]
        if table.MENU_BAR in commands.known():
            rows.append(_row(theme, declared.MENU_BAR, self.menu_bar))
        self.rows: Sequence[SettingRow] = rows
        self.access_rows: Sequence[SettingRow] = (
            _row(theme, declared.CONTRAST, self.contrast_box),
            _row(theme, declared.MOTION, self.motion_box),
            _row(theme, declared.READ_ALOUD, self.speech_box),
        )
        self._connect()
        self.show_current()

    def _connect(self) -> None:
        self.theme_box.activated.connect(self._choose_theme)
        self.size_box.activated.connect(self._choose_size)
        self.contrast_box.activated.connect(self._choose_contrast)
        self.motion_box.activated.connect(self._choose_motion)
        self.speech_box.activated.connect(self._choose_speech)
        self.menu_bar.clicked.connect(lambda: self._commands.give(table.MENU_BAR))
        self._commands.action(table.MENU_BAR).toggled.connect(self.menu_bar.setChecked)
        self._appearance.changed.connect(self.show_current)

    def _choose_theme(self, row: int) -> None:
        choice = ThemeChoice(self.theme_box.itemData(row))
        self._appearance.set_choice(choice)
        self._settings.keep(declared.THEME, choice.value)

    def _choose_size(self, row: int) -> None:
        self._appearance.set_scale(STEPS[row])
        self._settings.keep(declared.TEXT_SCALE, STEPS[row])

    def _choose_contrast(self, row: int) -> None:
        self._appearance.set_high_contrast(bool(row))
        self._settings.keep(declared.CONTRAST, declared.CONTRAST.choices[row])

    def _choose_motion(self, row: int) -> None:
        self._appearance.set_still(bool(row))
        self._settings.keep(declared.MOTION, declared.MOTION.choices[row])

    def _choose_speech(self, row: int) -> None:
        choice = ReadAloud(self.speech_box.itemData(row))
        self._settings.keep(declared.READ_ALOUD, choice.value)
        self.read_aloud_chosen.emit(choice)

    def show_current(self, _theme: Theme | None = None) -> None:
        """Show what holds now."""
        look = self._appearance
        self.theme_box.setCurrentIndex(self.theme_box.findData(look.choice))
        nearest = min(range(len(STEPS)), key=lambda place: abs(STEPS[place] - look.scale))
        self.size_box.setCurrentIndex(nearest)
        self.contrast_box.setCurrentIndex(int(look.high_contrast))
        self.motion_box.setCurrentIndex(int(look.still))
        spoken = ReadAloud(self._settings.word(declared.READ_ALOUD))
        self.speech_box.setCurrentIndex(self.speech_box.findData(spoken))
        self.menu_bar.setChecked(self._settings.is_on(declared.MENU_BAR))


def _choices(theme: Theme, choices: Sequence[tuple[str, object]]) -> DropDown:
    box = DropDown(theme)
    for key, value in choices:
        box.addItem(texts.text(f"ui.settings.{key}"), value)
    return box


def _row(theme: Theme, setting: Setting, control: DropDown | Toggle) -> SettingRow:
    return SettingRow(theme, setting.name, setting.about, control)
