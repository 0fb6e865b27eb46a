"""Conversation values, errors and logs keep their promises at a process border."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import texts
from app.core.conversation.message import (
    Message,
    Part,
    PartKind,
    Role,
    assistant_message,
    manual_page_before,
    user_message,
)
from app.core.conversation.sampling import Sampling
from app.core.logs import log_event
from app.engine.protocol.events import WRITTEN, TurnDone, event_from_json, event_to_json
from app.engine.protocol.requests import TurnRequest

parts = st.builds(
    Part,
    kind=st.sampled_from(PartKind),
    text=st.text(st.characters(codec="utf-8")),
    name=st.text(st.characters(codec="utf-8"), max_size=10),
    content_type=st.sampled_from(["", "json", "code"]),
    complete=st.booleans(),
)
messages = st.builds(Message, role=st.sampled_from(Role), parts=st.lists(parts, max_size=4).map(tuple))


@given(messages)
def test_a_message_crosses_a_border_unchanged(message: Message) -> None:
    assert Message.from_json(json.loads(json.dumps(message.to_json()))) == message


@given(st.lists(messages, max_size=3).map(tuple))
def test_a_request_crosses_a_border_unchanged(path: tuple[Message, ...]) -> None:
    request = TurnRequest(messages=path, instructions="x", tools=("python",))
    assert TurnRequest.from_json(json.loads(json.dumps(request.to_json()))) == request


written = parts.filter(lambda part: part.kind in WRITTEN)


@given(st.builds(TurnDone, parts=st.lists(written, max_size=3).map(tuple)))
def test_a_result_crosses_a_border_unchanged(done: TurnDone) -> None:
    again = event_from_json(json.loads(json.dumps(event_to_json(done))))
    assert repr(again) == repr(done)


def test_reasoning_is_never_part_of_the_answer() -> None:
    message = Message(
        Role.ASSISTANT,
        (Part(PartKind.REASONING, "notes"), Part(PartKind.HIDDEN, "odd"), Part(PartKind.ANSWER, "yes")),
    )
    assert message.answer == "yes"


@given(st.floats(), st.floats(), st.floats(), st.one_of(st.none(), st.integers()))
def test_sampling_is_always_within_bounds(
    temperature: float, top_p: float, min_p: float, seed: int | None
) -> None:
    sampling = Sampling(temperature, top_p, min_p, seed).clamped()
    assert 0 <= sampling.temperature <= 2
    assert 0 < sampling.top_p <= 1
    assert 0 <= sampling.min_p <= 0.5
    assert sampling.seed is None or 0 <= sampling.seed < 2**32 - 1


@pytest.mark.parametrize("words", ["Dear client", "/home/someone/file", "x" * 65])
def test_a_log_refuses_what_could_be_content(words: str) -> None:
    with pytest.raises(ValueError, match="codes and numbers"):
        log_event("engine.loaded", name=words)


def test_a_missing_text_is_a_bug_at_once() -> None:
    with pytest.raises(KeyError):
        texts.text("no.such.entry")


def test_the_page_before_is_the_one_beside_the_last_question() -> None:
    page = Part(PartKind.MANUAL, "Manual: Privacy", name="privacy")
    first = [user_message("Is it private?", page), assistant_message([Part(PartKind.ANSWER, "Yes.")])]
    assert manual_page_before([]) is None
    assert manual_page_before(first) == page
    assert manual_page_before([*first, user_message("And here?")]) is None, "not the one before that"
