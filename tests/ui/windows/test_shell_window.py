"""The main window: regions, keyboard, ring, strip, notices, narrow and large-text layouts."""

from __future__ import annotations

from functools import partial
from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.storage.records import ConversationRecord
from app.ui.commands import table
from app.ui.commands.command import Command, State
from app.ui.theme import Theme
from app.ui.views.window.frame import NARROWEST, WIDEST
from app.ui.views.window.main_window import MainWindow
from app.ui.views.window.notice_card import NoticeKind
from app.ui.views.window.status_strip import GIGABYTE, StatusStrip
from app.ui.widgets.words.figures import tokens
from tests.support.windows.shells import focus, shown_shell

Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(qtbot: QtBot, theme: Theme) -> MainWindow:
    made = shown_shell(qtbot, theme)
    made.sidebar.set_conversations([ConversationRecord(1, "One", 0.0, 0.0)])
    made.header.set_title("One")
    return made


def test_the_title_says_only_the_name(window: MainWindow) -> None:
    window.header.set_title("Okafor v Brightwater")
    assert window.windowTitle() == "Cloister"


def test_f6_goes_round_the_regions_in_order(window: MainWindow) -> None:
    order = []
    for _ in range(5):
        QTest.keyClick(window, Key.Key_F6)
        order.append(focus())
    assert order == [
        window.status_strip,
        window.sidebar.list,
        window.header.export,
        window.transcript,
        window.composer.edit,
    ]
    QTest.keyClick(window, Key.Key_F6, SHIFT)
    assert focus() is window.transcript


def test_tab_stays_inside_the_region(window: MainWindow) -> None:
    window.composer.set_text("text")
    composer = window.composer
    for expected in (composer.attach, composer.effort_slider, composer.send, composer.edit):
        QTest.keyClick(focus(), Key.Key_Tab)
        assert focus() is expected
    QTest.keyClick(focus(), Key.Key_Backtab, SHIFT)
    assert focus() is window.composer.send


def test_tab_goes_on_from_a_region_that_is_one_stop(window: MainWindow) -> None:
    window.transcript.setFocus()
    QTest.keyClick(focus(), Key.Key_Tab)
    assert focus() is window.composer.edit
    assert window.ring.isVisible()
    window.transcript.setFocus()
    QTest.keyClick(focus(), Key.Key_Backtab, SHIFT)
    assert focus() is window.header.export


def test_the_ring_is_for_the_keyboard_only(window: MainWindow) -> None:
    assert not window.ring.isVisible()
    QTest.keyClick(focus(), Key.Key_Tab)
    QTest.keyClick(focus(), Key.Key_Tab)
    slider = window.composer.effort_slider
    assert window.ring.isVisible()
    inside = slider.mapTo(window, QPoint(0, 0))
    assert window.ring.geometry().contains(inside)
    assert window.ring.width() > slider.width()
    QTest.mouseClick(window.composer.edit.viewport(), Qt.MouseButton.LeftButton)
    assert not window.ring.isVisible()


def test_the_ring_follows_its_control(window: MainWindow) -> None:
    QTest.keyClick(focus(), Key.Key_Tab)
    QTest.keyClick(focus(), Key.Key_Tab)
    before = window.ring.pos()
    window.resize(1100, 640)
    assert window.ring.pos() != before
    slider = window.composer.effort_slider
    assert window.ring.geometry().center() == slider.mapTo(window, slider.rect().center())


def test_shortcuts_reach_their_signals(qtbot: QtBot, window: MainWindow) -> None:
    QTest.keyClick(window, Key.Key_K, CTRL)
    assert focus() is window.sidebar.search
    QTest.keyClick(window, Key.Key_E, CTRL)
    assert focus() is window.composer.effort_slider
    with qtbot.waitSignal(window.sidebar.new_requested):
        QTest.keyClick(window, Key.Key_N, CTRL)
    with qtbot.waitSignal(window.sidebar.settings_requested):
        QTest.keyClick(window, Key.Key_Comma, CTRL)
    window.commands.set_state(State.ANSWERING, True)
    given: list[Command] = []
    keys = {
        table.TRY_AGAIN: ((Key.Key_R, CTRL),),
        table.COPY_ANSWER: ((Key.Key_C, CTRL | SHIFT),),
        table.REASONING: ((Key.Key_R, CTRL | SHIFT),),
        table.ANSWER_NOW: ((Key.Key_Return, CTRL),),
        table.LARGER: ((Key.Key_Plus, CTRL), (Key.Key_Equal, CTRL)),
        table.SMALLER: ((Key.Key_Minus, CTRL),),
        table.USUAL_SIZE: ((Key.Key_0, CTRL),),
    }
    for command, pressed in keys.items():
        window.commands.on(command, partial(given.append, command))
        for key, held in pressed:
            window.composer.focus_message()
            QTest.keyClick(focus(), key, held)
            assert given.pop() is command


