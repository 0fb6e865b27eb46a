"""The settings of what is kept.

Job: for how long deleted conversations can be restored, the way to them, and the way to another
recovery code, as rows. Rule: it reads and
keeps declared settings only; where nothing is kept the rows say so.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from app.core import texts
from app.core.rules import settings as declared
from app.core.rules.settings import Settings
from app.ui.theme import Theme
from app.ui.theme.style_sheet import Kind
from app.ui.views.settings.rows import SettingRow
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.controls.choices import DropDown

DAYS = (0, 7, 30, 90, 365)


class PrivacySettings(QObject):
    """``days_changed`` when deleted conversations stay for another time; ``bin_wanted`` to see them.

    ``code_wanted``: another recovery code shall be made.
    """

    days_changed = Signal()
    bin_wanted = Signal()
    code_wanted = Signal()

    def __init__(self, theme: Theme, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.days = DropDown(theme)
        now = round(settings.number(declared.BIN_DAYS))
        for days in DAYS if now in DAYS else sorted({*DAYS, now}):
            self.days.addItem(_words(days), days)
        self.days.setCurrentIndex(self.days.findData(now))
        self.days.activated.connect(self._keep)
        self.bin = TextButton(theme, texts.text("bin.settings.show"), Kind.SECONDARY)
        self.bin.clicked.connect(self.bin_wanted)
        about = declared.BIN_DAYS.about
        self._days_row = SettingRow(theme, declared.BIN_DAYS.name, about, self.days)
        waiting, waiting_about = (
            texts.text(f"bin.settings.{key}") for key in ("waiting", "waiting_about")
        )
        self.code = TextButton(theme, texts.text("ui.new_code.button"), Kind.SECONDARY)
        self.code.clicked.connect(self.code_wanted)
        setting = texts.text("ui.new_code.setting")
        self._code_row = SettingRow(theme, setting, texts.text("ui.new_code.setting_about"), self.code)
        self.rows: Sequence[SettingRow] = (
            self._days_row,
            SettingRow(theme, waiting, waiting_about, self.bin),
            self._code_row,
        )

    def set_kept(self, kept: bool) -> None:
        """Say whether anything is kept in this run; without that there is no bin."""
        sentence = declared.BIN_DAYS.about if kept else texts.text("bin.settings.nothing")
        self._days_row.set_sentence(sentence)
        self.days.setEnabled(kept)
        self.bin.setEnabled(kept)
        self.code.setEnabled(kept)
        if not kept:
            self._code_row.set_sentence(texts.text("ui.new_code.setting_nothing"))

    def _keep(self, row: int) -> None:
        self._settings.keep(declared.BIN_DAYS, float(self.days.itemData(row)))
        self.days_changed.emit()


def _words(days: int) -> str:
    return texts.plural("bin.settings.days", days) if days else texts.text("bin.settings.never")
