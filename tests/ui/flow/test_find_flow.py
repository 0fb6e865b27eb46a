"""Finding from the window, by keyboard; and that every way to a message's actions offers the same."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.core.conversation.message import Role
from app.ui.commands import table
from app.ui.theme import Theme
from app.ui.theme.type import load_fonts
from app.ui.transcript.reader import find
from tests.support.windows.stage import Stage


@pytest.fixture
def stage(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(find, "SLICE_S", math.inf)  # however slow the computer is
    load_fonts()
    with Stage(Theme()) as made:
        made.say()
        made.say()
        made.open()
        qtbot.waitUntil(lambda: len(made.model.items) == 4)
        made.window.activateWindow()
        qtbot.waitUntil(made.window.isActiveWindow)
        yield made


def test_find_opens_steps_and_gives_the_keyboard_back(stage: Stage) -> None:
    window, bar, finds = stage.window, stage.window.find_bar, stage.transcript.finds
    window.composer.focus_message()
    window.commands.give(table.FIND)
    assert QApplication.focusWidget() is bar.field
    QTest.keyClicks(bar.field, "notice")
    assert finds.count == 4
    assert bar.figures.text() == f"{finds.number} of 4"
    first = finds.number
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    assert finds.number == first % 4 + 1
    QTest.keyClick(bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert finds.number == first
    bar.notes.click()
    assert finds.count == 8, "two more in each of the working notes"
    bar.field.setText("estoppel")
    assert bar.figures.text() == "Not found"
    assert not bar.ahead.isEnabled()
    QTest.keyClick(bar.field, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert not finds.active
    assert QApplication.focusWidget() is window.composer.edit


def test_what_is_selected_is_looked_for(stage: Stage) -> None:
    stage.transcript.selection.set((0, 0, 9), (0, 0, 21))
    stage.window.commands.give(table.FIND)
    assert stage.window.find_bar.field.text() == "break notice"
    assert stage.transcript.finds.count == 2


def test_a_new_conversation_ends_the_search(stage: Stage, qtbot: QtBot) -> None:
    stage.window.commands.give(table.FIND)
    stage.window.find_bar.field.setText("notice")
    stage.session.chat.new_conversation()
    qtbot.waitUntil(lambda: not stage.window.find_bar.isVisible())
    assert not stage.transcript.finds.active


def test_a_search_result_leads_to_its_words_with_all_that_follows(stage: Stage, qtbot: QtBot) -> None:
    for number in range(12):
        stage.say("Nothing of it." if number else "The caf\u00e9 lease ended. A cafeteria did not.")
    stage.session.chat.new_conversation()
    window, finds, view = stage.window, stage.transcript.finds, stage.transcript
    window.commands.give(table.SEARCH)
    QTest.keyClicks(window.sidebar.search, "cafe ended")
    qtbot.waitUntil(lambda: window.sidebar.results.rowCount() == 1)
    window.sidebar.result_list.setFocus()
    QTest.keyClick(window.sidebar.result_list, Qt.Key.Key_Down)
    QTest.keyClick(window.sidebar.result_list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(stage.model.items) == 28)
    row = 5
    assert row in view.stage.visible, "the view is at the hit, not at the end"
    assert 27 not in view.stage.visible
    assert (finds.number, finds.count) == (1, 3), (
        "cafe, as it is written; ended; the beginning of cafeteria"
    )
    view.grab()
    segments = view.realiser.layout(row).segments
    assert [each.hits for each in segments if each.hits] == [((4, 8), (15, 20), (24, 28))]
    assert window.sidebar.result_list.hasFocus(), "the next result is one key away"
    assert not window.find_bar.isVisible()
    window.sidebar.search.clear()
    qtbot.waitUntil(lambda: finds.count == 0)


def test_marks_of_a_result_end_with_its_conversation_and_with_the_next_search(
    stage: Stage, qtbot: QtBot
) -> None:
    window, finds = stage.window, stage.transcript.finds

    def lead() -> None:
        window.sidebar.search.setText("landlord")
        qtbot.waitUntil(lambda: window.sidebar.results.rowCount() == 2)
        window.sidebar.result_list.opened.emit(window.sidebar.results.index(0))
        qtbot.waitUntil(lambda: finds.count == 1)

    lead()
    stage.session.chat.new_conversation()
    assert finds.count == 0
    lead()
    window.commands.give(table.FIND)
    assert finds.count == 0
    QTest.keyClicks(window.find_bar.field, "notice")
    assert finds.count == 4
    window.sidebar.result_list.setFocus()
    window.sidebar.result_list.opened.emit(window.sidebar.results.index(0))
    qtbot.waitUntil(lambda: finds.count == 1)
    assert not window.find_bar.isVisible()
    assert QApplication.focusWidget() is window.sidebar.result_list


def words(menu: QMenu) -> list[str]:
    return [each.text() for each in menu.actions() if each.text() and each.menu() is None]


@pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)", extend=True)
@pytest.mark.parametrize("role", [Role.USER, Role.ASSISTANT])
def test_menu_and_more_offer_what_the_controls_do(stage: Stage, role: Role) -> None:
    view = stage.transcript
    row = next(n for n, item in enumerate(view.model.items) if item.role is role)
    view.show_row(row)
    point = view.row_rect(row).center()
    found = view.pointer.hit(point)
    assert found is not None
    context = words(view.actions_.build_menu(found))
    controls = {control.action: control for control in view.realiser.layout(row).controls()}
    view.actions_.perform(row, controls["more"])
    more = next(m for m in view.findChildren(QMenu) if m.isVisible())
    offered = words(more)
    more.close()
    assert set(offered) <= set(context), "the menu at the pointer has all of them"
    names = {
        Role.USER: {"edit": "Edit and send again"},
        Role.ASSISTANT: {"regenerate": "Try again", "export": "Export this answer…"},
    }[role]
    for action, name in names.items():
        assert action in controls
        assert name in offered
    assert "Copy as Markdown" in offered or role is Role.USER
