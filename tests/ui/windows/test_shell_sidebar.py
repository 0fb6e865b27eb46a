"""The sidebar: the list as an item model, search, renaming, deleting."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.storage.records import ConversationRecord, SearchHit
from app.ui.models.conversations import ConversationListModel
from app.ui.models.search_results import SearchResultModel, short_date
from app.ui.theme import Theme
from app.ui.views.sidebar.result_list import utf16
from app.ui.views.sidebar.sidebar import Sidebar

Key = Qt.Key
STRICT = QAbstractItemModelTester.FailureReportingMode.Fatal


def record(identifier: int, title: str = "") -> ConversationRecord:
    return ConversationRecord(identifier, title or f"Conversation {identifier}", 0.0, 0.0)


def hit(identifier: int, snippet: str = "a word here") -> SearchHit:
    return SearchHit(identifier, identifier * 10, f"Title {identifier}", 0.0, snippet, ((2, 6),))


@pytest.fixture
def sidebar(qtbot: QtBot, theme: Theme) -> Sidebar:
    made = Sidebar(theme)
    qtbot.addWidget(made)
    made.resize(264, 700)
    made.set_conversations([record(3), record(2), record(1)])
    made.show()
    qtbot.waitExposed(made)
    return made


@given(st.lists(st.lists(st.integers(1, 8), unique=True), min_size=1, max_size=6))
@pytest.mark.usefixtures("qapp")
def test_the_model_tells_every_change_truthfully(states: list[list[int]]) -> None:
    model = ConversationListModel()
    tester = QAbstractItemModelTester(model, STRICT)
    for state in states:
        model.set_conversations([record(i, f"Title {i} of {len(state)}") for i in state])
        shown = [model.record(model.index(row)) for row in range(model.rowCount())]
        assert [row.id for row in shown if row is not None] == state
    assert tester.model() is model


@pytest.mark.usefixtures("qapp")
def test_search_results_as_a_model() -> None:
    model = SearchResultModel()
    tester = QAbstractItemModelTester(model, STRICT)
    model.set_hits([hit(1), hit(2)])
    spoken = model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("Result 1 of 2, Title 1,")
    model.set_hits([])
    assert model.rowCount() == 0
    assert tester.model() is model


def test_choosing_by_click_and_by_return(sidebar: Sidebar) -> None:
    chosen: list[int] = []
    sidebar.conversation_chosen.connect(chosen.append)
    rows = sidebar.list
    QTest.mouseClick(
        rows.viewport(),
        Qt.MouseButton.LeftButton,
        pos=rows.visualRect(sidebar.conversations.index(1)).center(),
    )
    assert chosen == [2]
    QTest.keyClick(rows, Key.Key_Down)
    assert chosen == [2]
    QTest.keyClick(rows, Key.Key_Return)
    assert chosen == [2, 1]


def test_the_open_conversation_is_marked_for_eyes_and_ears(sidebar: Sidebar) -> None:
    sidebar.set_current(2)
    index = sidebar.conversations.index(1)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Conversation 2, conversation, open now"
    sidebar.set_current(None)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Conversation 2, conversation"


def test_the_keyboard_comes_to_the_conversation_that_is_open(sidebar: Sidebar) -> None:
    sidebar.set_current(1)
    sidebar.set_current(4)  # begun just now: the list learns of it later
    sidebar.set_conversations([record(4), record(3), record(2), record(1)])
    rows = sidebar.list
    rows.setFocus(Qt.FocusReason.TabFocusReason)
    assert rows.currentIndex().row() == 0
    QTest.keyClick(rows, Key.Key_Down)
    QTest.keyClick(rows, Key.Key_Down)
    sidebar.set_conversations([record(4), record(3, "Renamed"), record(2), record(1)])
    assert rows.currentIndex().row() == 2, "whoever moves there is not moved"
    sidebar.search.setFocus()
    rows.setFocus(Qt.FocusReason.ShortcutFocusReason)
    assert rows.currentIndex().row() == 0


def test_f2_renames(qtbot: QtBot, sidebar: Sidebar) -> None:
    renamed: list[tuple[int, str]] = []
    sidebar.rename_requested.connect(lambda identifier, title: renamed.append((identifier, title)))
    sidebar.list.setCurrentIndex(sidebar.conversations.index(0))
    QTest.keyClick(sidebar.list, Key.Key_F2)
    editor = sidebar.list.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "Conversation 3"
    QTest.keyClicks(editor, "  A new   name ")
    QTest.keyClick(editor, Key.Key_Return)
    qtbot.waitUntil(lambda: renamed == [(3, "A new name")])
    assert sidebar.conversations.index(0).data() == "A new name"


def test_an_empty_name_changes_nothing(sidebar: Sidebar, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(sidebar.rename_requested):
        assert not sidebar.conversations.setData(sidebar.conversations.index(0), " \n ")
        assert not sidebar.conversations.setData(sidebar.conversations.index(0), "Conversation 3")
    assert sidebar.conversations.index(0).data() == "Conversation 3"


def test_the_delete_key_reports_the_row_it_was_pressed_on(sidebar: Sidebar, qtbot: QtBot) -> None:
    sidebar.set_conversations([record(7, "Liens"), record(8, "Leases")])
    sidebar.list.setCurrentIndex(sidebar.conversations.index(1))
    with qtbot.waitSignal(sidebar.delete_requested) as deleted:
        QTest.keyClick(sidebar.list, Key.Key_Delete)
    assert deleted.args == [8]


def test_tooltips_never_hold_markup(sidebar: Sidebar) -> None:
    sidebar.set_conversations([record(1, '<img src="file:///etc/hostname">')])
    tip = sidebar.conversations.index(0).data(Qt.ItemDataRole.ToolTipRole)
    assert "<img" not in tip
    assert "&lt;img" in tip


def test_the_context_menu_has_the_same_two(sidebar: Sidebar) -> None:
    menu = sidebar.list.menu_for(sidebar.conversations.index(0))
    assert [action.text() for action in menu.actions()] == ["Rename", "Delete"]
    menu.close()


def test_searching_waits_for_a_pause_and_shows_results(qtbot: QtBot, sidebar: Sidebar) -> None:
    searched: list[str] = []
    found: list[SearchHit] = []
    sidebar.search_changed.connect(searched.append)
    sidebar.result_chosen.connect(found.append)
    QTest.keyClicks(sidebar.search, "word")
    assert searched == []
    qtbot.waitUntil(lambda: searched == ["word"])
    sidebar.show_results("wor", [hit(9)])
    assert sidebar.pages.currentIndex() == 0, "late results of older words are dropped"
    sidebar.show_results("word", [hit(1), hit(2)])
    assert sidebar.pages.currentIndex() == 1
    QTest.keyClick(sidebar.search, Key.Key_Down)
    assert sidebar.result_list.hasFocus()
    QTest.keyClick(sidebar.result_list, Key.Key_Down)
    QTest.keyClick(sidebar.result_list, Key.Key_Return)
    assert [(one.conversation_id, one.message_id) for one in found] == [(2, 20)]
    QTest.keyClick(sidebar.result_list, Key.Key_Up)
    QTest.keyClick(sidebar.result_list, Key.Key_Up)
    assert sidebar.search.hasFocus()


def test_escape_clears_then_leaves(qtbot: QtBot, sidebar: Sidebar) -> None:
    QTest.keyClicks(sidebar.search, "word")
    sidebar.show_results("word", [hit(1)])
    with qtbot.assertNotEmitted(sidebar.left):
        QTest.keyClick(sidebar.search, Key.Key_Escape)
    assert sidebar.search.text() == ""
    assert sidebar.pages.currentIndex() == 0
    with qtbot.waitSignal(sidebar.left):
        QTest.keyClick(sidebar.search, Key.Key_Escape)


@pytest.mark.parametrize(
    ("snippet", "marks"),
    [
        ("plain words", ()),
        ("broken marks", ((-3, 4), (5, 500), (9, 2))),
        ("\U0001f600 smile and \U0001f600 words", ((0, 1), (12, 20))),
        ("line\nbreaks\u2028and\x00nul" * 20, ((0, 4), (100, 200))),
        ("", ((0, 3),)),
    ],
)
def test_any_snippet_can_be_drawn(
    sidebar: Sidebar, snippet: str, marks: tuple[tuple[int, int], ...]
) -> None:
    sidebar.search.setText("x")
    sidebar.show_results("x", [SearchHit(1, 1, "T", 0.0, snippet, marks)])
    assert not sidebar.grab().isNull()


def test_positions_are_counted_as_qt_does() -> None:
    text = "a\U0001f600b"
    assert [utf16(text, place) for place in range(4)] == [0, 1, 3, 4]


def test_dates_are_short() -> None:
    def at(year: int, month: int, day: int) -> float:
        return datetime(year, month, day, 12).astimezone().timestamp()

    today = date(2026, 11, 21)
    assert short_date(at(2026, 11, 21), today) == "Today"
    assert "12" in short_date(at(2026, 11, 12), today)
    assert "2025" in short_date(at(2025, 3, 4), today)


def test_rows_outside_the_list_are_nothing(sidebar: Sidebar) -> None:
    assert sidebar.conversations.record(QModelIndex()) is None
    sidebar.set_current(99)
    assert sidebar.conversations.row_of(99) == -1
