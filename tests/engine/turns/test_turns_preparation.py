"""Reading ahead, step by step: what is read, how long a step is, what an interruption costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.core.conversation.message import Part, PartKind, assistant_message, user_message
from app.core.conversation.sampling import Sampling
from app.engine.protocol.requests import PrepareRequest, TurnRequest
from app.engine.turns.generation import LEAST_ROOM
from app.engine.turns.preparation import LEAST_STRETCH, LONG_S, SHORT_S, Preparation
from app.engine.turns.prompt import Prompt
from tests.support.models import tiny_gguf
from tests.support.models.exactness import MICRO_BATCH, RECIPE, Bench, words

ANSWER = Part(PartKind.ANSWER, words(5, 150))
REASONING = Part(PartKind.REASONING, words(6, 200))
TALK = TurnRequest(
    (user_message("Hello"), assistant_message((REASONING, ANSWER))),
    sampling=Sampling(seed=1, max_tokens=3),
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    bench = Bench(tiny_gguf.write(tmp_path_factory.mktemp("ahead") / "tiny.gguf", RECIPE))
    yield bench
    bench.close()


@pytest.fixture
def bench(opened: Bench) -> Bench:
    opened.restart()
    opened.backend.at_decode = lambda: None
    opened.backend.interrupt(False)
    return opened


def read_ahead(bench: Bench, draft: str, turn: TurnRequest = TALK) -> int:
    """Prepare to the end; returns how many tokens that took."""
    before = bench.backend.read
    bench.preparation.begin(PrepareRequest(turn, draft))
    while bench.preparation.step():
        pass
    return bench.backend.read - before


def test_send_reads_only_the_last_words(bench: Bench) -> None:
    read_ahead(bench, "")
    for draft in ("wha", "what is", "what is the las", "what is the last wor"):
        assert read_ahead(bench, draft) < 20
    sent = replace(TALK, messages=(*TALK.messages, user_message("what is the last word")))
    done = bench.run(sent)
    assert done.prompt_tokens - done.reused_tokens < 12
    assert bench.compared


def test_a_draft_that_shrinks_or_changes_costs_no_more_than_itself(bench: Bench) -> None:
    read_ahead(bench, "one two three four five six seven")
    assert read_ahead(bench, "one two th") == 0, "what is read beyond does no harm"
    assert read_ahead(bench, "one two then some more") < 25
    assert read_ahead(bench, "quite another beginning") < 40
    held = bench.generator.cache.tokens
    border = bench.generator.writer.ahead(TALK, "").borders[-1]
    assert border in bench.generator.cache.checkpoints, "an edited draft begins again from here"
    assert held[border:]


def test_nothing_is_read_again_for_the_same_draft(bench: Bench) -> None:
    assert read_ahead(bench, "some words here") > 300
    assert read_ahead(bench, "some words here") == 0


def test_a_draft_that_cannot_fit_is_not_even_rendered(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ahead(_turn: TurnRequest, _draft: str) -> Prompt:
        raise AssertionError("millions of letters, while a question may be waiting")

    monkeypatch.setattr(bench.generator.writer, "ahead", ahead)
    assert read_ahead(bench, "word " * 1_000_000) == 0


def test_an_interrupted_step_counts_for_nothing_and_goes_on_after(bench: Bench) -> None:
    bench.preparation.begin(PrepareRequest(TALK, ""))
    assert bench.preparation.step()
    held = bench.generator.cache.tokens
    bench.backend.interrupt(True)
    assert bench.preparation.step(), "there is more to do once the other work is done"
    assert bench.generator.cache.tokens == held
    bench.backend.interrupt(False)
    while bench.preparation.step():
        pass
    assert list(bench.generator.cache.tokens) == bench.generator.writer.ahead(TALK, "").ids


def test_after_it_was_dropped_nothing_is_read(bench: Bench) -> None:
    bench.preparation.begin(PrepareRequest(TALK, ""))
    bench.preparation.drop()
    assert not bench.preparation.step()
    assert bench.generator.cache.tokens == ()


def test_steps_grow_and_shrink_with_the_computer(bench: Bench) -> None:
    took = [SHORT_S / 2, SHORT_S / 2, LONG_S * 2, LONG_S * 2, LONG_S * 2, SHORT_S * 2]
    read_ahead(bench, "", TurnRequest(()))
    times = iter([moment for pause in took for moment in (0.0, pause)])
    preparation = Preparation(bench.generator, bench.backend, clock=lambda: next(times))
    preparation.begin(PrepareRequest(replace(TALK, messages=(user_message(words(7, 900)),)), ""))
    sizes: list[int] = []
    for _ in took:
        before = bench.backend.read
        assert preparation.step()
        sizes.append(bench.backend.read - before)
    most = MICRO_BATCH
    assert sizes == [LEAST_STRETCH, most, most, most // 2, LEAST_STRETCH, LEAST_STRETCH]


@pytest.mark.parametrize("turn", [replace(TALK, tools=("rm",)), replace(TALK, instructions="a " * 1500)])
def test_what_cannot_be_sent_is_not_read(bench: Bench, turn: TurnRequest) -> None:
    read_ahead(bench, "")
    held = bench.generator.cache.tokens
    assert read_ahead(bench, "", turn) == 0
    assert bench.generator.cache.tokens == held


def test_a_prompt_that_leaves_no_room_is_not_read(bench: Bench) -> None:
    fixed = len(bench.generator.writer.ahead(TALK, "").ids)
    room = bench.backend.context - LEAST_ROOM - fixed
    assert read_ahead(bench, "a " * (room // 2 + 40)) == 0
