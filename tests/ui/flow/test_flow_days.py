"""The day a conversation began on, and the days it went on."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.core.conversation.draft import Draft
from app.core.conversation.message import Message, PartKind, assistant_message, last_day, user_message
from app.core.errors import UserError
from app.harmony.turns import user_text
from app.storage.records import MessageRecord, MessageState
from app.storage.vault import Vault
from app.ui.flow.tasks import Lane
from app.ui.flow.turns.conversation.open_conversation import OpenConversation, calendar_day
from app.ui.flow.turns.stages.questions import QuestionWriter
from app.ui.flow.turns.stages.turn_settings import TurnSettings

DAY_S = 86_400.0
LAST_WEEK = 7 * DAY_S


@pytest.fixture
def writer(qapp: QApplication) -> Iterator[QuestionWriter]:
    assert qapp is not None
    vault, lane = Vault.in_memory(), Lane("storage")
    yield QuestionWriter(vault, lane)
    assert lane.close()
    vault.close()


def conversation(*said: tuple[Message, float]) -> OpenConversation:
    """Return a conversation of these messages, each so many seconds old."""
    path = tuple(
        MessageRecord(place, 1, place - 1 or None, message, MessageState.DONE, time.time() - age)
        for place, (message, age) in enumerate(said, start=1)
    )
    return OpenConversation(1, path)


def refused(error: UserError) -> None:
    pytest.fail(error.code)


def composed(writer: QuestionWriter, owner: OpenConversation) -> Message:
    found: list[Message] = []
    writer.compose(owner, len(owner.path), Draft("And now?"), found.append, refused)
    return found[0]


def test_the_prompt_says_the_day_the_conversation_began() -> None:
    old = conversation((user_message("What is a lien?"), LAST_WEEK))
    request = TurnSettings().request(old.messages, question="And now?", owner=old)
    assert request.date == calendar_day(time.time() - LAST_WEEK) != calendar_day()
    fresh = OpenConversation()
    assert TurnSettings().request((), question="", owner=fresh).date == calendar_day()


def test_a_question_on_another_day_brings_the_day_along(writer: QuestionWriter) -> None:
    old = conversation((user_message("What is a lien?"), LAST_WEEK), (assistant_message(()), LAST_WEEK))
    asked = composed(writer, old)
    assert last_day([asked]) == calendar_day()
    assert asked.question == "And now?", "the day is not the person's own words"
    assert user_text(asked) == f"Current date: {calendar_day()}\n\nAnd now?"


def test_the_day_is_said_once(writer: QuestionWriter) -> None:
    old = conversation((user_message("What is a lien?"), LAST_WEEK))
    first = composed(writer, old)
    later = conversation((user_message("What is a lien?"), LAST_WEEK), (first, 60.0))
    assert [part.kind for part in composed(writer, later).parts] == [PartKind.TEXT]


def test_on_the_first_day_nothing_is_added(writer: QuestionWriter) -> None:
    assert composed(writer, OpenConversation()) == user_message("And now?")
    today = conversation((user_message("What is a lien?"), 0.0))
    assert composed(writer, today) == user_message("And now?")
