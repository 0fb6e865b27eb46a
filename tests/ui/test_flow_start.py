"""From a profile on the disk to the page a person sees."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.core.errors import UserError
from app.storage.keys.keystore import Keystore
from app.storage.keys.slots import PassphraseCost
from app.storage.unlock import Protection, create, open_with_passphrase
from app.ui.flow.start.controller import StartController
from app.ui.flow.start.pages import StartPages
from app.ui.flow.tasks import Lane
from app.ui.theme import Theme
from app.ui.views.start.unlock import UnlockPage
from app.ui.views.window.main_window import MainWindow

PASSPHRASE = "several plain words"


def test_a_wrong_try_before_a_restart_is_counted_down_on_the_page(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    cheap = PassphraseCost(memory_kib=64, iterations=1, lanes=1)
    create(tmp_path, Protection.with_passphrase(PASSPHRASE, cheap))[0].close()
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
    qtbot.waitUntil(page.unlock.isEnabled, timeout=3000)
    with qtbot.waitSignal(start.opened) as opened:
        page.unlock.click()
    assert opened.args is not None
    opened.args[0].close()
    assert lane.close()
    pages.deleteLater()
