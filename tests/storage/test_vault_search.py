"""Search: words find messages, no text is a command, and deleted words are gone from every page."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.conversation.draft import Draft
from app.core.conversation.message import Part, PartKind, user_message
from app.storage.history.search import match_expression
from app.storage.records import MessageState
from app.storage.vault import Vault
from tests.storage import harness


def _say(vault: Vault, *texts: str) -> list[int]:
    conversation = vault.create_conversation("Said")
    return [vault.add_user_message(conversation.id, None, user_message(text)).id for text in texts]


def _found(vault: Vault, words: str) -> list[int]:
    return sorted(hit.message_id for hit in vault.search(words))


def test_words_are_found_without_accents_case_or_ends(vault: Vault) -> None:
    ids = _say(vault, "The café opens late", "Résumé of the CASE", "It's a cased pipe")
    assert _found(vault, "cafe") == [ids[0]]
    assert _found(vault, "RESUME") == [ids[1]]
    assert _found(vault, "cas") == [ids[1], ids[2]]
    assert _found(vault, "case ") == [ids[1]]  # a blank after it: the word is finished
    assert _found(vault, "late café") == [ids[0]]
    assert _found(vault, "late case") == []
    assert _found(vault, "it's") == [ids[2]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("この契約書を確認してください", "契約"),
        ("本合同自签署之日起生效", "签署"),
        ("สัญญาเช่าฉบับนี้มีผลบังคับ", "เช่า"),
        ("अनुबंध की समीक्षा", "समीक्षा"),
        ("Договор подписан", "догов"),
        ("🙂 done", "done"),
    ],
)
def test_words_are_found_in_every_script(vault: Vault, text: str, words: str) -> None:
    ids = _say(vault, text, "something else")
    hits = vault.search(words)
    assert [hit.message_id for hit in hits] == ids[:1]
    start, end = hits[0].marks[0]
    assert hits[0].snippet[start:end]
    assert "\u200b" not in hits[0].snippet


def test_the_snippet_marks_its_hits(vault: Vault) -> None:
    _say(vault, "word " * 200 + "the needle\nis here " + "word " * 200)
    (hit,) = vault.search("needle here")
    assert len(hit.snippet) < 250
    assert [hit.snippet[start:end] for start, end in hit.marks] == ["needle", "here"]
    assert (hit.title, hit.snippet.count("\n")) == ("Said", 0)


def test_reasoning_and_manual_pages_are_not_searched(vault: Vault) -> None:
    conversation = vault.create_conversation("")
    vault.add_user_message(
        conversation.id, None, user_message("asked", Part(PartKind.MANUAL, "manualword", "slug"))
    )
    begun = vault.begin_answer(conversation.id, None)
    vault.finish_answer(
        begun.id,
        [Part(PartKind.REASONING, "secretnotes"), Part(PartKind.ANSWER, "openanswer")],
        MessageState.DONE,
    )
    assert _found(vault, "secretnotes") == _found(vault, "manualword") == []
    assert _found(vault, "openanswer") == [begun.id]


def test_the_newest_comes_first_and_the_limit_holds(vault: Vault) -> None:
    ids = _say(vault, "lien lien lien", "lien " + "other words " * 50, "nothing")
    assert [hit.message_id for hit in vault.search("lien")] == [ids[1], ids[0]]
    assert len(vault.search("lien", limit=1)) == 1
    assert vault.search("lien", limit=0) == ()


HOSTILE = [
    '"', '""', "'", "*", "^", "(", ")", "a AND", "OR", "NOT x", "NEAR(a b, 2)", "words:", "{words}: x",
    "- x", "+x", "a*b*", "\x00", "a\x00b", "\ud800", "\x01\x02", "%_", "; DROP TABLE messages;--",
    '" OR 1', "word_index", "rank", "a" * 100_000, '"a ' * 50_000, "\u0300", "字" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_are_only_words(vault: Vault, words: str) -> None:
    _say(vault, "plain text with a b x OR AND NOT NEAR")
    vault.search(words)


def test_operators_are_words(vault: Vault) -> None:
    ids = _say(vault, "this or that", "this", "not that")
    assert _found(vault, "this OR that") == [ids[0]]
    assert _found(vault, "NOT that") == [ids[2]]
    assert _found(vault, "words:this") == []
    assert match_expression('say "lien" ') == '"say" """lien"""'


@pytest.fixture(scope="module")
def shared() -> Vault:
    vault = Vault.in_memory()
    _say(vault, "the quick brown fox", "jumps over", "λόγος 契約 café")
    return vault


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(words=st.text(st.one_of(st.characters(), st.characters(categories=["Cs"])), max_size=60))
def test_no_text_makes_the_search_fail(shared: Vault, words: str) -> None:
    for hit in shared.search(words):
        assert all(0 <= start < end <= len(hit.snippet) for start, end in hit.marks)


@settings(
    max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(text=st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=30))
def test_what_was_said_is_found_by_its_own_words(shared: Vault, text: str) -> None:
    (message_id,) = _say(shared, f"prefix {text} suffix")
    found = [hit.message_id for hit in shared.search(text + " ", limit=10_000)]
    assert message_id in found


@pytest.mark.parametrize("careless", [False, True], ids=["as built", "without secure-delete"])
def test_deleted_words_are_on_no_page(profile: Path, careless: bool) -> None:
    """Also proves itself: with both settings off the same look finds the words."""
    vault, code = harness.make(profile)
    key = harness.data_key(profile, code)
    if careless:
        vault._database.execute("PRAGMA secure_delete=OFF")
        vault._database.execute("INSERT INTO word_index (word_index, rank) VALUES ('secure-delete', 0)")
    _say(vault, *(f"kept number {number} " * 20 for number in range(30)))
    conversation = vault.create_conversation(harness.CANARY)
    vault.add_user_message(conversation.id, None, user_message(f"{harness.CANARY} " * 300))
    begun = vault.begin_answer(conversation.id, None)
    for length in (1, 10, 500):
        vault.save_answer(begun.id, harness.answer(f"{harness.CANARY} " * length))
    vault.finish_answer(begun.id, harness.answer(f"{harness.CANARY} " * 501), MessageState.DONE)
    vault.save_draft(conversation.id, Draft(harness.CANARY))
    words = [word.encode() for word in harness.CANARY.split()]
    assert all(word in harness.decrypted(profile, key) for word in words)
    vault.delete(conversation.id)
    left = harness.decrypted(profile, key)
    assert b"kept number" in left
    assert any(word in left for word in words) is careless
    assert vault.check() == ()
    vault.close()
    assert any(word in harness.decrypted(profile, key) for word in words) is careless
