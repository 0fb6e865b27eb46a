"""The window is full: the person leaves out the oldest by a click and goes on.

Real window, real Guide, real vault. The conversation was long before; the last words that fit and the
first that do not are typed by hand. Takes about a minute.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from app.core.conversation.message import Part, PartKind, user_message
from app.storage.records import MessageState
from app.storage.vault import Vault
from tests.end2end.people import People
from tests.end2end.person import Person
from tests.end2end.waiting import wait_for
from tests.end2end.witness import Witness, made_vault

PASSPHRASE = "four plain words here"
EXCHANGES = 4
WORDS = 880
QUESTION = "How do I stop an answer?"


def long_conversation(vault: Vault) -> None:
    """Leave a conversation that takes most of the Guide's window."""
    here = vault.create_conversation("A long matter").id
    parent: int | None = None
    for number in range(EXCHANGES):
        text = f"number {number} " + "word " * WORDS
        asked = vault.add_user_message(here, parent, user_message(f"Quokka {text}"))
        begun = vault.begin_answer(here, asked.id)
        parts = (Part(PartKind.ANSWER, f"Answer {text}"),)
        parent = vault.finish_answer(begun.id, parts, MessageState.DONE).id


def decided(person: Person, witness: Witness, count: int) -> bool:
    """Say whether a question was refused, or answered as the last of ``count`` messages."""
    return person.warned() or witness.ended(count)


def go_to_the_long_conversation(person: Person) -> None:
    """Open the vault, find the conversation by a word in it, and open it by a click."""
    person.opened(PASSPHRASE)
    person.press("ctrl+k")
    person.type("quokka")
    person.press("Down", "Return")
    person.click(120, 130)


@pytest.mark.timeout(300)
def test_leaving_out_the_oldest_by_a_click(people: People, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    witness = made_vault(profile, PASSPHRASE, long_conversation)
    person = people.begin(profile)
    go_to_the_long_conversation(person)
    person.picture("1-long-conversation")

    # Ask until nothing more fits: what does not is never committed.
    count = 2 * EXCHANGES
    person.click(700, 690)
    for _ in range(12):
        person.ask(QUESTION)
        wait_for(partial(decided, person, witness, count + 2), "an answer or a refusal")
        if person.warned():
            break
        count += 2
    assert person.warned(), "the window was never full"
    assert count > 2 * EXCHANGES, "not even one question fitted"
    assert len(witness.branches()) == count
    person.picture("2-full")

    # The first button of the notice leaves out the oldest, and the question goes by itself.
    person.press_notice()
    wait_for(lambda: witness.ended(count + 2), "the answer once there was room")
    wait_for(lambda: not person.warned(), "the notice to go")
    question, answer = witness.branches()[-2:]
    assert question.message.question == QUESTION
    assert answer.state is MessageState.DONE
    assert "Esc" in answer.message.answer
    unread = [record.left_out for record in witness.shown()]
    assert unread[:2] == [True, True]
    assert not any(unread[-4:])
    person.picture("3-gone-on")

    # Nothing was lost, and the program started anew knows what is left out.
    assert person.close_window() == b""
    person = people.begin(profile)
    go_to_the_long_conversation(person)
    person.click(700, 690)
    person.ask("What is a token?")
    wait_for(lambda: witness.ended(count + 4), "an answer after the restart")
    assert [record.left_out for record in witness.shown()][: len(unread)] == unread
    person.close_window()
