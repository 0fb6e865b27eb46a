"""Conversations and their tree of messages: what is written is what is read, on disk and in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.conversation.draft import Draft
from app.core.conversation.message import Effort, Part, PartKind, assistant_message
from app.core.errors import UserError
from app.storage.records import AnswerFacts, MessageState
from app.storage.unlock import open_with_passphrase
from app.storage.vault import Vault
from tests.storage import harness

FACTS = AnswerFacts("guide", Effort.HIGH, 7, 1200.5, 31.5, 90, 40, repaired=True)


def _exchange(vault: Vault, conversation_id: int, parent_id: int | None = None) -> tuple[int, int]:
    asked = vault.add_user_message(conversation_id, parent_id, harness.question())
    begun = vault.begin_answer(conversation_id, asked.id, FACTS)
    vault.finish_answer(begun.id, harness.answer(), MessageState.DONE, FACTS)
    return asked.id, begun.id


def test_a_turn_is_kept_as_it_was(vault: Vault) -> None:
    conversation = vault.create_conversation("Liens")
    asked = vault.add_user_message(conversation.id, None, harness.question())
    begun = vault.begin_answer(conversation.id, asked.id, FACTS)
    assert begun.state is MessageState.STREAMING
    assert begun.message == assistant_message(())
    vault.save_answer(begun.id, harness.answer("A right")[:1])
    assert vault.message(begun.id).message.parts == harness.answer("A right")[:1]
    done = vault.finish_answer(begun.id, harness.answer(), MessageState.DONE, FACTS)
    assert (done.message.parts, done.state, done.facts) == (
        harness.answer(),
        MessageState.DONE,
        FACTS,
    )
    assert vault.path(conversation.id) == (vault.message(asked.id), done)
    assert vault.conversation(conversation.id).leaf_id == done.id


def test_facts_of_the_beginning_stay_unless_new_ones_come(vault: Vault) -> None:
    conversation = vault.create_conversation("")
    begun = vault.begin_answer(conversation.id, None, FACTS)
    assert vault.finish_answer(begun.id, (), MessageState.STOPPED).facts == FACTS


def test_the_list_follows_activity_not_the_clock(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10_000, 0, -1))
    monkeypatch.setattr("time.time", lambda: float(next(clock)))
    ids = [vault.create_conversation(str(number)).id for number in range(3)]
    assert [one.id for one in vault.conversations()] == ids[::-1]
    vault.add_user_message(ids[0], None, harness.question())
    assert [one.id for one in vault.conversations()] == [ids[0], ids[2], ids[1]]
    vault.rename(ids[1], "renamed")
    assert [one.title for one in vault.conversations()] == ["0", "2", "renamed"]


def test_siblings_are_counted_and_switched(vault: Vault) -> None:
    conversation = vault.create_conversation("Branches")
    asked, first = _exchange(vault, conversation.id)
    second = vault.begin_answer(conversation.id, asked)
    assert (second.sibling, second.siblings) == (2, 2)
    vault.finish_answer(second.id, harness.answer("Another."), MessageState.DONE)
    assert [one.id for one in vault.path(conversation.id)] == [asked, second.id]
    assert [one.id for one in vault.switch(second.id, -1)] == [asked, first]
    assert vault.message(first).siblings == 2
    # The ends hold.
    assert [one.id for one in vault.switch(first, -5)] == [asked, first]
    assert [one.id for one in vault.switch(first, +5)] == [asked, second.id]


def test_switching_comes_back_to_the_branch_shown_last(vault: Vault) -> None:
    conversation = vault.create_conversation("Deep")
    asked, first = _exchange(vault, conversation.id)
    more, old_leaf = _exchange(vault, conversation.id, first)
    new_leaf = vault.begin_answer(conversation.id, more).id
    vault.finish_answer(new_leaf, harness.answer(), MessageState.DONE)
    vault.switch(new_leaf, -1)  # the older answer is the one looked at
    edited = vault.add_user_message(conversation.id, None, harness.question("Edited"))
    assert (edited.sibling, edited.siblings) == (2, 2)
    assert [one.id for one in vault.path(conversation.id)] == [edited.id]
    assert [one.id for one in vault.switch(edited.id, -1)] == [asked, first, more, old_leaf]
    assert [one.id for one in vault.path(conversation.id, new_leaf)] == [asked, first, more, new_leaf]


def test_a_message_is_shown_on_its_whole_branch(vault: Vault) -> None:
    conversation = vault.create_conversation("Three questions")
    asked, first = _exchange(vault, conversation.id)
    more, second = _exchange(vault, conversation.id, first)
    whole = [asked, first, more, second]
    for message in whole:
        assert [one.id for one in vault.show_branch(message)] == whole
        assert vault.conversation(conversation.id).leaf_id == second


def test_a_message_of_another_branch_is_shown_down_to_where_that_was_left(vault: Vault) -> None:
    conversation = vault.create_conversation("Deep")
    asked, first = _exchange(vault, conversation.id)
    more, old_leaf = _exchange(vault, conversation.id, first)
    new_leaf = vault.begin_answer(conversation.id, more).id
    vault.finish_answer(new_leaf, harness.answer(), MessageState.DONE)
    vault.switch(new_leaf, -1)
    edited = vault.add_user_message(conversation.id, None, harness.question("Edited"))
    assert [one.id for one in vault.show_branch(first)] == [asked, first, more, old_leaf]
    assert vault.conversation(conversation.id).leaf_id == old_leaf, "it is the one shown last now"
    assert [one.id for one in vault.show_branch(new_leaf)] == [asked, first, more, new_leaf]
    vault.switch(asked, 1)
    assert [one.id for one in vault.path(conversation.id)] == [edited.id]
    back = [one.id for one in vault.switch(edited.id, -1)]
    assert back == [asked, first, more, new_leaf], "and it is come back to"
    with pytest.raises(UserError, match=r"storage\.conversation_gone"):
        vault.show_branch(edited.id + 1)


def test_looking_elsewhere_while_an_answer_ends_is_respected(vault: Vault) -> None:
    conversation = vault.create_conversation("")
    asked, first = _exchange(vault, conversation.id)
    second = vault.begin_answer(conversation.id, asked)
    vault.switch(second.id, -1)
    vault.finish_answer(second.id, harness.answer(), MessageState.DONE)
    assert vault.conversation(conversation.id).leaf_id == first


def test_a_conversation_of_thousands_can_be_walked_and_deleted(vault: Vault) -> None:
    conversation = vault.create_conversation("Long")
    parent: int | None = None
    with vault._database.transaction():  # one commit: this is about depth, not about speed
        for _ in range(1500):
            parent = vault._messages._add(
                conversation.id, parent, harness.question(), MessageState.DONE, AnswerFacts()
            )
    assert len(vault.path(conversation.id)) == 1500
    vault.delete(conversation.id)
    assert vault.conversations() == ()


def test_deleting_takes_only_that_conversation(vault: Vault) -> None:
    kept, gone = vault.create_conversation("kept"), vault.create_conversation("gone")
    _exchange(vault, kept.id)
    asked, _ = _exchange(vault, gone.id)
    vault.save_draft(gone.id, Draft("draft"))
    vault.delete(gone.id)
    vault.delete(gone.id)
    assert [one.title for one in vault.conversations()] == ["kept"]
    assert len(vault.path(kept.id)) == 2
    assert vault.draft(gone.id).text == ""
    for call in (
        lambda: vault.path(gone.id),
        lambda: vault.message(asked),
        lambda: vault.rename(gone.id, "x"),
        lambda: vault.add_user_message(gone.id, None, harness.question()),
        lambda: vault.save_answer(asked, ()),
    ):
        with pytest.raises(UserError) as caught:
            call()
        assert caught.value.code == "storage.conversation_gone"


def test_misuse_is_a_bug_and_changes_nothing(vault: Vault) -> None:
    here, there = vault.create_conversation("here"), vault.create_conversation("there")
    asked, answered = _exchange(vault, here.id)
    before = vault.path(here.id)
    with pytest.raises(ValueError, match="another conversation"):
        vault.add_user_message(there.id, asked, harness.question())
    with pytest.raises(ValueError, match="person's"):
        vault.add_user_message(here.id, answered, assistant_message(()))
    with pytest.raises(ValueError, match="finished"):
        vault.save_answer(answered, ())
    with pytest.raises(ValueError, match="finished"):
        vault.finish_answer(answered, (), MessageState.DONE)
    begun = vault.begin_answer(here.id, asked)
    with pytest.raises(ValueError, match="streaming"):
        vault.finish_answer(begun.id, (), MessageState.STREAMING)
    assert vault.path(here.id, answered)[0] == before[0]
    assert vault.path(there.id) == ()


def test_drafts_belong_to_their_conversation(vault: Vault) -> None:
    conversation = vault.create_conversation("")
    vault.save_draft(None, Draft("not begun"))
    vault.save_draft(conversation.id, Draft("first"))
    vault.save_draft(conversation.id, Draft("second\x00\ud800"))
    assert vault.draft(None).text == "not begun"
    assert vault.draft(conversation.id).text == "second\x00\ud800"
    vault.save_draft(conversation.id, Draft(""))
    vault.save_draft(conversation.id + 99, Draft("of nothing"))
    assert vault.draft(conversation.id).text == ""
    assert vault.draft(conversation.id + 99).text == ""


def test_a_cut_off_answer_is_interrupted_and_found_at_the_next_opening(profile: Path) -> None:
    vault, _ = harness.make(profile)
    conversation = vault.create_conversation("")
    asked = vault.add_user_message(conversation.id, None, harness.question())
    begun = vault.begin_answer(conversation.id, asked.id, FACTS)
    vault.save_answer(begun.id, harness.answer("marmalade"))
    vault.close()
    opened = open_with_passphrase(profile, harness.PASSPHRASE)
    assert opened.notes.interrupted == 1
    cut = opened.message(begun.id)
    assert (cut.state, cut.message.parts, cut.facts) == (
        MessageState.INTERRUPTED,
        harness.answer("marmalade"),
        FACTS,
    )
    assert [hit.message_id for hit in opened.search("marmalade")] == [begun.id]
    assert opened.check() == ()
    opened.close()
    again = open_with_passphrase(profile, harness.PASSPHRASE)
    assert again.notes.interrupted == 0
    again.close()


ANY_TEXT = st.text(
    st.one_of(st.characters(), st.characters(categories=["Cs"]), st.sampled_from("\x00\ud83d\ude00")),
    max_size=40,
)
PARTS = st.lists(
    st.builds(
        Part,
        kind=st.sampled_from(PartKind),
        text=ANY_TEXT,
        name=ANY_TEXT,
        content_type=ANY_TEXT,
        complete=st.booleans(),
    ),
    max_size=3,
)


@pytest.fixture(scope="module")
def shared() -> Any:
    vault = Vault.in_memory()
    yield vault
    assert vault.check() == ()
    vault.close()


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(parts=PARTS, draft=ANY_TEXT, title=ANY_TEXT)
def test_any_text_is_kept_exactly(shared: Vault, parts: list[Part], draft: str, title: str) -> None:
    conversation = shared.create_conversation(title)
    begun = shared.begin_answer(conversation.id, None)
    assert shared.finish_answer(begun.id, parts, MessageState.DONE).message.parts == tuple(parts)
    shared.save_draft(conversation.id, Draft(draft))
    assert shared.draft(conversation.id).text == draft
    shared.conversation(conversation.id).title.encode("utf-8")


def test_titles_become_one_clean_line(vault: Vault) -> None:
    def kept(title: str) -> str:
        return vault.create_conversation(title).title

    assert kept("  two\n lines\t ") == "two lines"
    assert kept("a\x00b\ud800\u202ec") == "a b\ufffdc"
    assert len(kept("x" * 5000)) == 200
    assert kept("") == ""
