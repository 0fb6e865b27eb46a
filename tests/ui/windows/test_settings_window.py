"""Settings with sections, search and keys; keyboard sheet; the page about the model."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.core.rules.settings import Settings
from app.ui.commands import table
from app.ui.commands.command import Kind
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.appearance import Appearance
from app.ui.theme.type import MEDIUM
from app.ui.views.beside.about import AboutWindow
from app.ui.views.beside.keyboard_sheet import KeyboardSheet, KeyLine
from app.ui.views.beside.limits_page import LimitsPage, ModelKind, lines_of
from app.ui.views.beside.side_window import SideWindow, in_the_middle
from app.ui.views.settings.keyboard import KeyRow
from app.ui.views.settings.rows import SettingRow
from app.ui.views.settings.section_list import BETWEEN, INSET, SectionList, SectionRow
from app.ui.views.settings.window import SettingsWindow
from app.ui.views.window.main_window import MainWindow
from app.ui.widgets.rows.row_painter import SIDE

Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def main(qtbot: QtBot, theme: Theme) -> MainWindow:
    made = MainWindow(theme, QWidget())
    qtbot.addWidget(made)
    return made


@pytest.fixture
def window(qtbot: QtBot, appearance: Appearance, main: MainWindow) -> SettingsWindow:
    made = SettingsWindow(appearance.theme, appearance, Settings(None), main.commands)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def rows_seen(window: SettingsWindow) -> list[SettingRow | KeyRow]:
    return [
        row
        for row in window.findChildren(QWidget)
        if isinstance(row, SettingRow | KeyRow) and row.isVisible()
    ]


def row_of(window: SettingsWindow, name: str) -> KeyRow:
    window.choose_keyboard()
    return next(row for row in window.keyboard.rows if row.command.name == name)


def test_a_section_shows_its_own_rows(window: SettingsWindow) -> None:
    seen = []
    for place in range(5):
        window.choose(place)
        seen.append({id(row) for row in rows_seen(window)})
        assert seen[-1]
    assert all(not one & other for one in seen for other in seen if one is not other)
    QTest.keyClick(window.sections, Key.Key_Up)
    assert window.section_box.currentIndex() == 3


def test_the_list_of_sections_takes_the_room_of_longer_names(qtbot: QtBot, theme: Theme) -> None:
    usual, longer = (
        SectionList(theme, [(name, IconName.PALETTE)])
        for name in ("Keyboard", "Erscheinungsbild und Text")
    )
    for each in (usual, longer):
        qtbot.addWidget(each)
        each.resize(each.whole_width, 100)
        index = each.model().index(0, 0)
        room = each.visualRect(index).width() - 2 * SIDE
        words = QFontMetrics(theme.font(TextRole.UI, MEDIUM)).horizontalAdvance(str(index.data()))
        assert room >= INSET + theme.icon_size() + BETWEEN + words + INSET
    assert longer.whole_width > usual.whole_width


def test_the_search_finds_in_every_section(window: SettingsWindow) -> None:
    QTest.keyClicks(window.search, "contrast")
    assert [row.words.split()[0] for row in rows_seen(window)] == ["Contrast"]
    window.search.setText("memory battery")
    assert len(rows_seen(window)) <= 1
    window.search.setText("keyboard")
    assert len(rows_seen(window)) >= 15, "the name of a section finds all of it"
    window.search.setText("zzz")
    assert rows_seen(window) == []
    QTest.keyClick(window.search, Key.Key_Escape)
    assert rows_seen(window)
    assert window.isVisible()
    QTest.keyClick(window.search, Key.Key_Escape)
    assert not window.isVisible()


def test_the_section_that_was_shown_before_a_search_is_shown_again(window: SettingsWindow) -> None:
    window.choose(1)
    before = rows_seen(window)
    here = window.sections.currentIndex()
    row = window.sections.itemDelegateForIndex(here)
    assert isinstance(row, SectionRow)
    assert row.is_chosen(here)
    QTest.keyClicks(window.search, "contrast")
    assert rows_seen(window) != before
    assert not row.is_chosen(here), "what is found stands in another section"
    at = window.sections.visualRect(here).center()
    QTest.mouseClick(window.sections.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert rows_seen(window) == before
    assert window.search.text() == ""
    assert row.is_chosen(here)


def test_a_command_is_given_other_keys(window: SettingsWindow, main: MainWindow) -> None:
    row = row_of(window, "New conversation")
    assert row.field.text() == "Ctrl+N"
    QTest.mouseClick(row.field, Qt.MouseButton.LeftButton)
    assert row.field.listens
    QTest.keyClick(row.field, Key.Key_J, CTRL | SHIFT)
    assert row.field.text() == "Ctrl+Shift+J"
    assert main.commands.keymap.shown(table.NEW) == "Ctrl+Shift+J"
    assert row.reset.isVisible()
    QTest.mouseClick(row.reset, Qt.MouseButton.LeftButton)
    assert row.field.text() == "Ctrl+N"


def test_keys_of_another_command_are_asked_for(window: SettingsWindow, main: MainWindow) -> None:
    row, keymap = row_of(window, "New conversation"), main.commands.keymap
    for answer, gets in ((row.leave, "Ctrl+N"), (row.take, "Ctrl+K")):
        QTest.keyClick(row.field, Key.Key_Space)
        QTest.keyClick(row.field, Key.Key_K, CTRL)
        assert "Search all conversations" in row.answer.text()
        assert keymap.shown(table.NEW) == "Ctrl+N", "nothing is taken before the answer"
        QTest.mouseClick(answer, Qt.MouseButton.LeftButton)
        assert keymap.shown(table.NEW) == gets
    assert keymap.keys(table.SEARCH) == ()
    assert row_of(window, "Search all conversations").field.text() == "No keys"
    QTest.mouseClick(window.keyboard.reset_all, Qt.MouseButton.LeftButton)
    assert keymap.shown(table.SEARCH) == "Ctrl+K"


@pytest.mark.parametrize(("key", "held"), [(Key.Key_A, SHIFT), (Key.Key_C, CTRL), (Key.Key_Tab, CTRL)])
def test_keys_that_cannot_be_taken_are_refused_in_words(
    window: SettingsWindow, main: MainWindow, key: Qt.Key, held: Qt.KeyboardModifier
) -> None:
    row = row_of(window, "New conversation")
    row.field.click()
    QTest.keyClick(row.field, key, held)
    assert row.answer.text().endswith(".")
    assert main.commands.keymap.shown(table.NEW) == "Ctrl+N"


def test_escape_leaves_the_keys_and_backspace_takes_them_away(
    window: SettingsWindow, main: MainWindow
) -> None:
    row = row_of(window, "New conversation")
    row.field.click()
    QTest.keyClick(row.field, Key.Key_Escape)
    assert row.field.text() == "Ctrl+N"
    assert window.isVisible()
    row.field.click()
    QTest.keyClick(row.field, Key.Key_Backspace)
    assert main.commands.keymap.keys(table.NEW) == ()


@pytest.mark.parametrize(("key", "held"), [(Key.Key_K, CTRL), (Key.Key_A, SHIFT)])
@pytest.mark.parametrize("on", ["field", "search"])
def test_escape_leaves_a_question_about_keys_before_the_window(
    window: SettingsWindow, main: MainWindow, key: Qt.Key, held: Qt.KeyboardModifier, on: str
) -> None:
    row = row_of(window, "New conversation")
    row.field.click()
    QTest.keyClick(row.field, key, held)
    assert row.answer.isVisible()
    QTest.keyClick(row.field if on == "field" else window.search, Key.Key_Escape)
    assert window.isVisible()
    assert not row.answer.isVisible()
    assert not row.take.isVisible()
    assert row.field.hasFocus()
    assert main.commands.keymap.shown(table.NEW) == "Ctrl+N"
    QTest.keyClick(row.field, Key.Key_Escape)
    assert not window.isVisible()


def test_a_narrow_window_puts_the_sections_above(window: SettingsWindow) -> None:
    assert window.sections.isVisible()
    window.set_theme(Theme(scale=2.0))
    window.resize(900, 600)
    assert not window.sections.isVisible()
    assert window.section_box.isVisible()
    window.section_box.setFocus()
    QTest.keyClick(window.section_box, Key.Key_Down)
    assert rows_seen(window)


# --- keyboard sheet -----------------------------------------------------------------------------


def lines_seen(sheet: KeyboardSheet) -> list[str]:
    return [line.words for line in sheet.findChildren(KeyLine) if line.isVisible()]


def test_the_sheet_lists_every_key_there_is(qtbot: QtBot, theme: Theme, main: MainWindow) -> None:
    sheet = KeyboardSheet(theme, main.commands)
    qtbot.addWidget(sheet)
    sheet.show()
    shown = lines_seen(sheet)
    for command in main.commands.known():
        first = main.commands.keymap.shown(command)
        assert any(line.startswith(f"{command.name} {first}") for line in shown) or not first, (
            command.identifier
        )
    assert any(command.kind is Kind.FIXED for command in main.commands.known())
    QTest.keyClicks(sheet.search, "ctrl+k")
    assert lines_seen(sheet) == ["Search all conversations Ctrl+K"]
    main.commands.keymap.assign(table.SEARCH, [QKeySequence("F7")])
    assert lines_seen(sheet) == []
    QTest.keyClick(sheet.search, Key.Key_Escape)
    assert "Search all conversations F7" in lines_seen(sheet)
    sheet.set_theme(Theme(dark=True, scale=2.0))


# --- what a model can do ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(ModelKind))
def test_every_page_says_what_is_weak(qtbot: QtBot, theme: Theme, kind: ModelKind) -> None:
    page = LimitsPage(theme)
    qtbot.addWidget(page)
    page.show_model(kind, "Some model")
    page.show()
    guide = kind is ModelKind.GUIDE
    assert page.sentences[0] == f"What can {'the built-in guide' if guide else 'Some model'} do?"
    for part in ("good", "weak", "help"):
        assert lines_of(kind, part)
        assert set(lines_of(kind, part)) <= set(page.sentences)
    assert "Some model" not in page.windowTitle()
    page.show_model(ModelKind.OTHER, "Another")
    assert page.sentences[0] == "What can Another do?"
    page.set_theme(Theme(dark=True, scale=2.0))


def test_gpt_oss_is_said_to_make_up_names_and_to_need_documents() -> None:
    said = " ".join(lines_of(ModelKind.GPT_OSS, "weak"))
    for words in ("Facts need documents", "makes up names", "no internet", "June 2024", "reckons badly"):
        assert words in said


def test_about_names_the_version(qtbot: QtBot, theme: Theme) -> None:
    window = AboutWindow(theme)
    qtbot.addWidget(window)
    window.show()
    window.set_theme(Theme(dark=True))
    QTest.keyClick(window, Key.Key_Escape)
    assert not window.isVisible()


def test_a_window_beside_opens_in_the_middle_of_the_main_one(qtbot: QtBot, theme: Theme) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    owner.setGeometry(100, 60, 600, 500)
    owner.show()
    beside = SideWindow(theme, "Beside", QSize(400, 320), owner)
    beside.bring()
    middle = beside.geometry().center() - owner.frameGeometry().center()
    assert middle.manhattanLength() <= 2
    beside.move(3, 4)
    beside.hide()
    beside.bring()
    assert beside.pos() == QPoint(3, 4), "where the person has put it, it stays"


def test_the_middle_is_never_off_the_screen() -> None:
    screen = QRect(0, 30, 1000, 700)
    for over in (QRect(-300, 0, 400, 300), QRect(900, 600, 400, 300), QRect(200, 200, 400, 300)):
        assert screen.contains(in_the_middle(QSize(640, 560), over, screen))
    large = in_the_middle(QSize(2000, 2000), screen, screen)
    assert large.topLeft() == screen.topLeft(), "its top can be taken hold of"


def test_keys_that_are_left_as_they_are_keep_the_keyboard_in_their_row(window: SettingsWindow) -> None:
    row = row_of(window, "Models")
    row.field.click()
    QTest.keyClick(row.field, Key.Key_N, CTRL)
    assert row.leave.isVisible()
    row.leave.setFocus()
    row.leave.click()
    assert row.field.hasFocus()
    assert row.leave.isHidden()


def test_the_way_back_to_the_first_keys_asks_before_it_takes_them(window: SettingsWindow) -> None:
    models, other = row_of(window, "Models"), row_of(window, "New conversation")
    other.field.click()
    QTest.keyClick(other.field, Key.Key_M, CTRL | SHIFT)
    other.take.click()
    assert (models.field.text(), other.field.text()) == ("No keys", "Ctrl+Shift+M")
    models.reset.click()
    assert "“New conversation”" in models.answer.text()
    assert other.field.text() == "Ctrl+Shift+M"
    models.take.click()
    assert (models.field.text(), other.field.text()) == ("Ctrl+Shift+M", "No keys")


def test_the_smallest_keyboard_sheet_shows_every_key_at_200_percent(
    qtbot: QtBot, appearance: Appearance, main: MainWindow
) -> None:
    appearance.set_scale(2.0)
    sheet = KeyboardSheet(appearance.theme, main.commands)
    qtbot.addWidget(sheet)
    sheet.resize(sheet.minimumSize())
    sheet.show()
    for line in sheet.findChildren(KeyLine):
        right = line._keys.mapTo(sheet, QPoint(line._keys.width(), 0)).x()
        assert right <= sheet.width(), line.words
    appearance.set_scale(1.0)
