"""Deleting: into the bin, back by Undo or from its window, and for good only after a question."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.core.conversation.message import user_message
from app.core.rules import settings as declared
from app.core.rules.settings import Settings
from app.storage.database import connection, schema
from app.storage.history.bin import DAY_SECONDS, days_left
from app.storage.vault import Vault
from app.ui.commands import table
from app.ui.commands.command import Menu
from app.ui.flow.session import Session
from app.ui.theme import Theme
from app.ui.views.beside.bin_window import BinWindow
from app.ui.views.settings.privacy import PrivacySettings
from app.ui.views.window.main_window import MainWindow
from tests.support.windows.wired import Wired

HOSTILE = '<img src="file:///etc/hostname">'


def _vault(*, keeps: bool) -> Vault:
    database = connection.open_in_memory()
    schema.bring_up_to_date(database)
    return Vault(database, keeps=keeps)


@pytest.fixture(params=[True])
def session(request: pytest.FixtureRequest, qtbot: QtBot, theme: Theme) -> Iterator[Session]:
    """Return a session over two conversations, the older of which is open; no engine is started."""
    wired = Wired(theme, _vault(keeps=request.param))
    window, vault, made = wired.window, wired.vault, wired.session
    qtbot.addWidget(window)
    kept = vault.create_conversation("Liens")
    vault.add_user_message(kept.id, None, user_message("What is a lien?"))
    vault.create_conversation(HOSTILE)
    made.begin()
    made.chat.open_conversation(kept.id)
    qtbot.waitUntil(lambda: window.header.title.text() == "Liens")
    yield made
    made.close()


@pytest.fixture
def window(session: Session) -> MainWindow:
    return session._window


@pytest.fixture
def page(session: Session, qtbot: QtBot, theme: Theme) -> BinWindow:
    """Return the window of the bin with both conversations in it, Liens on top."""
    for one in session._vault.conversations():
        session._vault.move_to_bin(one.id)
    made = BinWindow(theme)
    qtbot.addWidget(made)
    session.bin.join(made)
    made.show()
    qtbot.waitUntil(lambda: len(made.binned) == 2)
    return made


def _titles(window: MainWindow) -> list[str]:
    rows = window.sidebar.conversations
    return [str(rows.index(row).data()) for row in range(rows.rowCount())]


def _press(box: QMessageBox | None, words: str) -> None:
    assert box is not None
    assert box.textFormat() is Qt.TextFormat.PlainText
    button = next(each for each in box.buttons() if each.text() == words)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_what_is_deleted_goes_to_the_bin_without_a_question(
    session: Session, window: MainWindow, qtbot: QtBot
) -> None:
    window.commands.give(table.DELETE)
    qtbot.waitUntil(lambda: _titles(window) == [HOSTILE])
    assert window.findChildren(QMessageBox) == []
    assert window.notice.sentence == "Moved to the bin and kept for 30 days."
    assert session.chat.conversation_id is None
    assert [one.title for one in session._vault.bin()] == ["Liens"]


def test_undo_brings_it_back_where_it_was_and_opens_it_again(
    session: Session, window: MainWindow, qtbot: QtBot
) -> None:
    window.commands.give(table.DELETE)
    qtbot.waitUntil(lambda: bool(window.notice.sentence))
    window.notice.buttons[0].click()
    qtbot.waitUntil(lambda: window.header.title.text() == "Liens")
    assert _titles(window) == [HOSTILE, "Liens"]
    assert window.notice.sentence == ""
    assert session._vault.bin() == ()


@pytest.mark.parametrize("place", ["list", "composer", "menu"])
def test_the_undo_key_does_what_the_notice_offers(
    session: Session, window: MainWindow, qtbot: QtBot, place: str
) -> None:
    """Where the field that has the keyboard holds nothing to undo, and while it is offered."""
    window.show()
    field = window.composer.edit if place == "composer" else window.sidebar.list
    window.commands.give(table.DELETE)
    qtbot.waitUntil(lambda: bool(window.notice.sentence))
    field.setFocus()
    if place == "menu":
        window.menus.menus[Menu.EDIT].aboutToShow.emit()
        assert window.commands.action(table.UNDO).isEnabled()
        window.commands.give(table.UNDO)
    else:
        QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.header.title.text() == "Liens")
    assert window.notice.sentence == ""
    assert session._vault.bin() == ()
    window.menus.menus[Menu.EDIT].aboutToShow.emit()
    assert not window.commands.action(table.UNDO).isEnabled()


def test_the_undo_key_takes_back_what_was_typed_first_and_nothing_once_the_offer_is_gone(
    session: Session, window: MainWindow, qtbot: QtBot
) -> None:
    window.commands.give(table.DELETE)
    qtbot.waitUntil(lambda: bool(window.notice.sentence))
    edit = window.composer.edit
    QTest.keyClicks(edit, "words")
    QTest.keyClick(edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.composer.text() == ""
    assert window.notice.sentence
    window.notice.buttons[1].click()  # the notice is closed: what is gone comes back out of the bin
    for field in (edit, window.sidebar.list):
        QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.wait(50)
    assert len(session._vault.bin()) == 1


def test_undo_of_another_than_the_open_one_leaves_that_open(
    session: Session, window: MainWindow, qtbot: QtBot
) -> None:
    other = session._vault.conversations()[0].id
    window.sidebar.delete_requested.emit(other)
    qtbot.waitUntil(lambda: _titles(window) == ["Liens"])
    window.notice.buttons[0].click()
    qtbot.waitUntil(lambda: len(_titles(window)) == 2)
    assert window.header.title.text() == "Liens"


def test_what_was_restored_elsewhere_cannot_be_undone_any_more(
    session: Session, window: MainWindow, qtbot: QtBot
) -> None:
    gone = session.chat.conversation_id
    window.commands.give(table.DELETE)
    qtbot.waitUntil(lambda: _titles(window) == [HOSTILE] and bool(window.notice.sentence))
    assert gone is not None
    session.bin.restore(gone)
    qtbot.waitUntil(lambda: len(_titles(window)) == 2)
    assert window.notice.sentence == ""


def test_with_no_days_it_is_asked_and_then_gone(
    session: Session, window: MainWindow, qtbot: QtBot
) -> None:
    session._settings.set(declared.BIN_DAYS, 0.0)
    window.commands.give(table.DELETE)
    _press(session.bin.question, "Keep")
    assert len(_titles(window)) == 2
    window.commands.give(table.DELETE)
    _press(session.bin.question, "Delete")
    qtbot.waitUntil(lambda: _titles(window) == [HOSTILE])
    assert session._vault.bin() == ()


@pytest.mark.parametrize("session", [False], indirect=True)
def test_where_nothing_is_kept_there_is_no_bin(session: Session, window: MainWindow) -> None:
    assert window.sidebar.bin_button.isHidden()
    assert not window.commands.action(table.BIN).isVisible()
    window.commands.give(table.DELETE)
    _press(session.bin.question, "Keep")


def test_the_window_restores_by_keyboard(window: MainWindow, page: BinWindow, qtbot: QtBot) -> None:
    row = page.list.rows.index(0, 0)
    assert (row.data(), page.chosen and page.chosen.title) == ("Liens", "Liens")
    assert row.data(Qt.ItemDataRole.AccessibleTextRole).endswith("1 message. 30 days left.")
    page.restore.setFocus()
    QTest.keyClick(page.restore, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [one.title for one in page.binned] == [HOSTILE])
    assert page.chosen is page.binned[0]
    qtbot.waitUntil(lambda: _titles(window) == ["Liens"])


def test_deleting_for_good_asks_and_the_title_is_no_markup(
    session: Session, page: BinWindow, qtbot: QtBot
) -> None:
    page.list.setCurrentIndex(page.list.rows.index(1, 0))
    tip = page.list.rows.index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "<img" not in tip
    QTest.keyClick(page.list, Qt.Key.Key_Delete)
    box = session.bin.question
    assert box is not None
    assert HOSTILE in box.text()
    assert box.defaultButton().text() == "Keep"
    _press(box, "Delete for good")
    qtbot.waitUntil(lambda: [one.title for one in page.binned] == ["Liens"])
    assert [one.title for one in session._vault.bin()] == ["Liens"]


def test_the_bin_is_emptied_after_a_question(session: Session, page: BinWindow, qtbot: QtBot) -> None:
    page.empty.click()
    assert session.bin.question is not None
    assert "all 2 conversations" in session.bin.question.text()
    _press(session.bin.question, "Delete for good")
    qtbot.waitUntil(lambda: page.binned == ())
    assert session._vault.bin() == ()
    assert page.restore.isHidden()
    assert page.chosen is None


def test_what_is_overdue_goes_when_a_vault_is_opened(
    session: Session, page: BinWindow, qtbot: QtBot
) -> None:
    session._vault._database.execute(
        "UPDATE conversations SET binned = binned - ? WHERE title = 'Liens'", (31 * DAY_SECONDS,)
    )
    session.bin.begin()
    session.bin.refresh()
    qtbot.waitUntil(lambda: [one.title for one in page.binned] == [HOSTILE])


def test_the_days_are_a_setting(qtbot: QtBot, theme: Theme) -> None:
    settings = Settings(None)
    settings.set(declared.BIN_DAYS, 14.0)  # by hand, in the file
    rows = PrivacySettings(theme, settings)
    assert rows.days.currentText() == "14 days"
    rows.days.setCurrentIndex(rows.days.findData(90))
    with qtbot.waitSignal(rows.days_changed):
        rows.days.activated.emit(rows.days.currentIndex())
    assert settings.number(declared.BIN_DAYS) == 90
    rows.set_kept(False)
    assert not rows.days.isEnabled()


def test_days_left_counts_begun_days_and_never_more_than_there_are() -> None:
    assert days_left(0.0, 30, 0.0) == 30
    assert days_left(0.0, 30, 1.0) == 30
    assert days_left(0.0, 30, 29.5 * DAY_SECONDS) == 1
    assert days_left(0.0, 30, 31.0 * DAY_SECONDS) == 0
    assert days_left(DAY_SECONDS, 30, 0.0) == 30


def test_an_empty_bin_has_one_sentence_and_no_buttons(qtbot: QtBot, theme: Theme) -> None:
    page = BinWindow(theme)
    qtbot.addWidget(page)
    page.show_bin((), 30)
    assert page.list.currentIndex() == QModelIndex()
    assert page.empty.isHidden()
