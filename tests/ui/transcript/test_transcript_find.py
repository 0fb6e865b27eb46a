"""Finding in the conversation, and going from question to question."""

from __future__ import annotations

import math

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.core.conversation.message import Part, PartKind, Role
from app.engine.protocol.events import PartDelta
from app.storage.records import MessageState
from app.ui.theme import Theme
from app.ui.transcript.model import TranscriptItem
from app.ui.transcript.reader import find
from app.ui.transcript.reader.word_index import Hit, WordIndex, folded
from app.ui.transcript.view import TranscriptView
from tests.performance.transcript_sample import conversation
from tests.support.windows.transcripts import shown_view

TABLE = "| What | Where |\n|---|---|\n| Deposit | Lease |\n| Key | the **dep**osit box |"


def question(number: int, words: str) -> TranscriptItem:
    return TranscriptItem(number, Role.USER, (Part(PartKind.TEXT, words),))


def answer(number: int, words: str, notes: str = "") -> TranscriptItem:
    parts = (Part(PartKind.REASONING, notes),) if notes else ()
    return TranscriptItem(number, Role.ASSISTANT, (*parts, Part(PartKind.ANSWER, words)))


@pytest.fixture
def view(qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch) -> TranscriptView:
    """Return a view in which all is looked through in one go, however slow the computer is."""
    monkeypatch.setattr(find, "SLICE_S", math.inf)
    return shown_view(qtbot, theme, 500)


def test_words_are_found_as_they_are_read_and_not_as_markdown_writes_them() -> None:
    index = WordIndex()
    item = answer(1, f"The **de**posit, and [deposits](https://deposit.org).\n\n{TABLE}", "DEPOSIT?")
    index.read(item)
    assert index.hits(item, folded("Deposit"), notes=False) == [
        Hit(0, 4, 11),
        Hit(0, 17, 24),
        Hit(1, 11, 18),
        Hit(1, 33, 40),
    ]
    assert index.hits(item, "deposit", notes=True)[0] == Hit(-1, 0, 7)
    assert not index.hits(item, "**", notes=False)


def test_places_count_as_qt_does_and_folding_moves_none() -> None:
    assert folded("İstanbul STRASSE") == "İstanbul strasse"
    index = WordIndex()
    item = answer(1, "\U0001d11e clef, \U0001d11e clef")
    index.read(item)
    assert index.hits(item, "clef", notes=False) == [Hit(0, 3, 7), Hit(0, 12, 16)]


def test_words_are_marked_where_a_word_begins_and_inside_only_without_spaces() -> None:
    index = WordIndex()
    item = answer(1, "A party took part in art; notice, notify.\n\n```\nart\n```")
    index.read(item)
    assert index.begun_by(item, ("art", "noti", "notice")) == [
        Hit(0, 21, 24),
        Hit(0, 26, 32),
        Hit(0, 34, 38),
        Hit(1, 0, 3),
    ]
    run = answer(2, "\u3053\u306e\u5951\u7d04\u66f8")
    index.read(run)
    assert index.begun_by(run, ("\u5951\u7d04",)) == [Hit(0, 2, 4)]
    assert index.begun_by(run, ("", "clause")) == []


