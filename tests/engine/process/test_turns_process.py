"""Reading ahead, counting, going on and testing itself, through a real engine process."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.children.child import AT_ONCE
from app.core.conversation.message import Effort, Part, PartKind, Stop, assistant_message, user_message
from app.core.conversation.sampling import Sampling
from app.core.paths import guide_model_path
from app.engine.client import EngineClient
from app.engine.protocol.events import Event, PartDelta, Recorded, TurnDone
from app.engine.protocol.plan import Wishes
from app.engine.protocol.requests import LedgerRequest, LoadRequest, PrepareRequest, TurnRequest

GREEDY = Sampling(temperature=0.0, max_tokens=60)
QUESTION = "What can I do when the model does not load?"


@pytest.fixture
def guide(client: EngineClient) -> EngineClient:
    if not guide_model_path().is_file():
        pytest.skip("the built-in guide is not made yet")
    client.load(LoadRequest(str(guide_model_path())), lambda _event: None)
    return client


def run(client: EngineClient, request: TurnRequest) -> tuple[TurnDone, list[Event]]:
    events: list[Event] = []
    return client.generate(request, events.append), events


def test_a_turn_in_the_middle_of_reading_ahead_is_answered_as_from_cold(guide: EngineClient) -> None:
    first = TurnRequest((user_message(QUESTION),), effort=Effort.LOW, sampling=GREEDY)
    done, _ = run(guide, first)
    talk = replace(first, messages=(*first.messages, assistant_message(done.parts)))
    asked = replace(talk, messages=(*talk.messages, user_message("Thank you. And on another computer?")))
    for draft in ("", "Thank", "Thank you. And on another compu"):
        guide.prepare(PrepareRequest(talk, draft))
    again, _ = run(guide, asked)
    cold = EngineClient(ladder=AT_ONCE)
    try:
        cold.load(LoadRequest(str(guide_model_path())), lambda _event: None)
        plain, _ = run(cold, asked)
    finally:
        cold.close()
    assert plain.reused_tokens == 0
    assert again.reused_tokens > 0
    assert again.parts == plain.parts


def test_the_ledger_is_what_the_turn_then_reads(guide: EngineClient) -> None:
    talk = TurnRequest(
        (user_message("One"), assistant_message((Part(PartKind.ANSWER, "Two"),))), sampling=GREEDY
    )
    for left_out in ((), (0,), (0, 1)):
        request = replace(talk, left_out=left_out)
        ledger = guide.count(LedgerRequest(request, QUESTION))
        done, _ = run(guide, replace(request, messages=(*talk.messages, user_message(QUESTION))))
        assert ledger.used == done.prompt_tokens
        assert ledger.context == done.context


def test_a_continued_answer_is_the_uninterrupted_one(guide: EngineClient) -> None:
    request = TurnRequest((user_message(QUESTION),), effort=Effort.LOW, sampling=GREEDY)
    whole, _ = run(guide, request)
    assert whole.stop is Stop.LENGTH or whole.stop is Stop.RETURN
    for tokens in (6, 15, 25):
        cut, _ = run(guide, replace(request, sampling=replace(GREEDY, max_tokens=tokens)))
        assert cut.stop is Stop.LENGTH
        begun = assistant_message(cut.parts)
        rest = replace(GREEDY, max_tokens=60 - tokens)
        on = replace(request, messages=(*request.messages, begun), sampling=rest, continued=True)
        done, events = run(guide, on)
        assert done.parts == whole.parts
        texts = {place: part.text for place, part in enumerate(begun.parts)}
        for event in events:
            if isinstance(event, PartDelta):
                texts[event.index] = texts.get(event.index, "") + event.text
        assert [texts[place] for place in sorted(texts)] == [part.text for part in whole.parts]


def test_the_edge_is_told_from_a_limit(client: EngineClient, endless_model: Path) -> None:
    client.load(LoadRequest(str(endless_model), Wishes(context=1024)), lambda _event: None)
    request = TurnRequest((user_message("Hello"),), sampling=Sampling(seed=2))
    done, _ = run(client, request)
    assert (done.stop, done.edge, done.context_tokens) == (Stop.LENGTH, True, done.context)
    done, _ = run(client, replace(request, sampling=Sampling(seed=2, max_tokens=5)))
    assert (done.stop, done.edge) == (Stop.LENGTH, False)


def test_an_engine_tests_itself_and_gives_memory_back(guide: EngineClient) -> None:
    request = TurnRequest((user_message(QUESTION),), sampling=GREEDY)
    done, _ = run(guide, request)
    assert guide.self_test()
    guide.free_memory()
    assert guide.self_test()
    again, _ = run(guide, request)
    assert again.reused_tokens == done.prompt_tokens - 1


def test_a_restarted_engine_is_compared_with_the_one_that_is_gone(
    client: EngineClient, endless_model: Path, tmp_path: Path
) -> None:
    model = tmp_path / "model.gguf"
    model.write_bytes(endless_model.read_bytes())
    request = LoadRequest(str(model))
    client.load(request, lambda _event: None)
    assert client.self_test()
    client.load(request, lambda _event: None)
    assert client.self_test(), "the same file computes the same"
    recorded = client._answers.request().known
    assert len(recorded) == 1
    # What the first engine would have recorded if this computer had computed otherwise then.
    client._answers.turn_to("")
    client._answers.turn_to(str(model))
    client._answers.note(Recorded(next(iter(recorded)), "otherwise"))
    assert not client.self_test(), "though it is what this engine recorded itself"
    client.load(request, lambda _event: None)
    assert not client.self_test()


def test_what_a_fresh_engine_records_at_rest_outlives_it(client: EngineClient, tiny_model: Path) -> None:
    client.load(LoadRequest(str(tiny_model)), lambda _event: None)
    line = client._line
    assert line is not None
    deadline = time.monotonic() + 30
    while not client._answers.request().known:
        line.hear_out()
        assert time.monotonic() < deadline, "it says unasked what it recorded"
    client.rest()
    assert client._answers.request().known
