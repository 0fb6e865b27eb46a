"""A window in which nothing is kept: it says so, and asks before anything is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from app.bootstrap import Program
from app.core.conversation.draft import Draft
from app.core.conversation.message import user_message
from app.storage.keys.keystore import Keystore
from app.ui.commands import table
from app.ui.flow.session import Session
from tests.storage.harness import MemoryStore

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)


@pytest.fixture
def program(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Program]:
    kept: dict[str, str] = {}
    program = Program(qapp, tmp_path, Keystore(lambda: MemoryStore(kept)))
    qtbot.addWidget(program.window)
    program.window.show()
    yield program
    program.window.may_close = lambda: True
    program.window.close()
    program.close()


def kept_nothing(qtbot: QtBot, program: Program) -> Session:
    with qtbot.waitSignal(program.start.opened):
        program.start.keep_nothing()
    qtbot.waitUntil(lambda: program.session is not None)
    assert program.session is not None
    return program.session


def boxes(program: Program) -> list[QMessageBox]:
    return [box for box in program.window.findChildren(QMessageBox) if box.isVisible()]


def answer(qtbot: QtBot, program: Program, words: str) -> str:
    """Press the button ``words`` of the question; returns the question."""
    (box,) = boxes(program)
    question = box.text()
    next(button for button in box.buttons() if button.text() == words).click()
    qtbot.waitUntil(lambda: not boxes(program))
    return question


def begun(qtbot: QtBot, program: Program, session: Session, many: int = 1) -> None:
    for number in range(many):
        made = session._vault.create_conversation(f"Matter {number}").id
        session._vault.add_user_message(made, None, user_message("Which clause?"))
    session.conversations.refresh()
    rows = program.window.sidebar.conversations
    qtbot.waitUntil(lambda: rows.rowCount() == many)
    session.chat.open_conversation(1)
    qtbot.waitUntil(lambda: bool(session.chat.conversation.path))


def test_the_strip_says_so_all_the_while(qtbot: QtBot, program: Program) -> None:
    kept_nothing(qtbot, program)
    strip = program.window.status_strip
    assert not strip.kept_group.isHidden()
    assert "Nothing is kept" in strip.summary()
    assert "Export what you want to have later" in strip.kept_group.toolTip()


def test_nothing_to_lose_is_closed_without_a_question(qtbot: QtBot, program: Program) -> None:
    kept_nothing(qtbot, program)
    program.window.commands.give(table.QUIT)
    assert not program.window.isVisible()
    assert boxes(program) == []


def test_a_conversation_is_asked_about_and_staying_is_the_default(
    qtbot: QtBot, program: Program
) -> None:
    session = kept_nothing(qtbot, program)
    begun(qtbot, program, session)
    program.window.commands.give(table.QUIT)
    program.window.close()
    assert program.window.isVisible()
    (box,) = boxes(program)
    default = box.defaultButton()
    assert default is not None
    assert default.text() == "Stay"
    question = answer(qtbot, program, "Stay")
    assert question == "Nothing is kept. Close and lose this conversation?"
    assert program.window.isVisible()
    assert program.session is session
    program.window.close()
    answer(qtbot, program, "Close")
    assert not program.window.isVisible()
    assert program.session is None


def test_several_and_a_draft_have_their_own_words(qtbot: QtBot, program: Program) -> None:
    session = kept_nothing(qtbot, program)
    program.window.composer.set_message(Draft("A letter that nobody has sent"))
    program.window.close()
    (box,) = boxes(program)
    assert "Export…" not in [button.text() for button in box.buttons()]
    assert answer(qtbot, program, "Stay").endswith("lose what you have written?")
    begun(qtbot, program, session, 2)
    program.window.close()
    assert answer(qtbot, program, "Stay").endswith("lose these 2 conversations?")


def test_exporting_is_a_way_out(qtbot: QtBot, program: Program) -> None:
    session = kept_nothing(qtbot, program)
    begun(qtbot, program, session)
    program.window.close()
    answer(qtbot, program, "Export…")
    assert session.reading.exporting.dialog is not None
    assert session.reading.exporting.dialog.isVisible()
    session.reading.exporting.dialog.close()
    assert program.window.isVisible()


def test_the_system_s_wish_is_not_held_up(
    qtbot: QtBot, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = kept_nothing(qtbot, program)
    begun(qtbot, program, session)
    monkeypatch.setattr(QApplication, "quit", program.window.close)
    program.end()
    assert not program.window.isVisible()


def test_a_vault_that_keeps_is_closed_as_ever(qtbot: QtBot, program: Program) -> None:
    program.start.keep_in_key_store()
    with qtbot.waitSignal(program.start.recovery_code):
        pass
    program.start.recovery_code_kept()
    qtbot.waitUntil(lambda: program.session is not None)
    assert program.session is not None
    begun(qtbot, program, program.session)
    assert program.window.status_strip.kept_group.isHidden()
    program.window.close()
    assert not program.window.isVisible()


def test_the_question_shows_what_return_would_press(qtbot: QtBot, program: Program) -> None:
    begun(qtbot, program, kept_nothing(qtbot, program))
    program.window.close()
    (box,) = boxes(program)
    stay = next(button for button in box.buttons() if button.text() == "Stay")
    export = next(button for button in box.buttons() if button.text().startswith("Export"))
    box.activateWindow()
    qtbot.waitUntil(stay.hasFocus)

    def edge(button: QAbstractButton) -> QColor:
        return button.grab().toImage().pixelColor(1, button.height() // 2)

    label = box.findChild(QLabel, "qt_msgbox_label")
    assert isinstance(label, QLabel)
    assert label.x() == box.width() - stay.mapTo(box, stay.rect().topRight()).x() - 1
    accent = program.window.theme.accent
    assert edge(stay) == accent
    assert edge(export) != accent
    QTest.keyClick(box, Qt.Key.Key_Backtab)
    qtbot.waitUntil(export.hasFocus)
    assert edge(export) == accent
    assert edge(stay) != accent
    box.reject()
