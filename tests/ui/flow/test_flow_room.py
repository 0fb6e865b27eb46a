"""What fits and what does not, with the real Guide, a real vault and a real window.

Takes about half a minute. The Guide reads 8,192 tokens at a time; conversations are filled in the vault.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace

import psutil
import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from app import bootstrap
from app.core.conversation.draft import Draft
from app.core.conversation.leaving_out import LEAST_USEFUL, is_full
from app.core.conversation.ledger import EntryKind
from app.core.conversation.message import Part, PartKind, Role, assistant_message, user_message
from app.engine.protocol.events import TurnDone
from app.manual.finder import ManualFinder
from app.storage.records import MessageRecord, MessageState
from app.ui.theme import Theme
from tests.support.windows.patient import PATIENCE_MS
from tests.support.windows.wired import Wired

QUESTION = "How do I stop an answer?"


class Room:
    """A window joined to a vault and to the Guide."""

    def __init__(self, qtbot: QtBot, theme: Theme) -> None:
        self.qtbot = qtbot
        wired = Wired(theme)
        self.model, self.window, self.vault = wired.model, wired.window, wired.vault
        self.engine, self.session = wired.engine, wired.session
        qtbot.addWidget(self.window)
        self.done: list[TurnDone] = []
        self.session.chat.answered.connect(self.done.append)
        # What happens without a count in time has a test of its own; here it is waited for.
        self.session.chat._turns._room._timer.setInterval(PATIENCE_MS)

    def load(self) -> None:
        """Load the Guide and wait for it."""
        self.session.use(bootstrap.guide(ManualFinder.open()))
        self.qtbot.waitUntil(lambda: self.engine.ready)

    def fill(self, exchanges: int, words: int = 900) -> list[MessageRecord]:
        """Open a conversation with long exchanges, of about ``2 * words`` tokens each."""
        here = self.vault.create_conversation("Long").id
        parent: int | None = None
        for number in range(exchanges):
            text = f"Number {number}. " + "word " * words
            asked = self.vault.add_user_message(here, parent, user_message(f"Question {text}"))
            begun = self.vault.begin_answer(here, asked.id)
            parts = (Part(PartKind.ANSWER, f"Answer {text}"),)
            parent = self.vault.finish_answer(begun.id, parts, MessageState.DONE).id
        chat = self.session.chat
        chat.open_conversation(here)
        self.qtbot.waitUntil(lambda: len(chat.conversation.path) == 2 * exchanges)
        return list(chat.conversation.path)

    def send(self, text: str) -> None:
        """Put words into the composer and press Send."""
        self.window.composer.edit.set_text(text)
        self.window.composer.send.click()

    def wait_for_answer(self, count: int = 1) -> MessageRecord:
        """Wait until so many answers have been made; returns the last message."""
        self.qtbot.waitUntil(lambda: len(self.done) >= count)
        # The vault is written on a lane of its own, after the window knows.
        writing = MessageState.STREAMING
        self.qtbot.waitUntil(lambda: self.stored()[-1].state is not writing)
        return self.session.chat.conversation.path[-1]

    def wait_for_rest(self) -> None:
        """Wait until the engine has read ahead what it was given: it says nothing about it.

        One that computes nothing because others have the processors does not sleep.
        """
        assert self.engine.pid is not None
        process, looks = psutil.Process(self.engine.pid), list[tuple[float, bool]]()

        def rests() -> bool:
            self.qtbot.wait(400)
            asleep = sys.platform != "linux" or process.status() == psutil.STATUS_SLEEPING
            looks.append((process.cpu_times().user, asleep))
            return looks[-3:] == [(looks[-1][0], True)] * 3

        self.qtbot.waitUntil(rests)

    def wait_for_notice(self) -> list[str]:
        """Wait for a notice and return its buttons."""
        notice = self.window.notice
        self.qtbot.waitUntil(lambda: notice.sentence != "")
        return [button.text() for button in notice.buttons]

    def press(self, number: int) -> None:
        """Press a button of the notice."""
        self.window.notice.buttons[number].click()

    def stored(self) -> tuple[MessageRecord, ...]:
        """Return the conversation on screen as the vault holds it."""
        conversation_id = self.session.chat.conversation_id
        assert conversation_id is not None
        return self.vault.path(conversation_id)


@pytest.fixture
def room(qtbot: QtBot, theme: Theme) -> Iterator[Room]:
    room = Room(qtbot, theme)
    room.session.begin()
    yield room
    room.session.close()


def test_a_question_that_does_not_fit_stays_in_the_composer_until_there_is_room(room: Room) -> None:
    room.load()
    before = room.fill(5)
    room.send(QUESTION)
    buttons = room.wait_for_notice()
    assert room.window.composer.text() == QUESTION
    assert room.stored() == tuple(before), "nothing was committed, and nothing left out"
    assert buttons[0].startswith("Leave out")
    assert "Number 0" in room.window.notice.sentence
    count = int(buttons[0].split()[2])
    assert count % 2 == 0
    room.press(0)
    answer = room.wait_for_answer()
    assert room.window.composer.text() == ""
    assert room.window.notice.sentence == ""
    assert answer.state is MessageState.DONE
    assert answer.message.answer
    path = room.stored()
    assert [record.left_out for record in path] == [True] * count + [False] * (12 - count)
    assert room.done[0].prompt_tokens < 8192 - 4000
    # The strip and the line in the transcript say so; "Put back" undoes it, by exchange.
    strip = room.window.status_strip
    room.qtbot.waitUntil(lambda: f"{count} messages left out" in strip.summary())
    assert room.model.is_left_out(count - 1)
    assert not room.model.is_left_out(count)
    room.window.ledger_popover.put_back_requested.emit(1)
    room.qtbot.waitUntil(lambda: [one.left_out for one in room.stored()][:3] == [False, False, True])
    room.qtbot.waitUntil(lambda: f"{count - 2} messages left out" in strip.summary())


def test_a_question_that_only_its_page_makes_too_long_is_not_refused_in_silence(room: Room) -> None:
    room.load()
    composer, keeper = room.window.composer, room.session.ledger.keeper

    def count_with(words: int) -> int:
        counted: list[int] = []
        keeper.changed.connect(lambda ledger: counted.append(ledger.used))
        composer.set_message(
            Draft(QUESTION, (Part(PartKind.ATTACHMENT, "word " * words, name="a.txt"),))
        )
        composer.attachments_changed.emit()
        room.qtbot.waitUntil(lambda: bool(counted) and counted[-1] > words)  # not one under way
        return counted[-1]

    edge = 8192 - LEAST_USEFUL
    words = 6000 + edge - 10 - count_with(6000)
    assert edge - 25 < count_with(words) < edge
    composer.send.click()
    room.wait_for_notice()
    # Counted again without the page, there would be room: the question has not changed.
    room.qtbot.waitUntil(lambda: keeper.ledger is not None and not is_full(keeper.ledger))
    assert "8,192" in room.window.notice.sentence
    room.fill(1, 10)
    assert room.window.notice.sentence == "", "it is said of the other conversation"
    room.session.chat.new_conversation()
    room.qtbot.waitUntil(lambda: bool(composer.attached.parts))
    composer.send.click()
    room.wait_for_notice()
    composer.set_message(Draft(QUESTION))
    composer.attachments_changed.emit()
    room.qtbot.waitUntil(lambda: room.window.notice.sentence == "")


def test_a_question_too_long_by_itself_is_never_committed(room: Room) -> None:
    room.load()
    words = ("word " * 900 + "\n") * 10
    room.send(words)
    assert room.wait_for_notice() == ["Close"]
    assert room.window.composer.text() == words
    assert room.vault.conversations() == ()
    room.press(0)
    assert room.vault.draft(None).text == words


def test_a_summary_stands_for_the_oldest_and_is_read_instead(room: Room) -> None:
    room.load()
    before = room.fill(4, 950)
    room.send(QUESTION)
    assert room.wait_for_notice()[1] == "Other ways"
    room.window.ledger_popover.summarise_requested.emit()
    room.wait_for_answer()
    path = room.stored()
    summary, question, answer = path[-3:]
    assert (len(path), summary.message.role) == (len(before) + 3, Role.ASSISTANT)
    assert summary.message.summary
    assert (question.message.question, answer.state) == (QUESTION, MessageState.DONE)
    covered = [record.left_out for record in path]
    assert covered[:2] == [True, True]
    assert not any(covered[-5:])

    def read() -> list[EntryKind]:
        ledger = room.session.ledger.keeper.ledger
        return [entry.kind for entry in ledger.entries if not entry.left_out] if ledger else []

    room.qtbot.waitUntil(lambda: EntryKind.SUMMARY in read())


def test_the_way_through_the_panel_by_keyboard(room: Room) -> None:
    room.window.resize(1280, 800)
    room.window.show()
    room.load()
    room.fill(4, 950)
    room.send(QUESTION)
    room.wait_for_notice()
    ring = room.window.ring
    ring.move_focus(room.window.notice.buttons[1])
    room.press(1)
    panel = room.window.ledger_popover
    assert room.window.popovers.shown is panel
    # The notice's buttons are deleted, one of which had the ring.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    ring.move_focus(panel.make_room.leave_out_row.button)
    panel.make_room.leave_out_row.button.click()
    room.qtbot.waitUntil(lambda: room.stored()[0].left_out)
    assert room.window.composer.text() == QUESTION


def test_going_on_in_a_new_conversation_takes_the_words_along(room: Room) -> None:
    room.load()
    before = room.fill(5)
    old = before[0].conversation_id
    room.send(QUESTION)
    room.wait_for_notice()
    room.window.ledger_popover.new_conversation_requested.emit()
    composer = room.window.composer
    room.qtbot.waitUntil(lambda: room.session.chat.conversation_id is None and bool(composer.text()))
    assert composer.text() == QUESTION
    composer.send.click()
    room.wait_for_answer()
    assert room.stored()[0].message.question == QUESTION
    assert room.vault.path(old) == tuple(before)
    assert room.vault.draft(old).text == ""


def test_going_on_elsewhere_takes_the_summary_along(room: Room) -> None:
    room.load()
    path = room.fill(1, 5)
    here = path[0].conversation_id
    room.vault.add_summary(here, path[-1].id, "It was about liens.")
    room.session.chat.open_conversation(here)
    room.qtbot.waitUntil(lambda: len(room.session.chat.conversation.path) == 3)
    room.window.composer.edit.set_text("And then?")
    room.window.ledger_popover.new_conversation_requested.emit()
    chat = room.session.chat
    room.qtbot.waitUntil(
        lambda: chat.conversation_id not in (None, here) and bool(chat.conversation.path)
    )
    assert [one.message.summary for one in chat.conversation.path] == ["It was about liens."]
    room.qtbot.waitUntil(lambda: room.window.composer.text() == "And then?")


def test_what_the_engine_refuses_is_offered_the_same_ways(room: Room) -> None:
    before = room.fill(5)
    room.session.use(bootstrap.guide(ManualFinder.open()))
    assert not room.engine.ready
    room.send(QUESTION)  # nobody can count yet: the words are committed at once
    buttons = room.wait_for_notice()
    assert buttons[0].startswith("Leave out")
    assert len(room.stored()) == len(before) + 2
    room.qtbot.waitUntil(lambda: room.stored()[-1].state is MessageState.INTERRUPTED)
    room.press(0)
    answer = room.wait_for_answer()
    assert (answer.state, len(room.stored())) == (MessageState.DONE, len(before) + 2)


def test_an_answer_that_reached_its_budget_is_written_on_in_place(room: Room) -> None:
    room.load()
    chat = room.session.chat
    room.send(QUESTION)
    whole = room.wait_for_answer().message
    usual = chat.settings
    chat.settings = replace(usual, sampling=replace(usual.sampling, max_tokens=40))
    chat.try_again()
    cut = room.wait_for_answer(2)
    assert cut.state is MessageState.LENGTH
    assert len(whole.answer) > len(cut.message.answer)
    chat.settings = usual
    room.session._transcript.continue_requested.emit(cut.id)
    grown = room.wait_for_answer(3)
    assert (grown.id, grown.state) == (cut.id, MessageState.DONE)
    assert grown.message.answer.startswith(cut.message.answer)
    assert grown.message.answer == whole.answer, "the Guide is greedy: it goes on as if never stopped"
    assert room.stored()[-1] == grown
    assert len(room.stored()) == 2


def test_an_answer_at_the_edge_goes_on_once_there_is_room(room: Room) -> None:
    room.load()
    path = room.fill(4, 910)
    asked = room.vault.add_user_message(path[0].conversation_id, path[-1].id, user_message(QUESTION))
    begun = room.vault.begin_answer(path[0].conversation_id, asked.id)
    half = (Part(PartKind.ANSWER, "word " * 700 + "Press Esc or", complete=False),)
    room.vault.finish_answer(begun.id, half, MessageState.LENGTH)
    chat = room.session.chat
    chat.open_conversation(path[0].conversation_id)
    room.qtbot.waitUntil(lambda: chat.conversation.leaf_id == begun.id)
    chat.continue_answer(begun.id)
    assert room.wait_for_notice()[0].startswith("Leave out")
    assert room.stored()[-1].state is MessageState.LENGTH
    room.press(0)
    grown = room.wait_for_answer()
    assert (grown.id, len(room.stored())) == (begun.id, 10)
    assert grown.message.answer.startswith(half[0].text)
    assert len(grown.message.answer) > len(half[0].text)
    assert room.stored()[0].left_out


def test_a_stopped_answer_is_written_on_and_survives_an_engine_s_death(room: Room) -> None:
    room.load()
    room.send(QUESTION)
    room.wait_for_answer()
    chat = room.session.chat
    (conversation,) = room.vault.conversations()
    question = room.stored()[0]
    begun = room.vault.begin_answer(conversation.id, question.id)
    half = assistant_message((Part(PartKind.ANSWER, "Press Esc", complete=False),))
    room.vault.finish_answer(begun.id, half.parts, MessageState.STOPPED)
    chat.open_conversation(conversation.id)
    room.qtbot.waitUntil(lambda: chat.conversation.leaf_id == begun.id)
    room.engine.failed.connect(lambda _: None)
    chat.continue_answer(begun.id)
    room.qtbot.waitUntil(
        lambda: room.vault.message(begun.id).state is MessageState.STREAMING or len(room.done) > 1
    )
    room.engine._client.kill()
    room.qtbot.waitUntil(lambda: not chat.busy)
    kept = room.stored()[-1]
    assert kept.id == begun.id
    assert kept.message.answer.startswith("Press Esc")


def test_what_was_typed_is_read_before_it_is_sent(room: Room) -> None:
    room.load()
    room.session.ledger.preparation.may_work = lambda: True
    room.fill(1, 400)
    room.window.composer.edit.set_text("What does the effort slider do when I do not move it?")
    room.wait_for_rest()
    room.window.composer.send.click()
    room.wait_for_answer()
    done = room.done[0]
    page = room.stored()[-2].message.text_of(PartKind.MANUAL)
    assert done.prompt_tokens > 700
    # The page is placed when Send is pressed; of all that was there before, a word may be missing.
    assert done.prompt_tokens - done.reused_tokens < len(page.split()) * 3 + 30


def test_nothing_is_read_ahead_when_the_computer_cannot_spare_it(room: Room) -> None:
    room.load()
    asked: list[bool] = []

    def may_work() -> bool:
        asked.append(True)
        return False

    room.session.ledger.preparation.may_work = may_work
    room.fill(1, 400)
    room.qtbot.waitUntil(lambda: bool(asked))
    room.send(QUESTION)
    room.wait_for_answer()
    assert room.done[0].reused_tokens < 100
