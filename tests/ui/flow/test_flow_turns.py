"""The stages of a turn: counted first, then committed, then answered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from app.core.conversation.draft import Draft
from app.core.conversation.message import Message, Part, PartKind, Role, Stop
from app.core.errors import UserError
from app.engine.protocol.events import PartDelta
from app.storage.records import MessageRecord, MessageState
from app.storage.vault import Vault
from app.ui.flow.ledger.leaving_out import LeavingOut
from app.ui.flow.ledger.preparation import settled
from app.ui.flow.turns.answer.live_answer import LiveAnswer
from app.ui.flow.turns.composing.drafts import DraftKeeper
from app.ui.flow.turns.conversation.open_conversation import OpenConversation
from app.ui.flow.turns.stages import room_check
from app.ui.flow.turns.stages.turn_runner import NoRoom
from app.ui.theme import Theme
from app.ui.views.composer.composer import Composer
from tests.support.windows.stepped_chat import Desk, ledger_of

SMALL, LARGE = 512, 16_384


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk(qtbot, Vault.in_memory())
    desk.engine.ready = True
    yield desk
    assert desk.lane.close()
    desk.vault.close()


def counted(desk: Desk, context: int) -> None:
    """Answer the newest count."""
    request, done, _ = desk.engine.counts[-1]
    done(ledger_of(request, context))


def test_nothing_is_written_before_the_count(desk: Desk) -> None:
    desk.chat.ask(Draft("What is a lien?"))
    desk.settle()
    assert desk.vault.conversations() == ()
    assert desk.chat.busy
    counted(desk, LARGE)
    desk.qtbot.waitUntil(lambda: bool(desk.engine.requests))
    assert desk.stored()[0].message.question == "What is a lien?"


def test_a_turn_without_room_gives_its_words_back_and_says_why(desk: Desk) -> None:
    told: list[NoRoom] = []
    desk.chat.full.connect(told.append)
    desk.chat.ask(Draft("What is a lien?"))
    request, done, _ = desk.engine.counts[-1]
    done(ledger_of(request, SMALL, each=500))
    desk.settle()
    assert desk.given_back == ["What is a lien?"]
    assert (desk.chat.busy, desk.vault.conversations(), desk.engine.requests) == (False, (), [])
    assert told[0].ledger.free < 0
    assert told[0].again is None


def test_a_slow_count_does_not_hold_the_words_up(desk: Desk) -> None:
    desk.chat._turns._room._timer.setInterval(20)
    assert room_check.PATIENCE_MS > 20
    desk.ask("What is a lien?")
    assert desk.stored()[0].message.question == "What is a lien?"
    request, done, _ = desk.engine.counts[-1]
    done(ledger_of(request, SMALL, each=5000))  # too late to matter
    assert desk.given_back == []
    assert desk.chat.busy


def test_stop_while_counting_gives_the_words_back(desk: Desk) -> None:
    desk.chat.ask(Draft("What is a lien?"))
    desk.chat.stop()
    assert desk.given_back == ["What is a lien?"]
    counted(desk, LARGE)
    desk.settle()
    assert (desk.vault.conversations(), desk.chat.busy) == ((), False)


@pytest.mark.parametrize(
    ("code", "sent"), [("engine.prompt_far_too_long", False), ("engine.stopped", True)]
)
def test_an_engine_in_trouble_does_not_keep_words_from_the_vault(
    desk: Desk, code: str, sent: bool
) -> None:
    desk.chat.ask(Draft("What is a lien?"))
    desk.engine.counts[-1][2](UserError(code, context=1))
    desk.settle()
    desk.settle()
    assert bool(desk.vault.conversations()) is sent
    assert [error.code for error in desk.troubles] == ([] if sent else [code])


def test_trying_again_keeps_the_answer_there_until_it_is_known_to_fit(desk: Desk) -> None:
    desk.engine.ready = False
    desk.ask("What is a lien?")
    desk.engine.end("A right.")
    desk.settle()
    desk.engine.ready = True
    told: list[NoRoom] = []
    desk.chat.full.connect(told.append)
    desk.chat.try_again()
    counted(desk, 100)
    assert desk.paper.words == ["What is a lien?", "A right."]
    again = told[0].again
    assert again is not None
    again()
    counted(desk, LARGE)
    desk.qtbot.waitUntil(lambda: len(desk.engine.requests) == 2)
    assert desk.paper.words == ["What is a lien?", ""]


def test_an_answer_at_the_edge_is_told_from_one_at_its_budget(desk: Desk) -> None:
    told: list[NoRoom] = []
    desk.chat.full.connect(told.append)
    for number, edge in enumerate((False, True)):
        desk.ask(f"Question {number}?")
        desk.engine.end("A right", Stop.LENGTH, edge=edge)
        desk.settle()
        answer = desk.stored()[-1]
        assert (answer.state, answer.facts.edge) == (MessageState.LENGTH, edge)
    assert told == []
    counted(desk, 100)
    assert [no_room.rest for no_room in told] == [True]
    assert told[0].messages[-1].answer == "A right"
    again = told[0].again
    assert again is not None
    again()
    counted(desk, LARGE)
    desk.qtbot.waitUntil(lambda: len(desk.engine.requests) == 3)
    assert desk.engine.requests[-1].continued
    desk.engine.end("A right over goods.")
    desk.settle()
    assert not desk.stored()[-1].facts.edge, "it has ended by itself"


def test_what_is_left_out_goes_with_every_request(desk: Desk) -> None:
    desk.engine.ready = False
    for number in range(2):
        desk.ask(f"Question {number}?")
        desk.engine.end(f"Answer {number}.")
        desk.settle()
    leaving_out = LeavingOut(desk.chat, desk.vault, desk.lane)
    leaving_out.leave_out((1,))
    desk.settle()
    assert desk.chat.next_turn("x").left_out == (0, 1)
    assert desk.paper.left_out == tuple(record.id for record in desk.paper.records[:2])
    desk.ask("Question 2?")
    assert desk.engine.requests[-1].left_out == (0, 1)
    assert len(desk.engine.requests[-1].messages) == 5
    desk.engine.end("Answer 2.")
    desk.settle()
    leaving_out.put_back((0,))
    desk.settle()
    assert desk.chat.next_turn("x").left_out == ()


def test_a_summary_that_is_not_whole_changes_nothing(desk: Desk) -> None:
    desk.engine.ready = False
    for number in range(2):
        desk.ask(f"Question {number}?")
        desk.engine.end(f"Answer {number}.")
        desk.settle()
    before = desk.stored()
    done: list[bool] = []
    desk.chat.summarise((0, 1), lambda: done.append(True))
    assert desk.engine.requests[-1].messages[0].question == "Question 0?"
    desk.chat.stop()
    desk.engine.end("Half a", Stop.CANCELLED)
    assert (desk.stored(), desk.chat.busy, done) == (before, False, [])
    desk.chat.summarise((0, 1), lambda: done.append(True))
    desk.engine.end("")
    assert [error.code for error in desk.troubles] == ["ledger.no_summary"]
    desk.chat.summarise((0, 1), lambda: done.append(True))
    desk.engine.write("It was about ")
    desk.engine.end("It was about liens.")
    desk.qtbot.waitUntil(lambda: bool(done))
    after = desk.stored()
    assert after[-1].message.summary == "It was about liens."
    assert [record.left_out for record in after] == [True, True, False, False, False]
    assert desk.paper.records[-1].message.summary == "It was about liens."


def test_a_conversation_opened_anew_meanwhile_still_gets_its_summary(desk: Desk) -> None:
    desk.engine.ready = False
    desk.ask("Question 0?")
    desk.engine.end("Answer 0.")
    desk.settle()
    here = desk.chat.conversation_id
    assert here is not None
    done: list[bool] = []
    desk.chat.summarise((0, 1), lambda: done.append(True))
    desk.chat.new_conversation()
    desk.chat.open_conversation(here)
    desk.settle()
    desk.engine.end("It was about liens.")
    desk.qtbot.waitUntil(lambda: desk.paper.records[-1].message.summary == "It was about liens.")
    assert done == [True]
    assert desk.chat.conversation.leaf_id == desk.paper.records[-1].id
    assert desk.chat.next_turn("").left_out == (0, 1)


def test_an_answer_is_written_on_where_it_stands(desk: Desk) -> None:
    desk.engine.ready = False
    desk.ask("What is a lien?")
    desk.engine.write("A lien is")
    desk.chat.stop()
    desk.engine.end("A lien is", Stop.CANCELLED)
    desk.settle()
    stopped = desk.paper.records[-1]
    desk.chat.continue_answer(stopped.id)
    desk.qtbot.waitUntil(lambda: len(desk.engine.requests) == 2)
    request = desk.engine.requests[-1]
    assert request.continued
    assert request.messages[-1].answer == "A lien is"
    desk.engine.write(" a right")
    desk.qtbot.waitUntil(lambda: desk.stored()[-1].message.answer == "A lien is a right")
    # The engine dies: everything is kept, and the rest can be asked for once more.
    desk.engine.failed.emit(UserError("engine.stopped"))
    answer = desk.stored()[-1]
    assert (answer.message.answer, answer.state) == ("A lien is a right", MessageState.INTERRUPTED)
    assert answer.id == stopped.id
    desk.chat.continue_answer(answer.id)
    desk.qtbot.waitUntil(lambda: len(desk.engine.requests) == 3)
    desk.engine.end("A lien is a right over goods.")
    assert desk.stored()[-1].message.answer == "A lien is a right over goods."


def test_an_engine_that_was_killed_does_not_take_the_beginning_away() -> None:
    before = (Part(PartKind.REASONING, "Hm."), Part(PartKind.ANSWER, "A lien", complete=False))
    record = MessageRecord(1, 1, None, Message(Role.ASSISTANT, before), MessageState.STREAMING, 0.0)
    live = LiveAnswer(record, OpenConversation())
    live.add(PartDelta(1, PartKind.ANSWER, " is"))
    kept = live.whole((Part(PartKind.ANSWER, " is"),))
    assert [part.text for part in kept] == ["Hm.", "A lien is"]
    assert [delta.text for delta in live.replay()] == ["Hm.", "A lien is"]
    told = (before[0], Part(PartKind.ANSWER, "A lien is."))
    assert live.whole(told) == told


def kept_drafts(desk: Desk, qtbot: QtBot, theme: Theme) -> tuple[int, Composer, DraftKeeper]:
    """Return a conversation's id, an empty composer, and what keeps its drafts there from now on."""
    here = desk.vault.create_conversation("Liens").id
    composer = Composer(theme)
    qtbot.addWidget(composer)
    keeper = DraftKeeper(desk.vault, desk.lane, composer)
    keeper.turn_to(here)
    return here, composer, keeper


