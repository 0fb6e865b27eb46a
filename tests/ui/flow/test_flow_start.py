"""From a profile on the disk to the page a person sees."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.core.errors import UserError
from app.storage.files.instance_lock import InstanceLock
from app.storage.keys.keystore import Keystore
from app.storage.keys.slots import PassphraseCost
from app.storage.recovery import Recovery
from app.storage.unlock import Protection, create, open_with_passphrase, open_with_recovery
from app.storage.vault import Vault
from app.ui.flow.start.controller import StartController
from app.ui.flow.start.pages import StartPages
from app.ui.flow.tasks import Lane
from app.ui.flow.window.second_start import SecondStart
from app.ui.theme import Theme
from app.ui.views.start.first_run import FirstRunPage
from app.ui.views.start.unlock import UnlockPage
from app.ui.views.window.main_window import MainWindow
from tests.storage.harness import MemoryStore

PASSPHRASE = "several plain words"
CHEAP = PassphraseCost(memory_kib=64, iterations=1, lanes=1)


class Start:
    """One run of the program as far as an open vault."""

    def __init__(
        self, qtbot: QtBot, theme: Theme, profile: Path, keystore: Keystore | None = None
    ) -> None:
        self._qtbot = qtbot
        self.window = MainWindow(theme, QWidget())
        qtbot.addWidget(self.window)
        self._lane = Lane("storage")
        self.start = StartController(profile, self._lane, keystore or Keystore())
        self._pages = StartPages(self.window, self.start)
        self.opened: list[Vault] = []
        self.start.opened.connect(self.opened.append)

    def unlock(self) -> None:
        """Give the passphrase to the page that asks for it."""
        with self._qtbot.waitSignal(self.start.locked):
            self.start.begin()
        page = self.window.pages.currentWidget()
        assert isinstance(page, UnlockPage)
        page.field.setText(PASSPHRASE)
        page.unlock.click()

    def code_page(self) -> FirstRunPage:
        """Return the page that shows a recovery code, once it does."""

        def shown() -> bool:
            page = self.window.pages.currentWidget()
            return isinstance(page, FirstRunPage) and bool(page.recovery.shown.text())

        self._qtbot.waitUntil(shown)
        page = self.window.pages.currentWidget()
        assert isinstance(page, FirstRunPage)
        return page

    def keep(self) -> None:
        """Say that the code is in a safe place, and press the button more than once."""
        form = self.code_page().recovery
        form.agree.setChecked(True)
        form.proceed.click()
        form.proceed.click()
        self._qtbot.waitUntil(lambda: bool(self.opened))

    def close(self) -> None:
        """Close as the program does."""
        for vault in self.opened:
            self._lane.run(vault.close)
        self.start.close()
        assert self._lane.close()
        self._pages.deleteLater()


def _code(page: FirstRunPage) -> str:
    return "-".join(page.recovery.shown.text().split())


def test_a_code_that_nobody_confirmed_is_replaced_and_shown_at_the_next_start(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    vault, first = create(tmp_path, Protection.with_passphrase(PASSPHRASE, CHEAP))
    vault.close()  # Alt+F4 on the page with the code

    second = Start(qtbot, theme, tmp_path)
    second.unlock()
    page = second.code_page()
    seen = _code(page)
    assert seen != first
    assert not second.opened
    second.close()  # and once more

    third = Start(qtbot, theme, tmp_path)
    third.unlock()
    last = _code(third.code_page())
    assert last not in (first, seen)
    third_page = third.code_page()
    third.keep()
    assert third_page.recovery.shown.text() == ""
    assert len(third.opened) == 1
    third.close()

    fourth = Start(qtbot, theme, tmp_path)
    fourth.unlock()
    qtbot.waitUntil(lambda: bool(fourth.opened))
    fourth.close()
    for gone in (first, seen):
        with pytest.raises(UserError, match="wrong_code"):
            open_with_recovery(tmp_path, gone)
    open_with_recovery(tmp_path, last).close()


def test_a_key_store_that_opens_by_itself_shows_the_code_too(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    kept: dict[str, str] = {}
    keystore = Keystore(lambda: MemoryStore(kept))
    create(tmp_path, Protection.os_keystore(), keystore)[0].close()
    run = Start(qtbot, theme, tmp_path, keystore)
    run.start.begin()
    code = _code(run.code_page())
    run.keep()
    run.close()
    open_with_recovery(tmp_path, code).close()
    again = Start(qtbot, theme, tmp_path, keystore)
    again.start.begin()
    qtbot.waitUntil(lambda: bool(again.opened))
    again.close()


def test_a_disk_that_refuses_a_new_code_keeps_nobody_out(
    qtbot: QtBot, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(tmp_path, Protection.with_passphrase(PASSPHRASE, CHEAP))[0].close()
    run = Start(qtbot, theme, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Recovery, "renew", _full)
        run.unlock()
        qtbot.waitUntil(lambda: bool(run.opened))
    run.close()
    after = Start(qtbot, theme, tmp_path)
    after.unlock()
    after.code_page()
    after.close()


def test_a_disk_that_cannot_note_the_confirmation_leaves_the_code_on_the_page(
    qtbot: QtBot, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(tmp_path, Protection.with_passphrase(PASSPHRASE, CHEAP))[0].close()
    run = Start(qtbot, theme, tmp_path)
    run.unlock()
    page = run.code_page()
    with monkeypatch.context() as patch:
        patch.setattr(Recovery, "confirm", _full)
        page.recovery.agree.setChecked(True)
        with qtbot.waitSignal(run.start.refused):
            page.recovery.proceed.click()
    assert page.notice.sentence
    assert _code(page)
    run.keep()
    run.close()


def _full(_: object) -> None:
    raise UserError("storage.disk_full")


def test_a_wrong_try_before_a_restart_is_counted_down_on_the_page(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    vault, code = create(tmp_path, Protection.with_passphrase(PASSPHRASE, CHEAP))
    vault.close()
    open_with_recovery(tmp_path, code).close()  # somebody has the code
    with pytest.raises(UserError, match="wrong_passphrase"):
        open_with_passphrase(tmp_path, "other plain words", wait=lambda _: None)

    window = MainWindow(theme, QWidget())
    qtbot.addWidget(window)
    lane = Lane("storage")
    start = StartController(tmp_path, lane, Keystore())
    pages = StartPages(window, start)
    with qtbot.waitSignal(start.locked):
        start.begin()
    page = window.pages.currentWidget()
    assert isinstance(page, UnlockPage)
    assert "Next try in 1 s." in page.note.text()
    page.field.setText(PASSPHRASE)
    assert not page.unlock.isEnabled()
    qtbot.waitUntil(page.unlock.isEnabled)
    with qtbot.waitSignal(start.opened) as opened:
        page.unlock.click()
    assert opened.args is not None
    opened.args[0].close()
    assert lane.close()
    pages.deleteLater()


@pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)
@pytest.mark.parametrize("hears", [True, False])
def test_a_window_that_was_faster_shows_itself_or_it_is_said_that_it_is_open(
    qtbot: QtBot, theme: Theme, tmp_path: Path, hears: bool
) -> None:
    """Two starts, both waiting for the passphrase; the other one gets it first."""
    vault, _code = create(tmp_path, Protection.with_passphrase(PASSPHRASE, CHEAP))
    assert vault.recovery is not None
    vault.recovery.confirm()
    vault.close()
    run = Start(qtbot, theme, tmp_path)
    with qtbot.waitSignal(run.start.locked):
        run.start.begin()
    lock = InstanceLock.take(tmp_path)
    other = QWidget()
    qtbot.addWidget(other)
    if hears:
        SecondStart(other, tmp_path).hear()
    page = run.window.pages.currentWidget()
    assert isinstance(page, UnlockPage)
    page.field.setText(PASSPHRASE)
    with qtbot.waitSignal(run.start.shown_elsewhere if hears else run.start.refused):
        page.unlock.click()
    assert other.isVisible() is hears
    assert run.opened == []
    lock.release()
    run.close()
