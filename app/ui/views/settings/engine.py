"""The settings of model and memory.

Job: context, idle end, reading ahead and what is kept on disk, as rows. Rule: it reads and keeps
declared settings only; a value that no choice names is shown as it is and stays until it is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from app.core import texts
from app.core.rules import settings as declared
from app.core.rules.settings import OFF, ON, Setting, Settings
from app.ui.theme import Theme
from app.ui.theme.style_sheet import Kind
from app.ui.views.settings.rows import SettingRow
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.controls.choices import DropDown
from app.ui.widgets.controls.toggle import Toggle
from app.ui.widgets.words.figures import short_size, window

CONTEXTS = (0, 4096, 8192, 16_384, 32_768)
MINUTES = (0, 5, 15, 30, 60)
FLOORS = (0, 15, 30, 50)
CAPS_MIB = (512, 1024, 2048, 4096)
MIB = 1024**2


class EngineSettings(QObject):
    """The rows and their meaning; ``changed`` carries the :class:`Setting` that the person changed."""

    changed = Signal(object)
    delete_requested = Signal()
    """All reading progress on the disk shall be deleted now."""
    looked_at = Signal()
    """The rows came into sight: what they tell may be old."""

    def __init__(self, theme: Theme, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.context = self._choice(theme, declared.CONTEXT_TOKENS, CONTEXTS, _context_words)
        self.idle = self._choice(theme, declared.IDLE_END_MINUTES, MINUTES, _minutes_words)
        self.floor = self._choice(theme, declared.BATTERY_FLOOR, FLOORS, _floor_words)
        self.cap = self._choice(theme, declared.SNAPSHOT_CAP_MIB, CAPS_MIB, short_size)
        self.read_ahead = Toggle(theme)
        self.read_ahead.setChecked(settings.is_on(declared.READ_AHEAD))
        self.keep = Toggle(theme)
        self.keep.setChecked(settings.number(declared.SNAPSHOT_CAP_MIB) > 0)
        self.delete = TextButton(theme, texts.text("panels.settings.delete"), Kind.SECONDARY)
        self._delete_row = SettingRow(
            theme,
            texts.text("panels.settings.kept"),
            texts.text("panels.settings.kept_about"),
            self.delete,
        )
        self.rows: Sequence[SettingRow] = (
            _row(theme, declared.CONTEXT_TOKENS, self.context),
            _row(theme, declared.IDLE_END_MINUTES, self.idle),
            _row(theme, declared.READ_AHEAD, self.read_ahead),
            _row(theme, declared.BATTERY_FLOOR, self.floor),
            SettingRow(
                theme,
                texts.text("panels.settings.keep"),
                texts.text("panels.settings.keep_about"),
                self.keep,
            ),
            _row(theme, declared.SNAPSHOT_CAP_MIB, self.cap),
            self._delete_row,
        )
        self.read_ahead.toggled.connect(self._switch_read_ahead)
        self.keep.toggled.connect(self._switch_keep)
        self.delete.clicked.connect(self.delete_requested)
        self._enable()

    def show_kept(self, used_bytes: int) -> None:
        """Say how much reading progress lies on the disk."""
        about = texts.text("panels.settings.kept_size", size=short_size(used_bytes / MIB))
        self._delete_row.set_sentence(about)
        self.delete.setEnabled(used_bytes > 0)

    def _choice(
        self,
        theme: Theme,
        setting: Setting,
        choices: Sequence[int],
        words: Callable[[int], str],
    ) -> DropDown:
        box = DropDown(theme)
        now = round(self._settings.number(setting))
        hidden = setting is declared.SNAPSHOT_CAP_MIB and now == 0
        shown = choices if now in choices or hidden else sorted({*choices, now})
        for value in shown:
            box.addItem(words(value), value)
        box.setCurrentIndex(box.findData(round(float(setting.default)) if hidden else now))
        box.activated.connect(lambda row: self._keep(setting, float(box.itemData(row))))
        return box

    def _keep(self, setting: Setting, value: declared.Value) -> None:
        self._settings.keep(setting, value)
        self.changed.emit(setting)

    def _switch_read_ahead(self, on: bool) -> None:
        self._keep(declared.READ_AHEAD, ON if on else OFF)
        self._enable()

    def _switch_keep(self, on: bool) -> None:
        self._keep(declared.SNAPSHOT_CAP_MIB, float(self.cap.currentData()) if on else 0.0)
        self._enable()

    def _enable(self) -> None:
        """Switch off what means nothing now, and say why."""
        for box, switch, key in (
            (self.floor, self.read_ahead, "needs_read_ahead"),
            (self.cap, self.keep, "needs_keep"),
        ):
            box.setEnabled(switch.isChecked())
            box.setToolTip("" if switch.isChecked() else texts.text(f"panels.settings.{key}"))


def _row(theme: Theme, setting: Setting, control: DropDown | Toggle) -> SettingRow:
    return SettingRow(theme, setting.name, setting.about, control)


def _context_words(tokens: int) -> str:
    if not tokens:
        return texts.text("panels.settings.automatic")
    return texts.text("panels.settings.tokens", count=window(tokens))


def _minutes_words(minutes: int) -> str:
    if not minutes:
        return texts.text("panels.settings.never")
    return texts.plural("panels.settings.minutes", minutes)


def _floor_words(percent: int) -> str:
    if not percent:
        return texts.text("panels.settings.any_charge")
    return texts.text("panels.settings.below", percent=percent)
