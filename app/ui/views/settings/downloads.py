"""The settings of downloads.

Job: where files come from, the proxy, certificates to trust, and forgetting what signs in, as rows.
Rule: it reads and keeps declared settings only; secrets are never shown, who owns the key store removes
them.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.core import texts
from app.core.paths import usual_folder
from app.core.rules import settings as declared
from app.core.rules.settings import Setting, Settings
from app.library.fetch.protocol import ADDRESS
from app.ui.dialogs.entry import Asked, EntryDialog
from app.ui.theme import Theme
from app.ui.theme.style_sheet import Kind
from app.ui.views.settings.rows import SettingRow
from app.ui.widgets.controls.buttons import TextButton


def is_address(words: Sequence[str]) -> bool:
    """Say whether one address was entered, or nothing."""
    return all(not word.strip() or ADDRESS.fullmatch(word.strip()) for word in words)


class DownloadSettings(QObject):
    """The rows and their meaning; ``forget_requested`` when token and proxy sign-in shall be removed."""

    forget_requested = Signal()
    changed = Signal()

    def __init__(self, theme: Theme, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._settings, self._window = theme, settings, window
        self.dialog: EntryDialog | None = None
        self.buttons: dict[Setting, TextButton] = {}
        self._by_setting: dict[Setting, SettingRow] = {}
        for setting in (declared.ENDPOINT, declared.PROXY, declared.CA_FILE):
            button = TextButton(theme, "", Kind.SECONDARY)
            button.clicked.connect(lambda _checked=False, setting=setting: self._ask(setting))
            self.buttons[setting] = button
            self._by_setting[setting] = SettingRow(theme, setting.name, "", button)
            self._show(setting)
        self.forget = TextButton(theme, texts.text("panels.settings.forget"), Kind.SECONDARY)
        self.forget.clicked.connect(self.forget_requested)
        self.rows: Sequence[SettingRow] = (
            *self._by_setting.values(),
            SettingRow(
                theme,
                texts.text("panels.settings.secrets"),
                texts.text("panels.settings.secrets_about"),
                self.forget,
            ),
        )

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme`` for what is opened next."""
        self._theme = theme

    def _show(self, setting: Setting) -> None:
        value = self._settings.word(setting)
        now = texts.text("panels.settings.now", value=value, about=setting.about)
        self._by_setting[setting].set_sentence(now if value else setting.about)
        verb = "change" if setting is not declared.CA_FILE else "remove" if value else "choose"
        self.buttons[setting].setText(texts.text(f"panels.settings.{verb}"))

    def _ask(self, setting: Setting) -> None:
        if setting is declared.CA_FILE:
            self._choose_file(setting)
            return
        field = Asked(texts.text("panels.settings.address"), False, self._settings.word(setting))
        verb = texts.text("panels.settings.keep_address")
        self.dialog = EntryDialog(
            self._theme, setting.name, setting.about, [field], verb, is_address, self._window
        )
        self.dialog.given.connect(lambda words: self._keep(setting, words[0].strip()))
        self.dialog.open()

    def _choose_file(self, setting: Setting) -> None:
        """Take another file; one that is set is removed first."""
        if self._settings.word(setting):
            self._keep(setting, "")
            return
        kinds = texts.text("panels.settings.certificates")
        path, _ = QFileDialog.getOpenFileName(self._window, setting.name, str(usual_folder()), kinds)
        if path:
            self._keep(setting, path)

    def _keep(self, setting: Setting, value: str) -> None:
        self._settings.keep(setting, value)
        self._show(setting)
        self.changed.emit()