def test_the_header_menu_renames_and_deletes_what_is_open(qtbot: QtBot, window: MainWindow) -> None:
    rename, delete = window.header.menu.actions()
    rename.trigger()
    assert window.sidebar.list.findChild(QLineEdit) is None, "nothing is open yet"
    window.sidebar.set_current(1)
    rename.trigger()
    editor = window.sidebar.list.findChild(QLineEdit)
    assert editor is not None
    QTest.keyClicks(editor, "Two")
    with qtbot.waitSignal(window.sidebar.rename_requested) as renamed:
        QTest.keyClick(editor, Key.Key_Return)
    assert renamed.args == [1, "Two"]
    with qtbot.waitSignal(window.sidebar.delete_requested) as deleted:
        delete.trigger()
    assert deleted.args == [1]


def test_return_presses_a_button(qtbot: QtBot, window: MainWindow) -> None:
    window.ring.move_focus(window.sidebar.new_button)
    with qtbot.waitSignal(window.sidebar.new_requested):
        QTest.keyClick(focus(), Key.Key_Return)


def test_escape_anywhere_stops_an_answer(qtbot: QtBot, window: MainWindow) -> None:
    window.composer.set_busy(True)
    window.transcript.setFocus()
    with qtbot.waitSignal(window.composer.stop_requested):
        QTest.keyClick(window.transcript, Key.Key_Escape)


def test_shortcuts_sleep_under_a_page(qtbot: QtBot, window: MainWindow) -> None:
    page = QWidget()
    window.show_page(page)
    with qtbot.assertNotEmitted(window.sidebar.new_requested):
        QTest.keyClick(window, Key.Key_N, CTRL)
    window.show_conversation()
    assert window.pages.count() == 1
    with qtbot.waitSignal(window.sidebar.new_requested):
        QTest.keyClick(window, Key.Key_N, CTRL)


def test_a_narrow_window_covers_instead_of_squeezing(window: MainWindow) -> None:
    window.resize(900, 620)
    assert window.frame.covers
    assert not window.sidebar.isVisible()
    assert window.header.sidebar_button.isVisible()
    QTest.mouseClick(window.header.sidebar_button, Qt.MouseButton.LeftButton)
    assert window.sidebar.isVisible()
    assert window.header.mapTo(window, QPoint(0, 0)).x() == 0
    QTest.keyClick(focus(), Key.Key_Escape)
    assert not window.sidebar.isVisible()
    assert focus() is window.composer.edit
    QTest.keyClick(window, Key.Key_K, CTRL)
    assert window.sidebar.isVisible()
    window.resize(1280, 800)
    assert window.sidebar.isVisible()
    assert not window.header.sidebar_button.isVisible()


def test_the_sidebar_can_be_dragged_and_moved_by_keys(window: MainWindow) -> None:
    grip = window.frame.grip
    assert window.sidebar.width() + 1 == window.frame.sidebar_width == 264
    QTest.keyClick(grip, Key.Key_Right)
    assert window.frame.sidebar_width > 264
    assert grip.accessibleName() == f"Width of the conversations, {window.frame.sidebar_width} pixels"
    for pixels, wide in ((10, NARROWEST), (900, WIDEST)):
        grip.moved_to.emit(pixels)
        assert window.frame.sidebar_width == wide


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.5, 2.0])
@pytest.mark.parametrize("size", [(1280, 800), (880, 600)])
def test_every_region_stays_inside_the_window(
    window: MainWindow, scale: float, size: tuple[int, int]
) -> None:
    window.notice.show_notice(
        NoticeKind.DANGER, "Your text is saved. The engine stopped.", [("a", "Restart engine")]
    )
    window.status_strip.set_model("gpt-oss-20b", "")
    window.status_strip.set_memory(12 * GIGABYTE, 16 * GIGABYTE)
    window.status_strip.set_speed(26.0)
    window.status_strip.set_context(6200, 16000, 8800, 2)
    window.set_theme(Theme(scale=scale))
    window.resize(*size)
    for region in (window.header, window.composer, window.notice, window.status_strip):
        corner = region.mapTo(window, QPoint(0, 0))
        assert window.rect().contains(corner), region
        assert window.rect().contains(corner + QPoint(region.width() - 1, region.height() - 1)), region
    strip = window.status_strip
    for group in (strip.model_group, strip.context_group, strip.seal_group):
        whole = group.width() >= group.sizeHint().width()
        assert whole or group.accessibleName() in group.toolTip(), "what is cut is in the tip"
    places = [group.geometry() for group in (*strip.items, strip.speed_group)]
    for place, other in combinations(places, 2):
        assert not place.intersects(other), "nothing in the strip lies over another"
    window.set_theme(Theme())


