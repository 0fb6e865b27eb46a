"""The table of commands, the keys of now, the menu bar."""

from __future__ import annotations

import json
from collections import Counter
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui.commands import table
from app.ui.commands.command import Command, Kind, Menu, State
from app.ui.commands.keymap import Keymap, Refusal, refusal
from app.ui.theme import Theme
from app.ui.views.window.main_window import MainWindow
from tests.support import keyboard_page

OFFSCREEN_MENUS = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)", extend=True)
Key = Qt.Key
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def keys(text: str) -> QKeySequence:
    return QKeySequence.fromString(text, QKeySequence.SequenceFormat.PortableText)


@pytest.fixture
def window(qtbot: QtBot, theme: Theme) -> MainWindow:
    transcript = QWidget()
    transcript.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made = MainWindow(theme, transcript)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


# --- the table ----------------------------------------------------------------------------------


def test_every_command_has_words_and_an_identifier_of_its_own() -> None:
    assert len({command.identifier for command in table.ALL}) == len(table.ALL)
    for command in table.ALL:
        assert command.name
        assert "&" not in command.name


def test_a_menu_has_each_letter_once() -> None:
    for menu, rows in groupby(sorted(table.ALL, key=lambda c: c.menu), key=lambda c: c.menu):
        letters = Counter(
            command.words.split("&")[1][0].lower() for command in rows if "&" in command.words
        )
        assert [letter for letter, count in letters.items() if count > 1] == [], menu
    titles = Counter(menu.words.split("&")[1][0].lower() for menu in Menu if menu.is_shown)
    assert max(titles.values()) == 1


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_no_two_commands_begin_with_the_same_keys(
    platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    given_keys = [
        keys(text) for command in table.ALL if command.can_change for text in command.default_keys
    ]
    assert all(refusal(one) is None for one in given_keys)
    assert len({one.toString() for one in given_keys}) == len(given_keys)


def test_windows_and_mac_keep_their_own_habits(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {}
    for platform in ("linux", "darwin", "win32"):
        monkeypatch.setattr("sys.platform", platform)
        seen[platform] = (
            table.QUIT.name,
            table.REDO.default_keys,
            table.FULL_SCREEN.default_keys,
            Menu.WINDOW.is_shown,
        )
    assert seen["linux"] == ("Quit", ("Ctrl+Shift+Z",), ("F11",), False)
    assert seen["darwin"] == ("Quit", ("Ctrl+Shift+Z",), ("Ctrl+Meta+F",), True)
    assert seen["win32"] == ("Exit", ("Ctrl+Y",), ("F11",), False)
    roles = {command.identifier: command.role.name for command in table.ALL}
    assert (roles["settings"], roles["quit"], roles["about"]) == (
        "PreferencesRole",
        "QuitRole",
        "AboutRole",
    )


# --- the keys of now ----------------------------------------------------------------------------


def test_own_keys_are_kept_and_reset() -> None:
    kept: list[str] = []
    keymap = Keymap("", kept.append)
    keymap.assign(table.TRY_AGAIN, [keys("Ctrl+Shift+T")])
    again = Keymap(kept[-1])
    assert again.keys(table.TRY_AGAIN) == (keys("Ctrl+Shift+T"),)
    assert again.is_changed(table.TRY_AGAIN)
    assert again.owner(keys("Ctrl+R")) is None
    keymap.assign(table.TRY_AGAIN, keymap.first_keys(table.TRY_AGAIN))
    assert kept[-1] == ""
    assert keymap.owner(keys("Ctrl+R")) is table.TRY_AGAIN


def test_keys_taken_from_another_command_are_its_no_more() -> None:
    kept: list[str] = []
    keymap = Keymap("", kept.append)
    keymap.assign(table.TRY_AGAIN, [keys("Ctrl+N")])
    assert keymap.keys(table.NEW) == ()
    assert Keymap(kept[-1]).keys(table.NEW) == ()
    keymap.reset_all()
    assert keymap.keys(table.NEW) == (keys("Ctrl+N"),)
    assert keymap.shown(table.NEW) == "Ctrl+N"


def test_a_command_can_be_left_without_keys() -> None:
    kept: list[str] = []
    Keymap("", kept.append).assign(table.NEW, [])
    assert Keymap(kept[-1]).keys(table.NEW) == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", Refusal.NOT_KEYS),
        ("Ctrl+K, Ctrl+C", Refusal.NOT_KEYS),
        ("a", Refusal.TYPES),
        ("Shift+A", Refusal.TYPES),
        ("Alt+F", Refusal.TYPES),
        ("Ctrl+Alt+E", Refusal.TYPES),
        ("Ctrl+Left", Refusal.TYPES),
        ("Ctrl+C", Refusal.FIXED),
        ("Esc", Refusal.FIXED),
        ("Return", Refusal.FIXED),
        ("F7", None),
        ("Ctrl+Shift+J", None),
    ],
)
def test_keys_that_would_make_writing_impossible_are_refused(text: str, why: Refusal | None) -> None:
    assert refusal(keys(text)) is why
    if why is not None:
        with pytest.raises(ValueError, match="try_again"):
            Keymap().assign(table.TRY_AGAIN, [keys(text)])


