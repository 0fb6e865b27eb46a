"""The pages before a conversation.

Job: show the page that the start needs over the window, hand the person's choice to the controller and
the controller's answer to the page. Rule: one page at a time; no key and no passphrase is kept here.
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.core.errors import UserError
from app.storage.profile_state import ProfileState
from app.ui.flow.start.controller import StartController
from app.ui.views.start.first_run import FirstRunPage
from app.ui.views.start.trouble_page import TroublePage
from app.ui.views.start.unlock import UnlockPage, Way
from app.ui.views.window.main_window import MainWindow

WAYS = {
    ProfileState.LOCKED_PASSPHRASE: (Way.PASSPHRASE, Way.CODE),
    ProfileState.LOCKED_RECOVERY: (Way.CODE,),
    ProfileState.LOCKED_OS: (Way.CODE, Way.KEY_STORE),
}


class StartPages(QObject):
    """Shows first start, unlocking or trouble in ``window`` as ``start`` asks for it."""

    def __init__(
        self, window: MainWindow, start: StartController, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._start = start
        self._page: FirstRunPage | UnlockPage | None = None
        start.first_start.connect(self._first_start)
        start.locked.connect(self._locked)
        start.refused.connect(self._refused)
        start.recovery_code.connect(self._recovery_code)
        start.damaged.connect(self._damaged)
        start.opened.connect(self._done)

    def _first_start(self, key_store: bool) -> None:
        page = FirstRunPage(self._window.theme, key_store=key_store)

        page.recovery_code_kept.connect(self._start.recovery_code_kept)

        def keep_in_key_store() -> None:
            page.set_waiting(True)
            self._start.keep_in_key_store()

        def keep_behind(passphrase: str) -> None:
            page.set_waiting(True)
            self._start.keep_behind(passphrase)

        page.key_store_chosen.connect(keep_in_key_store)
        page.passphrase_chosen.connect(keep_behind)
        page.nothing_chosen.connect(self._start.keep_nothing)
        self._show(page)

    def _locked(self, state: ProfileState, wait_seconds: int) -> None:
        page = UnlockPage(self._window.theme, WAYS[state])
        page.passphrase_given.connect(self._start.unlock_with_passphrase)
        page.code_given.connect(self._start.unlock_with_code)
        page.key_store_asked.connect(self._start.unlock_with_key_store)
        page.count_down_from(wait_seconds)
        self._show(page)
        page.field.setFocus()

    def _refused(self, error: UserError) -> None:
        if isinstance(self._page, UnlockPage):
            self._page.show_failure(error.sentence, int(error.values.get("seconds", 0)))
        elif self._page is not None:
            self._page.show_failure(error.sentence)

    def _recovery_code(self, code: str, again: bool) -> None:
        page = self._page
        if not isinstance(page, FirstRunPage):
            # An opened vault whose code nobody confirmed: this page is all that is missing of its start.
            page = FirstRunPage(self._window.theme, key_store=False)
            page.recovery_code_kept.connect(self._start.recovery_code_kept)
            self._show(page)
        page.show_recovery_code(code, again=again)

    def _damaged(self, error: UserError) -> None:
        page = TroublePage(self._window.theme, error.words)
        page.again_asked.connect(self._start.begin)
        page.close_asked.connect(self._window.close)
        self._page = None
        self._window.show_page(page)

    def _done(self, _vault: object) -> None:
        if isinstance(self._page, FirstRunPage):
            self._page.recovery.forget()
        self._page = None

    def _show(self, page: FirstRunPage | UnlockPage) -> None:
        self._page = page
        self._window.show_page(page)
