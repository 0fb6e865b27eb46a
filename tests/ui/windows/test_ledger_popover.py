"""The ledger panel: figures, left-out messages, advice, room."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.core.conversation.ledger import EntryKind, Ledger, LedgerEntry
from app.core.conversation.message import Effort
from app.ui.theme import Theme
from app.ui.views.panels.ledger_popover import LedgerPopover
from app.ui.widgets.drawings.segment_bar import GAP, HATCH, LEAST, spread
from app.ui.widgets.words.figures import gigabytes, ram, short_size, token_column, window
from tests.support.ledgers import MOCK, TITLES, ledger

Key = Qt.Key


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> LedgerPopover:
    made = LedgerPopover(theme)
    qtbot.addWidget(made)
    made.show_ledger(MOCK, TITLES)
    made.resize(444, made.height_for(444))
    made.show()
    qtbot.waitExposed(made)
    return made


# --- what it says -------------------------------------------------------------------------------


def test_the_rows_are_those_of_the_mock_up(panel: LedgerPopover) -> None:
    assert panel.rows == (
        ("Instructions and date", "0.4k"),
        ("1 text beside a question", "3.1k"),
        ("Conversation: 6 messages", "2.7k"),
        ("Kept free for the answer, Medium effort", "8.0k"),
        ("Still free", "2.2k"),
    )
    assert panel.left_out.heading == "Left out: 2 messages"
    assert panel.accessibleDescription() == (
        "What the model reads: 6.2k of 16k tokens. 2.2k still free."
    )


def test_documents_have_a_row_only_when_there_are_any(panel: LedgerPopover) -> None:
    panel.show_ledger(ledger(450, 450), TITLES, Effort.HIGH)
    words = [row[0] for row in panel.rows]
    assert "Attached" not in str(words)
    assert "Kept free for the answer, High effort" in words
    assert panel.left_out.isHidden()
    assert panel.advice == ""
    assert panel.make_room.isHidden()


def test_the_bar_shows_what_the_rows_say(panel: LedgerPopover) -> None:
    shares = panel._bar.shares
    assert [share.fill for share in shares] == ["accent", "tint2", "tint3", HATCH, "track"]
    assert sum(share.amount for share in shares) == 16_384


def test_what_is_too_much_is_no_segment_of_a_full_bar(panel: LedgerPopover) -> None:
    panel.show_ledger(ledger(9000, 6000, reserve=2048), TITLES)
    assert panel.rows[-1] == ("Too much by", "1.1k")
    assert [share.fill for share in panel._bar.shares] == ["accent", "tint3", HATCH]
    assert panel.advice.startswith("The next message does not fit: 1.1k too much.")


def test_spread_leaves_gaps_and_keeps_the_smallest_in_sight() -> None:
    places = spread([1, 10_000, 0, 5000], 400)
    assert places[0][1] == LEAST
    assert places[2][1] == 0
    shown = [place for place in places if place[1]]
    assert shown[-1][0] + shown[-1][1] == pytest.approx(400)
    for before, after in pairwise(shown):
        assert after[0] == pytest.approx(before[0] + before[1] + GAP)


def test_figures_are_written_the_way_people_read_them() -> None:
    assert [token_column(count) for count in (30, 400, 8000, 12_345)] == ["30", "0.4k", "8.0k", "12.3k"]
    assert [token_column(count, 8192) for count in (30, 404, 7787)] == ["30", "404", "7,787"]
    assert [window(count) for count in (512, 8192, 16_384, 16_000)] == ["512", "8k", "16k", "16k"]
    assert (short_size(512), short_size(2048), gigabytes(16_384)) == ("512 MB", "2 GB", "16")
    assert (ram(24_064), ram(3 * 1024 + 512)) == ("24 GB", "3.5 GB"), "a whole number from 4 GB on"
    assert (ram(24_064, 30_000), ram(11_878, 12_000)) == ("24 GB", "11.6 GB"), "unless it hides a lack"


# --- putting back and making room ---------------------------------------------------------------


def test_put_back_names_the_message(qtbot: QtBot, panel: LedgerPopover) -> None:
    second = panel.left_out.rows[1].button
    assert second.accessibleName() == "Put back: The answer to it"
    with qtbot.waitSignal(panel.put_back_requested) as asked:
        QTest.mouseClick(second, Qt.MouseButton.LeftButton)
    assert asked.args == [1]


def test_what_does_not_fit_says_so_in_words(panel: LedgerPopover) -> None:
    panel.show_ledger(ledger(3000, 100, 450, left_out=2, reserve=8192, documents=5000), TITLES)
    first, second = panel.left_out.rows[:2]
    assert not first.button.isEnabled()
    assert first.reason == "Needs 0.7k more than is free."
    assert first.reason in first.button.toolTip()
    assert first.button.accessibleDescription() == first.reason
    assert second.button.isEnabled()
    assert second.reason == ""


def test_exchanges_are_one_row_and_one_wish(panel: LedgerPopover) -> None:
    panel.show_ledger(MOCK, TITLES, Effort.MEDIUM, ((0, 1), (2, 3), (4, 5), (6, 7)))
    shown = [row for row in panel.left_out.rows if not row.isHidden()]
    assert len(shown) == 1
    assert panel.left_out.heading == "Left out: 2 messages"
    assert shown[0].reason == "With the answer. Needs 0.9k more than is free."
    assert not shown[0].button.isEnabled(), "both together do not fit"


def test_the_advice_is_the_mock_ups(qtbot: QtBot, panel: LedgerPopover) -> None:
    panel.show_ledger(ledger(2000, 1100, *[450] * 6, left_out=2, documents=3100), TITLES)
    assert panel.advice == (
        "Both need 1.1k more than is free.\nLow effort keeps 2k for the answer instead of 8k."
    )
    with qtbot.waitSignal(panel.effort_requested) as asked:
        QTest.mouseClick(panel.use_effort, Qt.MouseButton.LeftButton)
    assert asked.args == [Effort.LOW]


def test_high_effort_is_advised_to_the_next_that_is_enough(panel: LedgerPopover) -> None:
    much = Ledger(
        65_536,
        (LedgerEntry(EntryKind.MESSAGE, 30_000, 1), LedgerEntry(EntryKind.MESSAGE, 9000, 0, True)),
        32_768,
        32_768,
    )
    panel.show_ledger(much, TITLES, Effort.HIGH)
    assert panel.use_effort.text() == "Use Medium effort"


def test_a_full_window_offers_the_three_ways(qtbot: QtBot, panel: LedgerPopover) -> None:
    panel.show_ledger(ledger(900, 800, 5000, 7000, reserve=2048), TITLES, exchanges=((0, 1), (2, 3)))
    room = panel.make_room
    asked: list[int] = []
    panel.leave_out_requested.connect(asked.append)
    QTest.mouseClick(room.leave_out_row.button, Qt.MouseButton.LeftButton)
    assert asked == [0], "never the newest exchange"
    with qtbot.waitSignal(panel.summarise_requested):
        QTest.mouseClick(room.summarise_row.button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(panel.new_conversation_requested):
        QTest.mouseClick(room.new_row.button, Qt.MouseButton.LeftButton)


def test_a_small_window_by_nature_is_not_full(panel: LedgerPopover) -> None:
    panel.show_ledger(ledger(300, 200, context=4096, reserve=3196), TITLES)
    assert panel.make_room.isHidden()
    assert panel.advice == ""


def test_a_small_window_that_is_empty_looks_empty(panel: LedgerPopover) -> None:
    """The reserve is all that is left, but no more than half is kept from what will be said."""
    panel.show_ledger(ledger(context=8192, reserve=7792), ())
    assert panel.rows[-2:] == (
        ("Kept free for the answer, Medium effort", "4,096"),
        ("Still free", "3,696"),
    )
    shares = {share.fill: share.amount for share in panel._bar.shares}
    assert shares[HATCH] == 4096
    assert sum(shares.values()) == 8192
    assert panel.accessibleDescription().endswith("3.7k still free.")
    assert panel.advice == ""


def test_a_message_that_is_not_begun_is_not_called_a_draft(panel: LedgerPopover) -> None:
    entries = (LedgerEntry(EntryKind.SYSTEM, 67), LedgerEntry(EntryKind.DRAFT, 6))
    for drafted, words in ((False, "Conversation: no messages yet"), (True, "Your draft")):
        panel.show_ledger(Ledger(8192, entries, 8192, 8119), (), drafted=drafted)
        assert panel.rows[1] == (words, "6")


def test_a_small_window_says_what_is_short_of_what_it_can_have(panel: LedgerPopover) -> None:
    panel.show_ledger(ledger(5744, context=8192, reserve=2048), TITLES)
    assert panel.rows[-2:] == (("Kept free for the answer, Medium effort", "2,048"), ("Still free", "0"))
    assert panel.advice == "Only 2k of the 4k for the answer are left."


def test_in_a_small_window_half_is_room_enough_to_answer_in(panel: LedgerPopover) -> None:
    small = Ledger(
        4096,
        (LedgerEntry(EntryKind.MESSAGE, 300, 0, True), LedgerEntry(EntryKind.MESSAGE, 2500, 1, True)),
        8192,
        4096,
    )
    panel.show_ledger(small, TITLES)
    first, second = panel.left_out.rows[:2]
    assert first.button.isEnabled(), "the reserve of half the window can give way"
    assert not second.button.isEnabled()


def test_titles_are_shown_letter_by_letter_on_one_line(panel: LedgerPopover) -> None:
    panel.show_ledger(MOCK, ["<b>bold</b>\n<img src='file:///x'>", ""])
    labels = {label.text() for label in panel.findChildren(QLabel)}
    assert "<b>bold</b> <img src='file:///x'>" in labels
    assert "Message 2" in labels
    for label in panel.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText


def test_the_heading_is_whole_and_stays_where_the_rows_scroll(panel: LedgerPopover) -> None:
    panel.show_figure("a figure that takes nearly all of the room, and then some of it more")
    panel.resize(444, 200)
    title = panel._title
    assert title.height() >= title.heightForWidth(title.width())
    assert panel._figure.y() > title.geometry().bottom(), "where both do not fit on a line"
    bar = panel._scroll.verticalScrollBar()
    assert bar.maximum() > 0
    before = title.mapTo(panel, QPoint(0, 0))
    panel.reveal(panel.use_effort)
    assert bar.value() > 0
    assert title.mapTo(panel, QPoint(0, 0)) == before
    assert panel._top.geometry().bottom() < panel._scroll.geometry().top()


def test_the_button_of_the_advice_stands_where_it_makes_the_advice_lower(panel: LedgerPopover) -> None:
    def below() -> bool:
        return panel.use_effort.y() > panel._sentence.geometry().bottom()

    panel.resize(444, panel.height_for(444))
    assert not below()
    panel._sentence.set_text("Low effort keeps less for the answer. " * 8)
    panel.resize(444, panel.height_for(444))
    panel._advice_row.activate()
    assert below()


def test_many_left_out_messages_stay_countable(panel: LedgerPopover) -> None:
    panel.show_ledger(ledger(*[10] * 120, left_out=100), [f"message {n}" for n in range(120)])
    shown = [row for row in panel.left_out.rows if not row.isHidden()]
    assert len(shown) == 40
    labels = [label.text() for label in panel.left_out.findChildren(QLabel) if not label.isHidden()]
    assert "And 60 more, older than these." in labels
    assert panel.left_out.heading == "Left out: 100 messages"


def test_the_same_ledger_again_draws_nothing_anew(panel: LedgerPopover) -> None:
    before = panel.grab().toImage()
    widgets = [id(widget) for widget in panel.findChildren(QWidget)]
    panel.show_ledger(MOCK, TITLES)
    assert [id(widget) for widget in panel.findChildren(QWidget)] == widgets
    assert panel.grab().toImage() == before
