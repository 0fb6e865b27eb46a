"""Lanes, titles and the answer in the making."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from app.core.conversation.message import Message, PartKind, Role
from app.core.errors import UserError
from app.engine.protocol.events import PartDelta
from app.storage.records import MessageRecord, MessageState
from app.ui.flow.tasks import Lane
from app.ui.flow.turns.answer.live_answer import LiveAnswer
from app.ui.flow.turns.conversation.open_conversation import OpenConversation
from app.ui.flow.turns.stages.titles import MAX_LENGTH, title_from


def test_a_lane_runs_in_order_and_comes_back_to_this_thread(qtbot: QtBot) -> None:
    lane = Lane("test")
    here, seen, results = threading.current_thread(), [], []

    def note(result: int) -> None:
        results.append(result)
        seen.append(threading.current_thread())

    for number in range(5):
        lane.run(lambda number=number: number * number, note)  # type: ignore[misc]  # default binds the loop
    qtbot.waitUntil(lambda: len(results) == 5)
    assert results == [0, 1, 4, 9, 16]
    assert set(seen) == {here}
    assert lane.close()


def test_a_person_s_trouble_goes_to_the_handler(qtbot: QtBot) -> None:
    lane = Lane("test")
    troubles: list[UserError] = []

    def fail() -> None:
        raise UserError("storage.disk_full")

    lane.run(fail, failed=troubles.append)
    qtbot.waitUntil(lambda: bool(troubles))
    assert troubles[0].code == "storage.disk_full"
    assert lane.close()


def test_a_bug_reaches_the_bug_handler(qtbot: QtBot) -> None:
    lane = Lane("test")

    def bug() -> None:
        raise ZeroDivisionError

    with qtbot.captureExceptions() as caught:
        lane.run(bug)
        qtbot.waitUntil(lambda: bool(caught))
    assert caught[0][0] is ZeroDivisionError
    assert lane.close()


def test_closing_lets_queued_work_end() -> None:
    lane = Lane("test")
    done: list[int] = []
    for number in range(20):
        lane.run(lambda number=number: done.append(number))  # type: ignore[misc]  # default binds the loop
    assert lane.close()
    assert done == list(range(20))


@given(st.text(max_size=300))
def test_a_title_is_one_short_visible_line(question: str) -> None:
    title = title_from(question)
    assert title
    assert len(title) <= MAX_LENGTH + 1
    assert title == " ".join(title.split())
    assert not any(mark in title for mark in "\u202e\u2066\x00\n")


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("What is a lien?", "What is a lien?"),
        ("  two\nlines ", "two lines"),
        ("\u202eevil\x00", "evil"),
        ("   ", "…"),
    ],
)
def test_titles(question: str, title: str) -> None:
    assert title_from(question) == title


@given(st.lists(st.tuples(st.integers(0, 1), st.text(max_size=5)), max_size=30))
def test_replaying_a_live_answer_gives_the_same_answer(steps: list[tuple[int, str]]) -> None:
    record = MessageRecord(1, 1, None, Message(Role.ASSISTANT, ()), MessageState.STREAMING, 0.0)
    live, again = LiveAnswer(record, OpenConversation()), LiveAnswer(record, OpenConversation())
    index = 0
    for new_part, text in steps:
        index += new_part if live.parts else 0
        live.add(PartDelta(index, PartKind.ANSWER, text))
    for delta in live.replay():
        again.add(delta)
    assert again.parts == live.parts