def test_a_field_keeps_its_keys() -> None:
    with pytest.raises(ValueError, match="copy"):
        Keymap().assign(table.COPY, [keys("F9")])


NONSENSE = (
    *("[]", "{", "null", "[" * 100_000, '{"new": "Ctrl+J"}', '{"new": [1, null, {}]}'),
    *('{"new": ["a"]}', '{"new": ["Esc"]}', '{"copy": ["F9"]}', '{"nobody": ["F9"]}', "\x00"),
)


@pytest.mark.parametrize("stored", NONSENSE)
def test_stored_nonsense_leaves_the_keys_as_they_were(stored: str) -> None:
    keymap = Keymap(stored)
    for command in table.ALL:
        assert keymap.keys(command) == tuple(keys(text) for text in command.default_keys)


@given(
    st.dictionaries(
        st.sampled_from([command.identifier for command in table.ALL]),
        st.lists(st.sampled_from(["Ctrl+N", "Ctrl+K", "F7", "Esc", "x", "", "Ctrl+Alt+Q"]), max_size=5),
    )
)
def test_whatever_was_stored_no_keys_give_two_commands(stored: dict[str, list[str]]) -> None:
    keymap = Keymap(json.dumps(stored))
    seen = Counter(
        one.toString() for command in table.ALL if command.can_change for one in keymap.keys(command)
    )
    assert all(count == 1 for count in seen.values())


# --- in a window --------------------------------------------------------------------------------


def test_changed_keys_work_at_once_and_are_shown(qtbot: QtBot, window: MainWindow) -> None:
    window.commands.keymap.assign(table.NEW, [keys("F7")])
    with qtbot.waitSignal(window.sidebar.new_requested):
        QTest.keyClick(window, Key.Key_F7)
    with qtbot.assertNotEmitted(window.sidebar.new_requested):
        QTest.keyClick(window, Key.Key_N, CTRL)
    assert "F7" in window.commands.action(table.NEW).shortcut().toString()
    window.commands.keymap.assign(table.SETTINGS, [keys("F8")])
    assert "F8" in window.sidebar.settings_button.toolTip()


def test_what_nobody_can_do_is_not_there(window: MainWindow) -> None:
    done: list[Command] = []
    assert table.TRY_AGAIN not in window.commands.known()
    assert not window.commands.action(table.TRY_AGAIN).isVisible()
    window.commands.on(table.TRY_AGAIN, lambda: done.append(table.TRY_AGAIN))
    assert table.TRY_AGAIN in window.commands.known()
    window.commands.give(table.TRY_AGAIN)
    assert done == [], "there is nothing to try again"
    window.commands.set_state(State.SAVED, True)
    window.commands.give(table.TRY_AGAIN)
    assert done == [table.TRY_AGAIN]


@OFFSCREEN_MENUS
def test_the_menu_bar_takes_no_room_until_it_is_asked_for(qtbot: QtBot, window: MainWindow) -> None:
    assert window.contentsMargins().top() == 0
    assert window.frame.mapTo(window, QPoint(0, 0)).y() == 0
    window.composer.edit.setFocus()
    QTest.keyClick(window, Key.Key_F10)
    assert opened() is window.menus.menus[Menu.FILE]
    qtbot.waitUntil(lambda: window.frame.mapTo(window, QPoint(0, 0)).y() == window.menus.height())
    for menu in (Menu.EDIT, Menu.VIEW, Menu.CONVERSATION):
        QTest.keyClick(opened(), Key.Key_Right)
        assert opened() is window.menus.menus[menu], "the bar knows where it is"
    QTest.keyClick(opened(), Key.Key_Escape)
    QTest.keyClick(window.menus, Key.Key_Escape)
    qtbot.waitUntil(lambda: window.contentsMargins().top() == 0)
    assert window.composer.edit.hasFocus()
    window.menus.set_kept(True)
    assert window.contentsMargins().top() > 0


