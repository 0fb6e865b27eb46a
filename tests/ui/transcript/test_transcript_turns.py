"""What a turn on screen offers: its reasoning, controls, menu, sources, and the keys that reach them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.core.conversation.message import Part, PartKind, Role
from app.engine.protocol.events import PartDelta
from app.storage.records import MessageState
from app.ui.theme import Theme
from app.ui.transcript.model import TranscriptItem
from app.ui.transcript.segments.notes import SPINNER_SECONDS
from app.ui.transcript.view import TranscriptView
from tests.support.windows.transcripts import RICH, answer, begin, conversation, question, shown_view


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> TranscriptView:
    return shown_view(qtbot, theme)


def test_working_notes_are_closed_until_opened_and_the_choice_is_kept(view: TranscriptView) -> None:
    view.model.reset([question(1), answer(2, "Yes.", notes="First I think. Then I answer.")])
    layout = view.realiser.layout(1)
    assert layout.notes is not None
    assert layout.notes.height == 0
    toggle = next(control for control in layout.controls() if control.action == "reasoning")
    assert toggle.label == "Thought for 2 s"
    view.actions_.perform(1, toggle)
    assert layout.notes.height > 0
    view.set_theme(Theme(dark=True))
    again = view.realiser.layout(1)
    assert again is not layout
    assert again.notes is not None
    assert again.notes.height > 0


@pytest.mark.parametrize("dark", [False, True])
def test_the_words_of_the_toggle_stay_under_the_pointer(view: TranscriptView, dark: bool) -> None:
    view.set_theme(Theme(dark=dark))
    view.model.reset([question(1), answer(2, "Yes.", notes="First I think.")])
    layout = view.realiser.layout(1)
    toggle = next(control for control in layout.controls() if control.action == "reasoning")
    theme = view.style_.theme

    def words_seen(pointed: bool) -> int:
        image = QImage(layout.width, layout.height, QImage.Format.Format_RGB32)
        image.fill(theme.canvas)
        painter = QPainter(image)
        key = toggle.key if pointed else None
        layout.paint(painter, image.rect(), None, key, None)
        painter.end()
        area = toggle.rect.adjusted(2, 2, -2, -2).intersected(image.rect())
        return sum(
            image.pixelColor(x, y) == theme.text2
            for x in range(area.left(), area.right())
            for y in range(area.top(), area.bottom())
        )

    assert words_seen(pointed=False) > 20
    assert words_seen(pointed=True) >= words_seen(pointed=False)


def test_a_short_thought_is_not_said_to_have_taken_a_second(view: TranscriptView) -> None:
    item = answer(2, "Yes.", notes="First I think.")
    for milliseconds, words in ((180, "under 1 s"), (1000, "1 s"), (1600, "2 s"), (61_000, "1 min 1 s")):
        view.model.reset([question(1), replace(item, thinking_ms=milliseconds)])
        toggle = next(one for one in view.realiser.layout(1).controls() if one.action == "reasoning")
        assert toggle.label == f"Thought for {words}"
        assert toggle.name == f"Reasoning, thought for {words}, collapsed"


def test_the_live_row_counts_summarises_and_can_be_hurried(view: TranscriptView, qtbot: QtBot) -> None:
    view.model.reset([question(1)])
    begin(view, 2)
    waits = view.realiser.layout(1)
    view.grab()
    assert not waits.controls(), "there are no notes to be opened yet"
    view.feed(PartDelta(0, PartKind.REASONING, "The first step is clear. The second is not"))
    view.streamer.flush()
    layout = view.realiser.layout(1)
    assert layout.notes is not None
    assert layout.notes.thinking
    assert view.realiser.live is not None
    assert view.realiser.live.summary == "The first step is clear."
    notes = layout.notes
    button = next(control for control in layout.controls() if control.action == "answer_now")
    with qtbot.waitSignal(view.answer_now_requested):
        view.actions_.perform(1, button)
    view.actions_.perform(1, button)
    live = view.realiser.live
    assert live is not None
    assert live.hurried
    view.feed(PartDelta(1, PartKind.ANSWER, "So it is."))
    view.streamer.flush()
    assert not notes.thinking
    assert any(control.action == "reasoning" for control in layout.controls())
    view.end_stream(answer(2, "So it is.", notes="The first step is clear. The second is not"))


def test_less_motion_stops_the_spinner_of_an_answer_under_way(view: TranscriptView) -> None:
    view.model.reset([question(1)])
    begin(view, 2)
    live = view.realiser.live
    assert live is not None
    view.set_theme(Theme(still=True))
    view.feed(PartDelta(0, PartKind.REASONING, "A thought."))
    view.streamer.flush()
    live.now = 0.4 * SPINNER_SECONDS
    assert live.angle == 0
    view.set_theme(Theme())
    view.streamer.flush()
    live.now = 0.4 * SPINNER_SECONDS
    assert live.angle == 144


def test_controls_ask_with_the_vaults_ids(view: TranscriptView, qtbot: QtBot) -> None:
    twin = TranscriptItem(
        42, Role.ASSISTANT, (Part(PartKind.ANSWER, "Yes."),), model_name="g", sibling=1, siblings=2
    )
    view.model.reset([question(41), twin])
    controls = {(each.action, each.value): each for each in view.realiser.layout(1).controls()}
    with qtbot.waitSignal(view.regenerate_requested) as asked:
        view.actions_.perform(1, controls["regenerate", 0])
    assert asked.args == [42]
    with qtbot.waitSignal(view.sibling_requested) as step:
        view.actions_.perform(1, controls["sibling", 1])
    assert step.args == [42, 1]
    assert not controls["sibling", -1].enabled
    edit = next(each for each in view.realiser.layout(0).controls() if each.action == "edit")
    with qtbot.waitSignal(view.edit_requested) as changed:
        view.actions_.perform(0, edit)
    assert changed.args == [41]


def test_notices_and_tool_traffic_stand_with_the_answer(view: TranscriptView) -> None:
    parts = (
        Part(PartKind.PREAMBLE, "Let me see."),
        Part(PartKind.TOOL_CALL, "print(1)", name="python", content_type="code"),
        Part(PartKind.HIDDEN, "never shown"),
        Part(PartKind.ANSWER, "One."),
    )
    item = TranscriptItem(
        2, Role.ASSISTANT, parts, state=MessageState.INTERRUPTED, model_name="g", repaired=True
    )
    view.model.reset([question(1), item])
    layout = view.realiser.layout(1)
    kinds = [type(segment).__name__ for segment in layout.segments]
    assert kinds == [
        "NotesSegment", "TextSegment", "FoldSegment", "TextSegment", "NoticeSegment", "NoticeSegment",
    ]  # fmt: skip
    fold = next(control for control in layout.controls() if control.action == "fold")
    view.actions_.perform(1, fold)
    assert [type(each).__name__ for each in layout.segments][3] == "CodeSegment"
    shown = " ".join(source.text for source in layout.content.sources())
    assert "never shown" not in shown


def test_a_point_between_messages_still_finds_one(view: TranscriptView) -> None:
    view.model.reset(conversation(4))
    for y in range(0, 600, 7):
        assert view.pointer.spot(QPoint(450, y)) is not None


def current(view: TranscriptView) -> int | None:
    return view.current_row


def test_the_keyboard_walks_through_the_turns(view: TranscriptView) -> None:
    view.model.reset([question(1), answer(2, RICH * 4, notes="I think. So it is."), question(3)])
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert view.stage.value == 0
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert current(view) == 0
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert current(view) == 1
    notes = view.realiser.layout(1).notes
    assert notes is not None
    QTest.keyClick(view, Qt.Key.Key_Return)  # into the turn: its first stop is the reasoning
    assert notes.height == 0
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert notes.height > 0
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert notes.height == 0
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert current(view) == 1, "out of the turn, which stays the present one"
    before = view.stage.value
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert current(view) == 1, "a turn taller than the view is read on first"
    assert view.stage.value > before
    QTest.keyClick(view, Qt.Key.Key_PageDown)
    QTest.keyClick(view, Qt.Key.Key_End)
    assert view.stage.at_end
    QTest.keyClick(view, Qt.Key.Key_PageUp)
    assert view.stage.value < view.stage.maximum
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert current(view) is None


def test_start_and_end_are_reached_by_the_keys_that_texts_have(view: TranscriptView) -> None:
    view.model.reset(conversation(12))
    view.jump_to_end()
    assert view.stage.value > 0
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(view, Qt.Key.Key_Home, control)
    assert view.stage.value == 0
    QTest.keyClick(view, Qt.Key.Key_End, control)
    assert view.stage.value > 0
    assert view.stage.at_end


def test_the_menu_offers_what_fits_the_place(view: TranscriptView) -> None:
    view.model.reset([question(1), answer(2)])
    view.scroll_to(0)
    mine = view.pointer.hit(view.row_rect(0).center())
    theirs = view.pointer.hit(view.row_rect(1).topLeft() + QPoint(60, 50))
    names = [[each.text() for each in view.actions_.build_menu(hit).actions()] for hit in (mine, theirs)]
    assert "Edit and send again" in names[0]
    assert "Try again" not in names[0]
    assert "Try again" in names[1]
    assert "Copy as Markdown" in names[1]
    assert all("Select all" in each for each in names)


def test_the_manual_page_is_named_under_the_answer(view: TranscriptView) -> None:
    page = Part(PartKind.MANUAL, "Manual: Deleting a conversation\nIt goes to the bin.", name="bin")
    asked = TranscriptItem(1, Role.USER, (Part(PartKind.TEXT, "Where is it?"), page))
    view.model.reset([asked, answer(2, "In the bin.")])
    places = view.realiser.layout(1).sources.places(QRect(0, 0, 700, 28), 200)
    assert len(places) == 1
    assert places[0].right() == 699
    narrow = view.realiser.layout(1).sources.places(QRect(0, 0, 200, 28), 150)
    assert narrow[0].top() > 28
    copied = "\n".join(source.text for source in view.realiser.layout(0).content.sources())
    assert copied == "Where is it?"
