"""The transcript on screen: streaming equals loading, places are kept, idle means idle."""

from __future__ import annotations

import gc
import random
import threading

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.core.conversation.message import PartKind
from app.engine.protocol.events import PartDelta
from app.ui.theme import Theme
from app.ui.transcript.placing.realiser import LIMIT
from app.ui.transcript.segments.documents import SafeDocument
from app.ui.transcript.view import TranscriptView
from tests.support.windows.transcripts import RICH, answer, begin, conversation, question, shown_view


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> TranscriptView:
    return shown_view(qtbot, theme)


def picture(view: TranscriptView) -> QImage:
    view.viewport().grab()  # what comes into sight asks for its colours, which may take several slices
    view.highlighter.finish()
    return view.viewport().grab().toImage()


@pytest.mark.parametrize("seed", range(6))
def test_a_streamed_answer_looks_like_a_loaded_one(view: TranscriptView, seed: int) -> None:
    rng = random.Random(seed)
    view.model.reset([question(1)])
    begin(view, 2)
    notes = "I look at it. Then I answer."
    for index, kind, words in ((0, PartKind.REASONING, notes), (1, PartKind.ANSWER, RICH * 2)):
        place = 0
        while place < len(words):
            size = rng.randint(1, 40)
            view.feed(PartDelta(index, kind, words[place : place + size]))
            place += size
            if rng.random() < 0.4:
                view.streamer.flush()
    final = answer(2, RICH * 2, notes=notes)
    view.end_stream(final)
    streamed, layout = picture(view), view.realiser.layout(1)
    places = [(type(each), each.x, each.y, each.height, each.source) for each in layout.segments]
    view.model.reset([question(1), final])
    fresh = view.realiser.layout(1)
    assert fresh is not layout
    assert [(type(each), each.x, each.y, each.height, each.source) for each in fresh.segments] == places
    assert picture(view) == streamed


def test_other_final_parts_than_streamed_are_shown_as_they_are(view: TranscriptView) -> None:
    view.model.reset([question(1)])
    begin(view, 2)
    view.feed(PartDelta(0, PartKind.ANSWER, "what came"))
    view.streamer.flush()
    view.end_stream(answer(2, "what counts"))
    view.copy_last_answer()
    assert view.realiser.layout(1).segments[-1].source == view.realiser.layout(1).content.sources()[-1]
    assert view.realiser.layout(1).content.sources()[0].text == "what counts"


def test_text_may_come_from_another_thread(view: TranscriptView, qtbot: QtBot) -> None:
    view.model.reset([question(1)])
    begin(view, 2)
    pieces = [f"word{number} " for number in range(300)]

    def write() -> None:
        for piece in pieces:
            view.feed(PartDelta(0, PartKind.ANSWER, piece))

    writer = threading.Thread(target=write)
    writer.start()
    writer.join()
    qtbot.waitUntil(lambda: bool(view.realiser.layout(1).content.sources()))
    view.end_stream(answer(2, "".join(pieces)))
    assert view.realiser.layout(1).content.sources()[0].text == "".join(pieces).rstrip()


def test_the_end_is_followed_unless_the_reader_scrolled_up(view: TranscriptView) -> None:
    view.model.reset(conversation(40))
    begin(view, 100)
    view.feed(PartDelta(0, PartKind.ANSWER, RICH))
    view.streamer.flush()
    assert view.stage.at_end
    view.scroll_by(-300)
    before = dict(view.stage.visible)
    view.feed(PartDelta(0, PartKind.ANSWER, "\n\n" + RICH * 5))
    view.streamer.flush()
    common = set(before) & set(view.stage.visible)
    assert common
    assert all(view.stage.visible[row] == before[row] for row in common)
    view.jump_to_end()
    assert view.stage.at_end
    view.feed(PartDelta(0, PartKind.ANSWER, "\n\nmore " * 30))
    view.streamer.flush()
    assert view.stage.at_end
    view.end_stream(answer(100))


def test_a_new_question_goes_to_the_end(view: TranscriptView) -> None:
    view.model.reset(conversation(40))
    view.scroll_to(0)
    assert not view.stage.at_end
    view.model.append(question(900))
    assert view.stage.at_end


def test_nothing_is_painted_for_a_live_answer_out_of_sight(view: TranscriptView, qtbot: QtBot) -> None:
    view.model.reset(conversation(60))
    begin(view, 100)
    view.scroll_to(0)
    qtbot.waitUntil(lambda: 59 not in view.stage.visible)
    picture(view)
    qtbot.wait(50)
    before = view.paints
    for _ in range(20):
        view.feed(PartDelta(0, PartKind.ANSWER, "more and more words here\n\n"))
        view.streamer.flush()
    qtbot.wait(120)
    assert view.paints == before
    view.end_stream(answer(100, "more and more words here\n\n" * 20))


def test_no_timer_runs_when_nothing_streams(view: TranscriptView, qtbot: QtBot) -> None:
    view.model.reset(conversation(10))
    begin(view, 100)
    view.feed(PartDelta(0, PartKind.ANSWER, RICH))
    view.streamer.flush()
    assert any(timer.isActive() for timer in view.findChildren(QTimer))
    view.end_stream(answer(100))
    qtbot.waitUntil(lambda: not view.highlighter.busy)
    assert not [timer for timer in view.findChildren(QTimer) if timer.isActive()]


def documents() -> int:
    """Count the documents there are in this process, without those that can be collected."""
    gc.collect()
    return sum(isinstance(each, SafeDocument) for each in gc.get_objects())


def test_few_messages_are_laid_out_however_long_the_conversation(view: TranscriptView) -> None:
    others = documents()  # of windows that earlier tests left to the event loop
    view.model.reset(conversation(3000))
    assert view.realiser.realised <= 15
    assert documents() - others <= 60
    for place in range(0, view.stage.maximum, view.stage.maximum // 150):
        view.scroll_to(place)
    assert len(view.realiser.layouts) <= LIMIT


def test_scrolling_up_moves_text_by_exactly_what_was_asked(view: TranscriptView) -> None:
    view.model.reset(conversation(200))
    for _ in range(150):
        before = dict(view.stage.visible)
        view.scroll_by(-97)
        common = set(before) & set(view.stage.visible)
        assert common
        assert all(view.stage.visible[row] - before[row] == 97 for row in common)


def test_scrolled_pixels_equal_painted_ones(view: TranscriptView, qtbot: QtBot) -> None:
    view.model.reset(conversation(30))
    for step in (-120, -333, 57, -40, 200):
        view.scroll_by(step)
        qtbot.wait(20)
        moved = view.viewport().grab().toImage()
        view.relayout()
        assert view.viewport().grab().toImage() == moved


def test_theme_and_size_change_keep_the_place(view: TranscriptView) -> None:
    view.model.reset(conversation(50))
    view.scroll_by(-2000)
    row = next(iter(view.stage.visible))
    view.set_theme(Theme(dark=True, scale=1.5))
    assert next(iter(view.stage.visible)) == row
    view.resize(500, 500)
    assert next(iter(view.stage.visible)) == row
    view.set_theme(Theme())


def test_removing_messages_leaves_the_rest(view: TranscriptView) -> None:
    view.model.reset(conversation(20))
    view.model.remove_from(15)
    assert len(view.model.items) == 15
    assert view.stage.at_end
    view.model.append(answer(15, "A new version."))
    assert view.stage.at_end
    view.model.reset([])
    assert view.stage.visible == {}
    assert not picture(view).isNull()
