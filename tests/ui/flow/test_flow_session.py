"""The wiring of an open vault: one wish, one effect."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.core.conversation.draft import Draft
from app.core.conversation.message import Stop, user_message
from app.core.errors import UserError
from app.engine.protocol.events import Loaded, TurnDone
from app.ui.flow.reading.exporting import Form
from app.ui.flow.session import Session
from app.ui.theme import Theme
from app.ui.views.window.main_window import MainWindow
from tests.support.windows.stage import Stage
from tests.support.windows.wired import Wired


@pytest.fixture
def session(qtbot: QtBot, theme: Theme) -> Iterator[Session]:
    """Return a window joined to a vault with one conversation, which is open; no engine is started."""
    wired = Wired(theme)
    window, vault, session = wired.window, wired.vault, wired.session
    qtbot.addWidget(window)
    kept = vault.create_conversation("Liens")
    vault.add_user_message(kept.id, None, user_message("What is a lien?"))
    session.begin()
    session.chat.open_conversation(kept.id)
    qtbot.waitUntil(lambda: window.header.title.text() == "Liens")
    yield session
    session.close()


@pytest.fixture
def window(session: Session) -> MainWindow:
    return session._window


def test_where_nothing_is_kept_deleting_asks_once(window: MainWindow) -> None:
    _, delete = window.header.menu.actions()
    delete.trigger()
    assert len(window.findChildren(QMessageBox)) == 1


def test_a_question_that_is_too_long_is_not_said_of_the_engine(
    session: Session, window: MainWindow
) -> None:
    strip = window.status_strip
    session.status.expect("The guide")
    session._engine.failed.emit(UserError("engine.prompt_too_long", tokens=9000, context=8128))
    assert "stopped" not in strip.summary()
    session.notices.show_trouble(UserError("engine.prompt_too_long", tokens=9000, context=8128))
    assert [button.text() for button in window.notice.buttons] == ["Close"]
    session._engine.failed.emit(UserError("engine.stopped"))
    assert "stopped" in strip.summary()


def test_the_strip_counts_the_conversation_on_screen(session: Session, window: MainWindow) -> None:
    strip = window.status_strip
    session._engine.loaded.emit(Loaded("Guide", "", 8192, 7.0, 4.0, 6.0, 90.0, "full"))
    session._engine.finished.emit(TurnDone(Stop.RETURN, (), context_tokens=950, context=8192))
    assert ", 950 of" in strip.summary()
    session.chat.new_conversation()
    assert ", 0 of" in strip.summary()


def test_the_strip_shows_no_figure_that_nobody_counted(qtbot: QtBot, theme: Theme) -> None:
    with Stage(theme) as stage:
        stage.say()
        stage.open()
        strip, chat = stage.window.status_strip, stage.session.chat
        chat.new_conversation()
        strip.set_context(120, 16_384)
        chat.ask(Draft("What is a pledge?"))
        qtbot.waitUntil(lambda: chat.conversation_id not in (None, stage.conversation))
        assert ", 120 of" in strip.summary(), "what was counted before it was sent stays"
        chat.open_conversation(stage.conversation)
        qtbot.waitUntil(lambda: len(chat.conversation.path) == 2)
        qtbot.waitUntil(lambda: " of 16k" not in strip.summary())  # read by nobody yet
        chat.new_conversation()
        assert ", 0 of" in strip.summary()


def test_what_is_said_of_a_written_file_ends_with_its_conversation(
    session: Session, window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    def write() -> None:
        session.reading.exporting.write(
            tmp_path / "out.md", Form.MARKDOWN, session.reading.exporting.whole()
        )
        qtbot.waitUntil(lambda: window.notice.sentence.endswith("out.md"))

    write()
    session.chat.new_conversation()
    assert window.notice.sentence == ""
    (kept,) = session._vault.conversations()
    session.chat.open_conversation(kept.id)
    qtbot.waitUntil(lambda: bool(session.reading.exporting.whole()))
    write()
    session.notices.show_trouble(UserError("engine.stopped"))
    session.chat.new_conversation()
    assert window.notice.sentence, "trouble stays until it is acted on"
