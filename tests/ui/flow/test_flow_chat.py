"""The rules of a conversation, with a real vault and an engine that does what a test says.

The real engine is in tests/end2end; here the order of things is what counts, so each step of the
engine is taken by hand.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.core.conversation.draft import Draft
from app.core.conversation.message import Part, PartKind, Role
from app.core.errors import UserError
from app.storage.records import MessageRecord, MessageState
from app.storage.vault import Vault
from app.ui.flow.turns.answer import answering
from tests.support.windows.stepped_chat import Desk


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk(qtbot, Vault.in_memory())
    yield desk
    assert desk.lane.close()
    desk.vault.close()


def test_a_question_is_kept_before_the_engine_sees_it(desk: Desk) -> None:
    desk.ask("What is a lien?")
    question, answer = desk.stored()
    assert question.message.question == "What is a lien?"
    assert answer.state is MessageState.STREAMING
    assert desk.engine.requests[0].messages == (question.message,)
    assert desk.chat.busy


def test_an_answer_is_saved_while_it_is_written(desk: Desk) -> None:
    desk.ask("What is a lien?")
    desk.engine.write("A lien ")
    desk.engine.write("is a right")
    desk.qtbot.waitUntil(lambda: desk.stored()[-1].message.answer == "A lien is a right")
    assert desk.stored()[-1].state is MessageState.STREAMING
    assert answering.SAVE_EVERY_MS <= 1000, "a crash costs the words of a second at most"


def test_a_finished_answer_is_kept_with_its_figures(desk: Desk) -> None:
    desk.ask("What is a lien?")
    desk.engine.write("A right.")
    desk.engine.end("A right.")
    answer = desk.stored()[-1]
    assert (answer.message.answer, answer.state, answer.facts.seed) == ("A right.", MessageState.DONE, 7)
    assert desk.chat.tokens_read == 9 + 3
    assert not desk.chat.busy


def test_trying_again_makes_a_sibling_and_keeps_the_first(desk: Desk) -> None:
    desk.ask("What is a lien?")
    desk.engine.end("First.")
    desk.settle()
    desk.chat.ask_again(desk.paper.records[-1].id)
    desk.qtbot.waitUntil(lambda: len(desk.engine.requests) == 2)
    assert [message.role for message in desk.engine.requests[1].messages] == [Role.USER]
    desk.engine.end("Second.")
    answer = desk.stored()[-1]
    assert (answer.message.answer, answer.sibling, answer.siblings) == ("Second.", 2, 2)
    desk.chat.switch_branch(answer.id, -1)
    desk.qtbot.waitUntil(lambda: desk.paper.words == ["What is a lien?", "First."])


def test_an_edited_question_is_a_branch_of_its_own(desk: Desk) -> None:
    desk.ask("What is a lean?")
    desk.engine.end("A slope.")
    desk.settle()
    desk.chat.edit(desk.paper.records[0].id, Draft("What is a lien?"))
    desk.qtbot.waitUntil(lambda: len(desk.engine.requests) == 2)
    desk.engine.end("A right.")
    question, answer = desk.stored()
    assert (question.message.question, question.sibling, question.siblings) == ("What is a lien?", 2, 2)
    assert answer.message.answer == "A right."


def test_a_dead_engine_costs_no_word(desk: Desk) -> None:
    desk.ask("What is a lien?")
    desk.engine.write("A lien is")
    desk.engine.failed.emit(UserError("engine.stopped"))
    answer = desk.stored()[-1]
    assert (answer.message.answer, answer.state) == ("A lien is", MessageState.INTERRUPTED)
    assert [error.code for error in desk.troubles] == ["engine.stopped"]
    desk.chat.try_again()
    desk.qtbot.waitUntil(lambda: len(desk.engine.requests) == 2)


def test_stop_before_the_engine_was_asked_stops_the_answer(desk: Desk) -> None:
    desk.chat.ask(Draft("What is a lien?"))
    desk.chat.stop()
    desk.qtbot.waitUntil(lambda: not desk.chat.busy)
    assert desk.stored()[-1].state is MessageState.STOPPED
    assert desk.engine.requests == []


def test_an_answer_goes_on_while_the_person_looks_elsewhere(desk: Desk) -> None:
    desk.ask("What is a lien?")
    desk.engine.write("A lien ")
    first = desk.chat.conversation_id
    assert first is not None
    desk.chat.new_conversation()
    desk.engine.write("is a right.")
    assert desk.paper.records == []
    desk.chat.open_conversation(first)
    assert desk.paper.live == "A lien is a right."
    desk.engine.end("A lien is a right.")
    assert desk.paper.words == ["What is a lien?", "A lien is a right."]
    assert desk.stored()[-1].state is MessageState.DONE


def test_a_search_result_hides_nothing_and_what_is_asked_there_goes_on(desk: Desk) -> None:
    for number in "123":
        desk.ask(f"Question {number}")
        desk.engine.end(f"Answer {number}")
        desk.settle()
    whole = desk.paper.words
    assert len(whole) == 6
    (found,) = desk.vault.search("Answer 1")
    desk.chat.new_conversation()
    opened: list[list[str]] = []
    desk.chat.open_message(
        found.conversation_id, found.message_id, lambda: opened.append(desk.paper.words)
    )
    desk.qtbot.waitUntil(lambda: bool(opened))
    assert opened == [whole]
    desk.ask("Question 4")
    assert desk.paper.words[:7] == [*whole, "Question 4"]
    assert [one.siblings for one in desk.stored()] == [1] * 8


def test_a_search_result_on_the_branch_that_is_answered_shows_the_answer_grow(desk: Desk) -> None:
    desk.ask("Question 1")
    desk.engine.end("Answer 1")
    desk.settle()
    first = desk.chat.conversation.path[1]
    desk.ask("Question 2")
    desk.engine.write("Half an ans")
    desk.chat.new_conversation()
    opened: list[bool] = []
    desk.chat.open_message(first.conversation_id, first.id, lambda: opened.append(True))
    desk.qtbot.waitUntil(lambda: bool(opened))
    assert desk.paper.words[:3] == ["Question 1", "Answer 1", "Question 2"]
    assert desk.paper.live == "Half an ans"
    desk.engine.end("Half an answer.")


def test_another_branch_can_be_looked_at_while_an_answer_is_made(desk: Desk) -> None:
    desk.ask("Question 1")
    desk.engine.end("Answer 1")
    desk.settle()
    first = desk.chat.conversation.path
    desk.chat.edit(first[0].id, Draft("In other words"))
    desk.qtbot.waitUntil(lambda: len(desk.engine.requests) == 2)
    opened: list[bool] = []
    desk.chat.open_message(first[1].conversation_id, first[1].id, lambda: opened.append(True))
    desk.qtbot.waitUntil(lambda: bool(opened))
    assert desk.paper.words == ["Question 1", "Answer 1"]
    desk.engine.end("The other answer")
    desk.settle()
    assert desk.paper.words == ["Question 1", "Answer 1"]
    assert not desk.troubles
    assert [one.message.answer for one in desk.vault.show_branch(first[1].id + 1)][1:] == [
        "The other answer"
    ]


def test_a_question_that_cannot_be_kept_goes_back_to_the_composer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> MessageRecord:
        raise UserError("storage.disk_full")

    monkeypatch.setattr(desk.vault, "add_user_message", full)
    desk.chat.ask(Draft("What is a lien?"))
    desk.qtbot.waitUntil(lambda: bool(desk.troubles))
    assert desk.given_back == ["What is a lien?"]
    assert not desk.chat.busy
    assert desk.engine.requests == []


def test_the_manual_page_is_placed_beside_the_question(desk: Desk) -> None:
    seen: list[Part | None] = []

    def place(_question: str, previous: Part | None) -> Part:
        seen.append(previous)
        return Part(PartKind.MANUAL, "Manual: none")

    desk.chat.placement = place
    desk.ask("One?")
    desk.engine.end("Yes.")
    desk.settle()
    desk.ask("Two?")
    assert seen == [None, Part(PartKind.MANUAL, "Manual: none")]
    assert desk.engine.requests[1].messages[-1].text_of(PartKind.MANUAL) == "Manual: none"


def test_tried_again_with_the_guide_a_question_of_another_model_gets_its_page(desk: Desk) -> None:
    desk.ask("How do I stop an answer?")
    desk.engine.end("I cannot say.")
    desk.settle()
    desk.chat.placement = lambda _question, _previous: Part(PartKind.MANUAL, "Manual: stop", "stop")
    desk.chat.try_again()
    desk.settle()
    desk.settle()
    asked = desk.engine.requests[1].messages[-1]
    assert asked.question == "How do I stop an answer?"
    assert asked.text_of(PartKind.MANUAL) == "Manual: stop"
    desk.engine.end("Press Esc.")
    desk.settle()
    desk.chat.try_again()
    desk.settle()
    desk.settle()
    assert desk.engine.requests[2].messages == desk.engine.requests[1].messages, "it has its page now"
    assert len(desk.stored()) == 2


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_question_is_not_sent(desk: Desk, text: str) -> None:
    desk.chat.ask(Draft(text))
    desk.settle()
    assert desk.vault.conversations() == ()


def test_closing_keeps_what_was_written(desk: Desk) -> None:
    desk.ask("What is a lien?")
    desk.engine.write("A lien is")
    desk.chat.save_and_stop()
    answer = desk.stored()[-1]
    assert (answer.message.answer, answer.state) == ("A lien is", MessageState.STOPPED)
    assert desk.engine.stops == 1
