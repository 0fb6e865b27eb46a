"""What must go when the window is full: whole exchanges, the oldest, never the newest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.core.conversation.leaving_out import (
    SUMMARY_TOKENS,
    exchange_of,
    exchanges,
    is_full,
    lacking,
    oldest_to_leave_out,
    to_summarise,
)
from app.core.conversation.ledger import EntryKind, Ledger, LedgerEntry
from app.core.conversation.message import (
    Message,
    Part,
    PartKind,
    Role,
    assistant_message,
    user_message,
)

QUESTION, ANSWER = user_message("q"), assistant_message((Part(PartKind.ANSWER, "a"),))
SUMMARY = assistant_message((Part(PartKind.SUMMARY, "s"),))
MESSAGES = st.lists(st.sampled_from([QUESTION, ANSWER, SUMMARY]), min_size=1, max_size=20)


def ledger(sizes: list[int], context: int, left_out: tuple[int, ...] = (), wish: int = 8192) -> Ledger:
    entries = tuple(
        LedgerEntry(EntryKind.MESSAGE, size, place, place in left_out)
        for place, size in enumerate(sizes)
    )
    used = sum(entry.tokens for entry in entries if not entry.left_out)
    return Ledger(context, entries, wish, max(64, min(wish, context - used)))


def test_a_question_goes_with_what_answers_it() -> None:
    path = (QUESTION, ANSWER, QUESTION, QUESTION, ANSWER, SUMMARY, QUESTION, ANSWER)
    assert exchanges(path) == ((0, 1), (2,), (3, 4), (5,), (6, 7))
    assert exchange_of(path, 4) == (3, 4)


@given(MESSAGES)
def test_exchanges_are_the_whole_path_in_order(messages: list[Message]) -> None:
    groups = exchanges(messages)
    assert [place for group in groups for place in group] == list(range(len(messages)))
    assert all(messages[place].role is Role.ASSISTANT for group in groups for place in group[1:])


def test_as_few_of_the_oldest_as_make_room() -> None:
    path = (QUESTION, ANSWER) * 4 + (QUESTION,)
    full = ledger([1000] * 9, 8192)
    assert is_full(full)
    assert lacking(full) == (9000 + 64 - 8192) + (4096 - 64)
    assert oldest_to_leave_out(full, path) == (0, 1, 2, 3, 4, 5)
    # What is left out already is not counted again.
    again = ledger([1000] * 9, 6000, left_out=(0, 1))
    assert oldest_to_leave_out(again, path) == (2, 3, 4, 5)


def test_the_newest_is_never_left_out_and_a_useless_choice_is_not_offered() -> None:
    assert oldest_to_leave_out(ledger([9000], 8192), (QUESTION,)) == ()
    assert oldest_to_leave_out(ledger([100, 100, 9000], 8192), (QUESTION, ANSWER, QUESTION)) == ()


def test_a_summary_goes_last() -> None:
    path = (SUMMARY, QUESTION, ANSWER, QUESTION)
    assert oldest_to_leave_out(ledger([500, 900, 900, 6500], 8192), path) == (1, 2)
    assert oldest_to_leave_out(ledger([1500, 100, 100, 7600], 8192), path) == (0, 1, 2)


def test_a_small_budget_is_no_full_window() -> None:
    assert not is_full(ledger([100], 8192, wish=40))
    assert is_full(ledger([8000], 8192))
    assert not is_full(ledger([200], 512, wish=2048))


@given(
    st.lists(st.integers(1, 4000), min_size=1, max_size=15),
    st.integers(256, 20_000),
    st.data(),
)
def test_what_is_offered_helps(sizes: list[int], context: int, data: st.DataObject) -> None:
    one = st.sampled_from([QUESTION, ANSWER, SUMMARY])
    path = tuple(data.draw(st.lists(one, min_size=len(sizes), max_size=len(sizes))))
    counted = ledger(sizes, context)
    offered = oldest_to_leave_out(counted, path)
    assert not set(offered) & set(exchanges(path)[-1])
    if offered:
        freed = sum(sizes[place] for place in offered)
        assert counted.used - freed + counted.reserve <= context
    covered = to_summarise(counted, path)
    assert not set(covered) & set(exchanges(path)[-1])
    assert sum(sizes[place] for place in covered) <= max(0, context - 2 * SUMMARY_TOKENS)