@OFFSCREEN_MENUS
def test_alt_with_a_letter_opens_its_menu(qtbot: QtBot, window: MainWindow) -> None:
    window.composer.edit.setFocus()
    QTest.keyClick(window.composer.edit, Key.Key_V, ALT)
    assert opened() is window.menus.menus[Menu.VIEW]
    qtbot.waitUntil(lambda: window.contentsMargins().top() > 0)
    QTest.keyClick(opened(), Key.Key_Escape)


def opened() -> QWidget:
    menu = QApplication.activePopupWidget()
    assert menu is not None
    return menu


def test_a_menu_shows_its_keys_and_lines(window: MainWindow) -> None:
    words = [action.text() for action in window.menus.menus[Menu.EDIT].actions() if action.isVisible()]
    assert words[:2] == ["&Undo", "&Redo"]
    assert window.commands.action(table.COPY).shortcut() == keys("Ctrl+C")
    assert any(action.isSeparator() for action in window.menus.menus[Menu.EDIT].actions())


def test_the_edit_menu_does_what_the_field_does(window: MainWindow) -> None:
    edit = window.composer.edit
    window.composer.set_text("four plain words here")
    edit.setFocus()
    window.menus.menus[Menu.EDIT].aboutToShow.emit()
    assert not window.commands.action(table.CUT).isEnabled()
    window.commands.give(table.SELECT_ALL)
    window.menus.menus[Menu.EDIT].aboutToShow.emit()
    assert window.commands.action(table.CUT).isEnabled()
    window.menus.menus[Menu.EDIT].aboutToHide.emit()
    window.commands.give(table.CUT)
    assert window.composer.text() == ""
    assert QApplication.clipboard().text() == "four plain words here"
    window.commands.give(table.UNDO)
    assert window.composer.text() == "four plain words here"


def test_rename_is_about_the_marked_row_or_what_is_open(window: MainWindow) -> None:
    assert [c.kind for c in (table.STOP, table.SEND)] == [Kind.FIXED, Kind.FIXED]
    window.show_empty(False)
    assert window.commands.action(table.RENAME).isEnabled()
    window.show_empty(True)
    assert not window.commands.action(table.RENAME).isEnabled()


def test_the_sidebar_can_be_hidden_and_comes_back(window: MainWindow) -> None:
    assert window.frame.sidebar_open
    QTest.keyClick(window, Key.Key_B, CTRL)
    assert not window.sidebar.isVisible()
    assert window.header.sidebar_button.isVisible()
    assert window.header.mapTo(window.frame, window.header.rect().topLeft()).x() == 0
    assert not window.commands.action(table.SIDEBAR).isChecked()
    QTest.keyClick(window, Key.Key_K, CTRL)
    assert window.sidebar.isVisible(), "the search field is in it"
    assert window.commands.action(table.SIDEBAR).isChecked()
    assert not window.header.sidebar_button.isVisible()


def test_the_page_of_keys_is_the_tables() -> None:
    assert keyboard_page.PAGE.read_text("utf-8") == keyboard_page.page(), (
        "run python -m tests.support.keyboard_page"
    )


def test_a_mac_has_the_systems_bar_and_a_window_menu(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in: what a Mac makes of the roles has not been seen here."""
    monkeypatch.setattr("sys.platform", "darwin")
    window = MainWindow(theme, QWidget())
    qtbot.addWidget(window)
    assert window.menuBar() is window.menus
    assert list(window.menus.menus) == [
        *(Menu.FILE, Menu.EDIT, Menu.VIEW, Menu.CONVERSATION, Menu.WINDOW, Menu.HELP),
    ]
    known = window.commands.known()
    assert table.MINIMISE in known
    assert table.SHOW_MENU not in known, "the bar is never away"
    assert window.commands.action(table.QUIT).menuRole().name == "QuitRole"