def test_a_new_theme_reaches_every_part(window: MainWindow) -> None:
    dark = Theme(dark=True)
    window.set_theme(dark)
    image = window.grab().toImage()
    assert image.pixelColor(5, 300) == dark.sidebar
    assert image.pixelColor(700, 10) == dark.canvas
    window.set_theme(Theme())


def test_a_long_notice_has_its_buttons_below(qtbot: QtBot, window: MainWindow) -> None:
    notice = window.notice
    actions = [("a", "Use the other one"), ("b", "Save a report of it")]

    def placed(below: bool) -> bool:
        first, last = (button.geometry() for button in notice.buttons)
        is_below = first.y() > notice._sentence.geometry().bottom()
        return notice.rect().contains(last) and is_below is below

    for times, wanted in ((2, False), (12, True), (2, False)):
        notice.show_notice(NoticeKind.WARN, "The engine stopped on this. " * times, actions)
        qtbot.waitUntil(partial(placed, wanted))


def test_a_notice_stays_until_it_is_acted_on(qtbot: QtBot, window: MainWindow) -> None:
    window.notice.show_notice(NoticeKind.WARN, "First.", [("a", "Do a"), ("b", "Do b")])
    window.notice.show_notice(NoticeKind.WARN, "Second.", [("c", "Do c")])
    assert window.notice.sentence == "Second."
    assert window.notice.accessibleName() == "Attention: Second."
    assert focus() is window.composer.edit
    with qtbot.waitSignal(window.notice.action_chosen) as chosen:
        QTest.mouseClick(window.notice.buttons[0], Qt.MouseButton.LeftButton)
    assert chosen.args == ["c"]
    assert window.notice.sentence == "Second."
    window.notice.clear()
    assert window.notice.sentence == ""
    with pytest.raises(ValueError, match="two buttons"):
        window.notice.show_notice(NoticeKind.INFO, "x", [("a", "a"), ("b", "b"), ("c", "c")])


def test_suggestions_ask_their_question(qtbot: QtBot, window: MainWindow) -> None:
    window.show_empty(True)
    window.empty_state.set_suggestions([f"Question {i}?" for i in range(9)])
    assert len(window.empty_state.rows) == 6
    with qtbot.waitSignal(window.empty_state.suggestion_chosen) as chosen:
        QTest.mouseClick(window.empty_state.rows[1], Qt.MouseButton.LeftButton)
    assert chosen.args == ["Question 1?"]
    window.ring.move_focus(window.empty_state.rows[0])
    QTest.keyClick(focus(), Key.Key_Down)
    assert focus() is window.empty_state.rows[1]
    with qtbot.waitSignal(window.empty_state.suggestion_chosen):
        QTest.keyClick(focus(), Key.Key_Return)


def test_the_strip_says_numbers_with_units(qtbot: QtBot, theme: Theme) -> None:
    strip = StatusStrip(theme)
    qtbot.addWidget(strip)
    assert strip.summary() == "No model, Offline: never connected"
    strip.set_model("gpt-oss-20b", "")
    strip.set_memory(int(11.9 * GIGABYTE), 16 * GIGABYTE)
    strip.set_speed(26.4)
    strip.set_context(6200, 16000, 4000, 2)
    strip.set_seal("Offline: no connection since 12 Nov")
    assert strip.summary() == (
        "gpt-oss-20b, 11.9 of 16 GB, 26 tok/s, 6.2k of 16k tokens; 2 messages left out, "
        "Offline: no connection since 12 Nov"
    )
    strip.set_memory(14 * GIGABYTE, 16 * GIGABYTE)
    assert "nearly full" in strip.summary()
    strip.set_speed(None)
    strip.set_context(10, 4096)
    assert "tok/s" not in strip.summary()
    assert "nothing left out" in strip.accessibleDescription()


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0"), (840, "840"), (1000, "1k"), (6249, "6.2k"), (131072, "131.1k")]
)
def test_tokens_are_short(count: int, words: str) -> None:
    assert tokens(count) == words


def test_every_control_has_a_name_and_labels_are_plain_text(window: MainWindow) -> None:
    window.empty_state.set_suggestions(["A question?"])
    for widget in window.findChildren(QWidget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget is not window.transcript:
            name = widget.accessibleName() or getattr(widget, "text", str)()
            assert name, widget
        if isinstance(widget, QLabel):
            assert widget.textFormat() is Qt.TextFormat.PlainText, widget.text()


def test_a_notice_that_goes_leaves_the_cursor_in_the_message_without_a_ring(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.notice.show_notice(NoticeKind.INFO, "It is done.", [("close", "Close")])
    button = window.notice.buttons[0]
    window.notice.action_chosen.connect(lambda _code: window.notice.clear())
    qtbot.waitUntil(button.isVisible)
    button.setFocus(Qt.FocusReason.MouseFocusReason)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert focus() is window.composer.edit
    assert window.ring.isHidden()