def test_search_goes_round_and_begins_where_the_reader_is(view: TranscriptView) -> None:
    rows = [question(n, f"line {n} with clause" if n % 10 == 0 else f"line {n}") for n in range(1, 101)]
    view.model.reset(rows)
    view.scroll_to(view.stage.maximum // 2)
    finds = view.finds
    finds.look_for("CLAUSE")
    assert finds.count == 10
    first = finds.number
    assert first in (5, 6)
    assert rows[first * 10 - 1].id in {view.model.items[row].id for row in view.stage.visible}
    finds.step(-1)
    assert finds.number == first - 1
    for _ in range(12):
        finds.step(1)
        shown = view.model.items[finds.number * 10 - 1]
        assert view.model.row_of(shown.id) in view.stage.visible
    assert finds.number == (first - 1 + 12 - 1) % 10 + 1
    finds.stop()
    assert (finds.count, finds.number) == (0, 0)


def test_what_is_found_is_marked_and_the_marks_go_with_the_search(view: TranscriptView) -> None:
    view.model.reset([question(1, "clause"), answer(2, "Clause one.\n\n```python\nclause = 1\n```")])

    def colours() -> int:
        picture = view.viewport().grab().toImage()
        wanted = {view.style_.theme.accent.rgb(), view.style_.theme.accent_soft.rgb()}
        return sum(
            picture.pixel(x, y) in wanted
            for x in range(0, picture.width(), 2)
            for y in range(picture.height())
        )

    before = colours()
    view.finds.look_for("clause")
    assert view.finds.count == 3
    assert colours() > before + 300
    view.finds.stop()
    assert colours() == before


def test_reasoning_is_looked_into_when_asked_or_open(view: TranscriptView) -> None:
    view.model.reset([question(1, "Q"), answer(2, "The answer.", "notes about estoppel")])
    view.finds.look_for("estoppel")
    assert view.finds.count == 0
    view.finds.look_for("estoppel", in_notes=True)
    assert view.finds.number == 1
    assert view.realiser.layout(1).notes_open, "the place can be seen"
    view.finds.look_for("estoppel")
    assert view.finds.count == 1, "what is open is looked through"


def test_an_answer_that_is_written_is_found_in_without_moving_the_view(view: TranscriptView) -> None:
    view.model.reset([question(n, f"line {n}") for n in range(1, 60)])
    view.model.append(TranscriptItem(99, Role.ASSISTANT, (), state=MessageState.STREAMING))
    view.begin_stream(99)
    view.scroll_to(0)
    view.finds.look_for("estoppel")
    place = view.stage.value
    view.feed(PartDelta(0, PartKind.ANSWER, "Promissory estoppel."))
    view.streamer.flush()
    view.finds.refresh()
    assert view.finds.count == 1
    assert view.stage.value == place
    view.end_stream(answer(99, "Promissory estoppel, estoppel."))
    assert view.finds.count == 2


def test_next_and_previous_work_while_it_is_looked_through_again(
    view: TranscriptView, monkeypatch: pytest.MonkeyPatch
) -> None:
    view.model.reset([question(n, f"clause {n}") for n in range(1, 9)])
    view.scroll_to(0)
    finds = view.finds

    def figures() -> tuple[int, int]:
        return finds.number, finds.count

    finds.look_for("clause")
    finds.step(-1)
    assert figures() == (8, 8)
    monkeypatch.setattr(find, "SLICE_S", -math.inf)  # one message at a time
    for by in (1, -1):
        finds.refresh()  # as an answer that is being written does twice a second
        assert figures()[1] == 1, "the one that is shown is not looked through yet"
        finds.step(by)
        while finds.searching:
            finds._slice()
        assert figures() == (1, 8), "to the next one that is known by then"
        finds.step(-1)
        assert figures() == (8, 8)


def test_five_thousand_messages_are_looked_through_without_holding_the_window_up(
    view: TranscriptView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "SLICE_S", 0.008)
    view.model.reset(conversation(1_500))
    view.finds.look_for("landlord")
    assert view.finds.searching, "not all of it in one go"
    assert view.finds.number, "the nearest place is shown at once"
    qtbot.waitUntil(lambda: not view.finds.searching)
    assert view.finds.count > 500
    monkeypatch.delattr(WordIndex, "read")
    view.finds.look_for("tenant")  # what was read once is known
    qtbot.waitUntil(lambda: not view.finds.searching)
    assert view.finds.count > 500


def test_places_in_wide_code_are_scrolled_into_sight(view: TranscriptView) -> None:
    view.model.reset([answer(1, "```\n" + "x" * 600 + "needle\n```")])
    view.finds.look_for("needle")
    code = view.realiser.layout(0).segments[1]
    QApplication.sendPostedEvents()
    assert vars(code)["offset"] > 1000


def test_from_question_to_question(view: TranscriptView) -> None:
    view.model.reset(
        [question(n, f"Q {n}") if n % 2 else answer(n, "word " * 600) for n in range(1, 12)]
    )
    view.scroll_to(0)
    seen = []
    while view.actions_.go_to_question(1):
        seen.append(view.current_row)
    assert seen[:4] == [2, 4, 6, 8]
    view.scroll_by(-200)
    assert view.actions_.go_to_question(-1)
    rows = [view.current_row]
    assert view.stage.visible[rows[0] or 0] == 24, "it stands at the top"
    while view.actions_.go_to_question(-1):
        rows.append(view.current_row)
    assert rows[-1] == 0
