"""The words beside the effort slider: of answers made here, and none before there are enough."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.core.conversation.message import Effort, Part, PartKind, user_message
from app.storage.records import AnswerFacts, MessageState
from app.storage.vault import Vault
from app.ui.flow.turns.composing.effort_estimate import words


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        ((), ""),
        ((15, 15, 15, 15), ""),
        ((15, 14, 16, 2, 90), "about 15 s of thought"),
        ((23,) * 5, "about 25 s of thought"),
        ((70,) * 20, "about 1 min of thought"),
        ((0.2,) * 20, ""),
    ],
)
def test_the_median_is_said_once_there_are_five(seconds: Sequence[float], said: str) -> None:
    assert words([1000 * each for each in seconds]) == said


def test_only_whole_answers_of_this_model_at_this_effort_count() -> None:
    vault = Vault.in_memory()
    here = vault.create_conversation("x").id
    parts = (Part(PartKind.ANSWER, "Yes."),)

    def answer(thought_ms: float, name: str, effort: Effort, state: MessageState) -> None:
        asked = vault.add_user_message(here, None, user_message("Really?"))
        facts = AnswerFacts(model_name=name, effort=effort, thinking_ms=thought_ms)
        vault.finish_answer(vault.begin_answer(here, asked.id, facts).id, parts, state, facts)

    for number in range(1, 31):
        answer(number, "big", Effort.HIGH, MessageState.DONE)
    answer(900, "big", Effort.LOW, MessageState.DONE)
    answer(901, "small", Effort.HIGH, MessageState.DONE)
    answer(902, "big", Effort.HIGH, MessageState.STOPPED)
    answer(0, "big", Effort.HIGH, MessageState.DONE)
    assert vault.thinking_times("big", Effort.HIGH, 20) == tuple(range(30, 10, -1))
    assert vault.thinking_times("big", Effort.LOW, 20) == (900,)
    assert vault.thinking_times("other", Effort.LOW, 20) == ()
    vault.close()
