"""Signing in where a download needs it: to the hub by a token, to the proxy by name and password.

Job: ask, have the key store keep it, and go on with the download. Rule: a token is sent only for the
download it was entered or chosen for; all can be forgotten again.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.core.errors import UserError
from app.core.texts import text
from app.ui.dialogs.entry import Asked, EntryDialog
from app.ui.flow.library.arriving.downloads import Downloads
from app.ui.flow.library.arriving.secrets import DownloadSecrets
from app.ui.flow.tasks import Lane
from app.ui.theme import Theme


class SignIn(QObject):
    """``go_on`` starts a download again; ``trouble`` is told what the key store refused."""

    def __init__(
        self,
        window: QWidget,
        theme: Callable[[], Theme],
        lane: Lane,
        secrets: DownloadSecrets,
        downloads: Downloads,
        go_on: Callable[[str], None],
        trouble: Callable[[UserError], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._theme, self._lane = window, theme, lane
        self._secrets, self._downloads = secrets, downloads
        self._go_on, self._trouble = go_on, trouble
        self.dialog: EntryDialog | None = None

    def act(self, key: str, code: str) -> bool:
        """Do what a button says; returns whether it was one of these."""
        if code == "use_token":
            self._with_token(key)
        elif code == "token":
            self._ask(key, "token", self._keep_token)
        elif code == "proxy_sign_in":
            self._ask(key, "proxy", self._keep_proxy_sign_in)
        elif code == "forget_secrets":
            self._lane.run(self._secrets.forget, None, self._trouble)
        else:
            return False
        return True

    def _ask(self, key: str, kind: str, keep: Callable[[str, list[str]], None]) -> None:
        fields = {
            "token": [Asked(text("models.sign_in.token"))],
            "proxy": [
                Asked(text("models.sign_in.user"), secret=False),
                Asked(text("models.sign_in.password")),
            ],
        }
        self.dialog = EntryDialog(
            self._theme(),
            text(f"models.sign_in.{kind}_title"),
            text(f"models.sign_in.{kind}_about"),
            fields[kind],
            text("models.sign_in.proceed"),
            parent=self._window,
        )
        self.dialog.given.connect(lambda words: keep(key, words))
        self.dialog.open()

    def _keep_token(self, key: str, words: list[str]) -> None:
        token = words[0].strip()
        self._lane.run(
            lambda: self._secrets.keep_token(token), lambda _: self._with_token(key), self._trouble
        )

    def _keep_proxy_sign_in(self, key: str, words: list[str]) -> None:
        user, password = words[0].strip(), words[1]
        self._lane.run(
            lambda: self._secrets.keep_proxy_sign_in(user, password),
            lambda _: self._go_on(key),
            self._trouble,
        )

    def _with_token(self, key: str) -> None:
        job = self._downloads.get(key)
        if job is not None:
            job.with_token = True
            self._go_on(key)
