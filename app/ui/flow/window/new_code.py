"""Another recovery code, from the settings.

Job: ask for the passphrase where there is one, make the code, show it, and note that it was kept. Rule:
whoever sits at an open window does not get a code without the passphrase; a code that was made and not
confirmed is replaced at the next start.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget

from app.core import texts
from app.core.errors import UserError
from app.storage.recovery import Recovery
from app.ui.dialogs.box import plain_box
from app.ui.dialogs.entry import Asked, EntryDialog
from app.ui.dialogs.new_code import NewCodeDialog
from app.ui.flow.tasks import Lane
from app.ui.views.settings.window import SettingsWindow
from app.ui.views.window.main_window import MainWindow


class NewCode(QObject):
    """Serves the button of the settings, whenever they are open (``join``)."""

    def __init__(
        self, window: MainWindow, recovery: Recovery, lane: Lane, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._recovery = recovery
        self._lane = lane
        self._settings: SettingsWindow | None = None
        self.entry: EntryDialog | None = None
        self.code: NewCodeDialog | None = None

    def join(self, shown: SettingsWindow) -> None:
        """Serve this settings window until it closes."""
        self._settings = shown
        shown.privacy.code_wanted.connect(self.ask)
        shown.closed.connect(self._left)

    @property
    def _front(self) -> QWidget:
        return self._settings or self._window

    def _left(self) -> None:
        # What stood in front of the settings goes with them.
        self._settings = self.entry = self.code = None

    def ask(self) -> None:
        """Ask for the passphrase, or only whether it is meant where the key store has the key."""
        asks = self._recovery.asks_for_passphrase
        about = texts.text(f"ui.new_code.about_{'passphrase' if asks else 'key_store'}")
        fields = [Asked(texts.text("ui.unlock.passphrase"))] if asks else []
        self.entry = EntryDialog(
            self._window.theme,
            texts.text("ui.new_code.title"),
            about,
            fields,
            texts.text("ui.new_code.make"),
            parent=self._front,
        )
        self.entry.given.connect(self._given)
        self.entry.finished.connect(self._asked)
        self.entry.open()

    def _asked(self) -> None:
        if self.entry is not None:
            self.entry.deleteLater()
            self.entry = None

    def _given(self, words: Sequence[str]) -> None:
        def made() -> str:
            if words:
                self._recovery.check_passphrase(words[0])
            return self._recovery.renew()

        self._lane.run(made, self._show, self._refused)

    def _show(self, code: str) -> None:
        self.code = NewCodeDialog(self._window.theme, code, self._front)
        self.code.form.kept.connect(self._confirm)
        self.code.finished.connect(self._closed)
        self.code.open()

    def _confirm(self) -> None:
        self._lane.run(self._recovery.confirm, lambda _: self._close(), self._not_noted)

    def _close(self) -> None:
        if self.code is not None:
            self.code.accept()

    def _closed(self) -> None:
        self.code = None

    def _not_noted(self, error: UserError) -> None:
        if self.code is not None:
            self.code.trouble.set_text(error.sentence)

    def _refused(self, error: UserError) -> None:
        box = plain_box(error.sentence, self._front, "ui.new_code.title")
        box.addButton(texts.text("ui.new_code.close"), QMessageBox.ButtonRole.AcceptRole)
        box.open()
