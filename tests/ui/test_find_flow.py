"""Finding from the window, by keyboard; and that every way to a message's actions offers the same."""

from __future__ import annotations

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
from tests.support.stage import Stage


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
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
