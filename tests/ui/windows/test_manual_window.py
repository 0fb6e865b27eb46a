"""The manual in its window: by mouse and keyboard, wide and narrow, with the passage that was read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.core.conversation.message import Part, PartKind
from app.core.errors import UserError
from app.core.rules.settings import Settings
from app.manual.browsing import listed
from app.manual.finder import ManualFinder, placed_text
from app.ui.commands import table
from app.ui.flow.tasks import Lane
from app.ui.flow.window.manual import ManualFlow
from app.ui.flow.window.side_windows import SideWindows
from app.ui.theme import Theme
from app.ui.theme.appearance import Appearance
from app.ui.views.beside.manual_window import ManualWindow
from app.ui.views.window.main_window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)


@pytest.fixture(scope="module")
def finder() -> ManualFinder:
    return ManualFinder.open()


@pytest.fixture
def lane() -> Iterator[Lane]:
    made = Lane("storage")
    yield made
    made.close()


@pytest.fixture
def flow(qtbot: QtBot, appearance: Appearance, lane: Lane, finder: ManualFinder) -> ManualFlow:
    window = MainWindow(appearance.theme, QWidget())
    qtbot.addWidget(window)
    window.show()
    side = SideWindows(window, appearance, lambda: Settings(None), lane, window)
    return ManualFlow(side, lambda: finder, lane, side)


def opened(flow: ManualFlow) -> ManualWindow:
    """Return the window as the Help menu opens it."""
    flow._side._window.commands.give(table.MANUAL)
    shown = flow._side.manual
    assert shown is not None
    return shown


def part(finder: ManualFinder, slug: str, passage: int = 0) -> Part:
    page = finder.page(slug)
    assert page is not None
    return Part(PartKind.MANUAL, placed_text(page, passage), name=slug)


def test_it_opens_on_the_first_steps_with_the_cursor_in_the_search(
    flow: ManualFlow, finder: ManualFinder
) -> None:
    shown = opened(flow)
    assert shown.isVisible()
    assert shown.titles == [page.title for page in listed(finder.pages)]
    assert shown.page is finder.page("first-steps")
    assert shown.page is not None
    assert shown.page.passages[0].replace("`", "") in shown.text.toPlainText()
    assert shown.focusWidget() is shown.search
    assert shown.text.marked_words == ""
    shown.close()
    assert flow._side.manual is None


def test_a_page_is_found_and_read_by_keyboard(flow: ManualFlow, qtbot: QtBot) -> None:
    shown = opened(flow)
    QTest.keyClicks(shown.search, "stopp")
    qtbot.waitUntil(lambda: shown.titles[0] == "Stopping an answer")
    assert shown.text.toPlainText().startswith("Stopping an answer\nPress Esc")
    QTest.keyClick(shown.search, Qt.Key.Key_Down)
    assert shown.focusWidget() is shown.list
    QTest.keyClick(shown.list, Qt.Key.Key_Down)
    assert shown.page is not None
    assert shown.page.title == shown.titles[1]
    QTest.keyClick(shown.list, Qt.Key.Key_Return)
    assert shown.focusWidget() is shown.text
    assert shown.text.accessibleName() == shown.titles[1]
    kept = shown.page
    QTest.keyClick(shown.search, Qt.Key.Key_Escape)
    assert len(shown.titles) > 100, "all pages are back"
    assert shown.page is kept, "and the page stays"
    assert shown.list.currentIndex().data() == kept.title
    QTest.keyClick(shown.text, Qt.Key.Key_Escape)
    assert not shown.isVisible()


def test_what_nobody_wrote_about_is_said(flow: ManualFlow, qtbot: QtBot) -> None:
    shown = opened(flow)
    QTest.keyClicks(shown.search, "qqqq zzz")
    qtbot.waitUntil(lambda: shown.titles == [])
    assert shown._nothing.isVisible()
    QTest.keyClick(shown.search, Qt.Key.Key_Down)
    assert shown.focusWidget() is shown.search
    shown.show_found("some other words", ())
    shown.search.clear()
    assert not shown._nothing.isVisible()


def test_the_passage_an_answer_was_given_is_marked(flow: ManualFlow, finder: ManualFinder) -> None:
    shown = opened(flow)
    shown.search.setText("bin")
    flow.show_read(part(finder, "stop", 1))
    assert flow._side.manual is shown, "one window"
    page = finder.page("stop")
    assert shown.page is page
    assert page is not None
    assert shown.text.marked_words == page.passages[1]
    assert shown.text.accessibleDescription() == (
        "The guide read the marked passage for the answer you came from."
    )
    assert shown.text.textCursor().block().text() == page.passages[1], "the keyboard begins there"
    assert shown.search.text() == ""
    assert shown.list.currentIndex().data() == "Stopping an answer"
    shown.list.choose(0)
    assert shown.text.marked_words == "", "another page was not read"


def test_the_mark_is_seen(flow: ManualFlow, finder: ManualFinder) -> None:
    flow.show_read(part(finder, "stop"))
    shown = flow._side.manual
    assert shown is not None
    area = shown.text._mark()
    assert area is not None
    seen = shown.text.viewport().grab(area.toRect()).toImage()
    corner = seen.pixelColor(seen.width() - 8, seen.height() // 2)
    assert corner == shown.theme.accent_soft
    assert seen.pixelColor(1, seen.height() // 2) == shown.theme.accent


def test_small_talk_and_what_is_gone_are_shown_without_a_row(
    flow: ManualFlow, finder: ManualFinder
) -> None:
    flow.show_read(part(finder, "hello"))
    shown = flow._side.manual
    assert shown is not None
    assert shown.text.toPlainText().startswith("Hello\n")
    assert not shown.list.currentIndex().isValid()
    flow.show_read(Part(PartKind.MANUAL, "Manual: Fax\n<img src='file:///etc/hostname'>", name="fax"))
    assert shown.text.toPlainText().startswith("Fax\nThis page is not in the manual any more.")
    assert "<img src='file:///etc/hostname'>" in shown.text.toPlainText(), "read as text"
    assert shown.text._document.refused == 0


def test_where_no_page_was_found_the_manual_is_opened_for_looking(flow: ManualFlow) -> None:
    flow.show_read(Part(PartKind.MANUAL, "Manual: none"))
    shown = flow._side.manual
    assert shown is not None
    assert shown.focusWidget() is shown.search
    assert shown.titles, "every page is listed"


def test_a_narrow_window_has_the_list_or_the_page(
    flow: ManualFlow, finder: ManualFinder, qtbot: QtBot
) -> None:
    shown = opened(flow)
    shown.resize(400, 320)
    assert shown.list.isVisible()
    assert not shown.text.isVisible()
    place = shown.list.visualRect(shown.list.currentIndex()).center()
    QTest.mouseClick(shown.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert shown.text.isVisible()
    assert not shown.list.isVisible()
    assert shown.focusWidget() is shown.text
    shown.back.click()
    assert shown.focusWidget() is shown.list
    flow.show_read(part(finder, "backup", 1))
    assert shown.text.isVisible()
    qtbot.waitUntil(lambda: (area := shown.text._mark()) is not None and area.top() >= 0)
    area = shown.text._mark()
    assert area is not None
    assert area.bottom() <= shown.text.viewport().height(), "the passage is in sight"
    shown.resize(900, 600)
    assert shown.list.isVisible()
    assert shown.text.isVisible()


def test_the_largest_text_fits_the_smallest_window(flow: ManualFlow, finder: ManualFinder) -> None:
    flow.show_read(part(finder, "command-line-ask"))
    shown = flow._side.manual
    assert shown is not None
    shown.set_theme(Theme(scale=2.0))
    shown.resize(shown.minimumSize())
    assert shown.back.isVisible()
    assert shown.text.isVisible()
    document = shown.text.document().size()
    assert document.width() <= shown.text.viewport().width()
    assert shown.text.verticalScrollBar().maximum() > 0, "what has no room is scrolled to"
    words = shown.text.toPlainText()
    shown.set_theme(Theme(scale=1.0))
    assert shown.text.toPlainText() == words


def test_words_of_a_page_can_be_selected_by_keyboard_and_copied(
    flow: ManualFlow, finder: ManualFinder
) -> None:
    flow.show_read(part(finder, "stop"))
    shown = flow._side.manual
    assert shown is not None
    for _letter in range(5):
        QTest.keyClick(shown.text, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(shown.text, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Press"
    before = shown.text.toPlainText()
    QTest.keyClicks(shown.text, "x")
    shown.text.moveCursor(QTextCursor.MoveOperation.End)
    shown.text.paste()
    assert shown.text.toPlainText() == before, "nobody writes in it"


def test_without_its_pages_the_window_says_what_to_do(
    qtbot: QtBot, appearance: Appearance, lane: Lane
) -> None:
    def missing() -> ManualFinder:
        raise UserError("manual.missing")

    window = MainWindow(appearance.theme, QWidget())
    qtbot.addWidget(window)
    side = SideWindows(window, appearance, lambda: Settings(None), lane, window)
    flow = ManualFlow(side, missing, lane, side)
    flow.show_read(Part(PartKind.MANUAL, "Manual: Stop\nPress Esc.", name="stop"))
    assert side.manual is not None
    assert "The pages of the manual are missing" in side.manual.text.toPlainText()
