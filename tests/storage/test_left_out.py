"""Messages that are left out, the summaries that stand for them, and answers that are written on."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.conversation.message import Part, PartKind, assistant_message, user_message
from app.core.errors import UserError
from app.storage.records import MessageRecord, MessageState
from app.storage.unlock import open_with_passphrase
from app.storage.vault import Vault
from tests.storage import harness


def _exchange(vault: Vault, conversation_id: int, parent_id: int | None, words: str) -> MessageRecord:
    asked = vault.add_user_message(conversation_id, parent_id, user_message(f"{words}?"))
    begun = vault.begin_answer(conversation_id, asked.id)
    return vault.finish_answer(begun.id, (Part(PartKind.ANSWER, f"{words}."),), MessageState.DONE)


def _unread(vault: Vault, conversation_id: int, leaf_id: int | None = None) -> list[bool]:
    return [record.left_out for record in vault.path(conversation_id, leaf_id)]


def test_what_is_left_out_stays_and_is_left_out_on_every_branch(vault: Vault) -> None:
    here = vault.create_conversation("Liens").id
    first = _exchange(vault, here, None, "one")
    second = _exchange(vault, here, first.id, "two")
    assert first.parent_id is not None
    vault.leave_out((first.parent_id, first.id))
    vault.leave_out((first.id,))  # twice is once
    assert _unread(vault, here, second.id) == [True, True, False, False]
    branch = _exchange(vault, here, first.id, "another two")
    assert _unread(vault, here, branch.id) == [True, True, False, False]
    assert vault.path(here, second.id)[1].message == first.message
    vault.put_back((first.parent_id, first.id))
    assert _unread(vault, here, second.id) == [False] * 4


def test_a_summary_leaves_out_only_where_it_stands(vault: Vault) -> None:
    here = vault.create_conversation("Liens").id
    first = _exchange(vault, here, None, "one")
    second = _exchange(vault, here, first.id, "two")
    assert first.parent_id is not None
    summary = vault.add_summary(here, second.id, "It was about liens.", (first.parent_id, first.id))
    assert (summary.message.summary, summary.message.answer) == ("It was about liens.", "")
    assert _unread(vault, here) == [True, True, False, False, False]
    # An edit before the summary makes a branch on which everything is read.
    branch = _exchange(vault, here, first.id, "another two")
    assert _unread(vault, here, branch.id) == [False] * 4
    assert [hit.message_id for hit in vault.search("about liens")] == [summary.id]
    vault.put_back((first.parent_id, first.id))
    assert _unread(vault, here, summary.id) == [False] * 5


def test_deleting_a_conversation_deletes_its_marks(vault: Vault) -> None:
    here = vault.create_conversation("Liens").id
    first = _exchange(vault, here, None, "one")
    vault.leave_out((first.id,))
    vault.add_summary(here, first.id, "Liens.", (first.id,))
    vault.delete(here)
    assert vault.check() == ()
    with pytest.raises(UserError) as caught:
        vault.leave_out((first.id,))
    assert caught.value.code == "storage.conversation_gone"


def test_marks_survive_the_program(profile: Path) -> None:
    vault = harness.make(profile)[0]
    here = vault.create_conversation("Liens").id
    first = _exchange(vault, here, None, "one")
    vault.leave_out((first.id,))
    vault.close()
    vault = open_with_passphrase(profile, harness.PASSPHRASE)
    assert _unread(vault, here) == [False, True]
    vault.close()


@pytest.mark.parametrize("state", [MessageState.STOPPED, MessageState.LENGTH, MessageState.INTERRUPTED])
def test_an_answer_that_was_cut_off_grows_in_place(vault: Vault, state: MessageState) -> None:
    here = vault.create_conversation("Liens").id
    asked = vault.add_user_message(here, None, user_message("What is that?"))
    begun = vault.begin_answer(here, asked.id)
    half = (Part(PartKind.ANSWER, "A lien is", complete=False),)
    vault.finish_answer(begun.id, half, state)
    going_on = vault.continue_answer(begun.id)
    assert (going_on.state, going_on.message.parts) == (MessageState.STREAMING, half)
    assert vault.message(begun.id).message.parts == half
    assert vault.search("lien") == ()
    whole = (Part(PartKind.ANSWER, "A lien is a right."),)
    vault.finish_answer(begun.id, whole, MessageState.DONE)
    assert [record.message for record in vault.path(here)] == [asked.message, assistant_message(whole)]
    assert [hit.message_id for hit in vault.search("right")] == [begun.id]
    with pytest.raises(ValueError, match="not cut off"):
        vault.continue_answer(begun.id)


def test_a_kill_while_it_grows_leaves_it_as_it_was(profile: Path) -> None:
    vault = harness.make(profile)[0]
    here = vault.create_conversation("Liens").id
    begun = vault.begin_answer(here, None)
    vault.finish_answer(begun.id, (Part(PartKind.ANSWER, "A lien is"),), MessageState.STOPPED)
    vault.continue_answer(begun.id)
    vault.close()  # as far as the history is concerned, a kill: the answer is still being written
    vault = open_with_passphrase(profile, harness.PASSPHRASE)
    (answer,) = vault.path(here)
    assert (answer.state, answer.message.answer) == (MessageState.INTERRUPTED, "A lien is")
    assert [hit.message_id for hit in vault.search("lien")] == [begun.id]
    vault.close()
