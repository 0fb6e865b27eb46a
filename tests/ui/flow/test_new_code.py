"""Another recovery code, asked for in the settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from app.bootstrap import Program
from app.core.errors import UserError
from app.storage.keys.keystore import Keystore
from app.storage.keys.slots import PassphraseCost
from app.storage.unlock import (
    Protection,
    create,
    open_with_os_key,
    open_with_passphrase,
    open_with_recovery,
)
from app.ui.flow.window.new_code import NewCode
from tests.storage.harness import MemoryStore

PASSPHRASE = "several plain words"

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)


@pytest.fixture
def store() -> Keystore:
    kept: dict[str, str] = {}
    return Keystore(lambda: MemoryStore(kept))


@pytest.fixture
def program(qtbot: QtBot, qapp: QApplication, tmp_path: Path, store: Keystore) -> Iterator[Program]:
    program = Program(qapp, tmp_path, store)
    qtbot.addWidget(program.window)
    program.window.show()
    yield program
    program.window.close()
    program.close()


def asked(qtbot: QtBot, program: Program) -> NewCode:
    """Press the button in the settings; returns who serves it, with its dialog open."""
    qtbot.waitUntil(lambda: program.session is not None)
    assert program.session is not None
    flow = program.session.new_code
    assert flow is not None
    program.side.show_settings().privacy.code.click()
    assert flow.entry is not None
    return flow


def shown(qtbot: QtBot, flow: NewCode) -> str:
    qtbot.waitUntil(lambda: flow.code is not None)
    assert flow.code is not None
    return "-".join(flow.code.form.shown.text().split())


def keep(qtbot: QtBot, flow: NewCode) -> None:
    assert flow.code is not None
    flow.code.form.agree.setChecked(True)
    flow.code.form.proceed.click()
    qtbot.waitUntil(lambda: flow.code is None)


def behind_a_passphrase(tmp_path: Path) -> str:
    cheap = PassphraseCost(memory_kib=64, iterations=1, lanes=1)
    vault, code = create(tmp_path, Protection.with_passphrase(PASSPHRASE, cheap))
    vault.close()
    open_with_recovery(tmp_path, code).close()
    return code


def ended(program: Program) -> None:
    program.window.close()
    program.close()


def test_the_passphrase_is_asked_for_and_the_old_code_is_gone(
    qtbot: QtBot, program: Program, tmp_path: Path
) -> None:
    first = behind_a_passphrase(tmp_path)
    program.start.unlock_with_passphrase(PASSPHRASE)
    flow = asked(qtbot, program)
    assert flow.entry is not None
    flow.entry.fields[0].setText("other plain words")
    flow.entry.proceed.click()

    def refused() -> list[QMessageBox]:
        assert program.side.settings is not None
        return program.side.settings.findChildren(QMessageBox)

    qtbot.waitUntil(lambda: bool(refused()))
    assert "passphrase does not open" in refused()[0].text()
    assert [button.text() for button in refused()[0].buttons()] == ["Close"]
    refused()[0].close()
    assert flow.code is None

    flow._recovery._next_try = 0.0  # the second that a wrong passphrase costs has passed
    flow = asked(qtbot, program)
    assert flow.entry is not None
    flow.entry.fields[0].setText(PASSPHRASE)
    flow.entry.proceed.click()
    code = shown(qtbot, flow)
    keep(qtbot, flow)
    ended(program)
    with pytest.raises(UserError, match="wrong_code"):
        open_with_recovery(tmp_path, first)
    vault = open_with_passphrase(tmp_path, PASSPHRASE)
    assert vault.recovery is not None
    assert vault.recovery.confirmed
    vault.close()
    open_with_recovery(tmp_path, code).close()


def test_a_code_that_was_not_confirmed_is_known_to_be_none(
    qtbot: QtBot, program: Program, tmp_path: Path
) -> None:
    behind_a_passphrase(tmp_path)
    program.start.unlock_with_passphrase(PASSPHRASE)
    flow = asked(qtbot, program)
    assert flow.entry is not None
    flow.entry.fields[0].setText(PASSPHRASE)
    flow.entry.proceed.click()
    assert shown(qtbot, flow)
    assert flow.code is not None
    flow.code.close()
    ended(program)
    vault = open_with_passphrase(tmp_path, PASSPHRASE)
    assert vault.recovery is not None
    assert not vault.recovery.confirmed
    vault.close()


def test_where_the_key_store_opens_only_the_wish_is_asked_about(
    qtbot: QtBot, program: Program, tmp_path: Path, store: Keystore
) -> None:
    vault, first = create(tmp_path, Protection.os_keystore(), store)
    vault.close()
    open_with_recovery(tmp_path, first).close()
    program.start.unlock_with_key_store()
    flow = asked(qtbot, program)
    assert flow.entry is not None
    assert flow.entry.fields == []
    flow.entry.proceed.click()
    code = shown(qtbot, flow)
    keep(qtbot, flow)
    ended(program)
    open_with_os_key(tmp_path, store).close()
    open_with_recovery(tmp_path, code).close()
    with pytest.raises(UserError, match="wrong_code"):
        open_with_recovery(tmp_path, first)


def test_nothing_kept_has_no_code(qtbot: QtBot, program: Program) -> None:
    program.start.keep_nothing()
    qtbot.waitUntil(lambda: program.session is not None)
    privacy = program.side.show_settings().privacy
    assert not privacy.code.isEnabled()