def test_words_on_their_way_are_a_draft_until_they_are_a_message(
    desk: Desk, qtbot: QtBot, theme: Theme
) -> None:
    here, composer, keeper = kept_drafts(desk, qtbot, theme)
    desk.settle()
    keeper.sending(Draft("What is a lien?"))
    desk.settle()
    assert desk.vault.draft(here).text == "What is a lien?"
    composer.edit.set_text("And a")
    composer.flush_draft()
    keeper.save()
    desk.settle()
    assert desk.vault.draft(here).text == "What is a lien?\n\nAnd a"
    keeper.sent()
    desk.settle()
    assert desk.vault.draft(here).text == "And a"
    # Given back after the person has gone elsewhere, they wait where they came from.
    keeper.sending(Draft("What is a pledge?"))
    keeper.turn_to(None)
    keeper.give_back(Draft("What is a pledge?"))
    desk.settle()
    assert desk.vault.draft(here).text.startswith("What is a pledge?")
    assert composer.text() == ""


def test_a_draft_that_comes_late_does_not_bring_back_what_is_being_sent(
    desk: Desk, qtbot: QtBot, theme: Theme
) -> None:
    _, composer, keeper = kept_drafts(desk, qtbot, theme)
    keeper.sending(Draft("What is a lien?"))  # before the vault has said that there is no draft
    desk.settle()
    assert composer.text() == ""
    keeper.give_back(Draft("What is a lien?"))
    assert composer.text() == "What is a lien?"


@given(st.text(max_size=40), st.text(alphabet="abc", max_size=5))
def test_only_whole_words_are_settled(draft: str, word: str) -> None:
    assert draft.startswith(settled(draft))
    assert settled(f"{draft} {word}") == draft.rstrip()


def test_what_is_settled() -> None:
    assert settled("What is a li") == "What is a"
    assert settled("What is a ") == "What is a"
    assert settled("What") == ""
    assert settled("") == ""
