"""After any sequence of turns, edits, interruptions and preparations the logits are a cold run's.

On a real file: a random gpt-oss with a window of 128 tokens and micro-batches of 64, so that the cells
of the window are used again within one answer and a wrong rewind shows. The ordinary run lives through
a few stories, with both kinds of attention; the full one, 200 with each, takes about 6 minutes:

    pytest tests/engine/turns/test_turns_exact.py -m slow -q
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.conversation.message import (
    Effort,
    Message,
    Part,
    PartKind,
    Role,
    assistant_message,
    user_message,
)
from app.core.conversation.sampling import Sampling
from app.core.errors import UserError
from app.engine.protocol.requests import PrepareRequest, TurnRequest
from app.engine.turns.generation import TurnControl
from tests.support.models import tiny_gguf
from tests.support.models.exactness import RECIPE, Bench, words

CALL = (Part(PartKind.TOOL_CALL, "print(2)", name="python", content_type="code"),)
RESULT = (Part(PartKind.TOOL_RESULT, "2", name="python"),)


@pytest.fixture(scope="module", params=[True, False], ids=["flash", "whole"])
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    path = tmp_path_factory.mktemp("exact") / "exact.gguf"
    opened = Bench(tiny_gguf.write(path, RECIPE), flash=request.param)
    yield opened
    opened.close()


class Talk:
    """A conversation of a person who changes their mind, with another branch kept aside."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        bench.restart()
        self.messages: tuple[Message, ...] = ()
        self.other: tuple[Message, ...] = ()
        self.left_out: tuple[int, ...] = ()
        self.draft = ""

    def request(self, length: int, seed: int, *, continued: bool = False) -> TurnRequest:
        return TurnRequest(
            self.messages,
            effort=Effort.LOW,
            sampling=Sampling(seed=seed, max_tokens=length or None),
            tools=("python",),
            left_out=tuple(place for place in self.left_out if place < len(self.messages) - 1),
            continued=continued,
        )

    def turn(self, length: int, seed: int, control: TurnControl | None = None) -> None:
        """Run a turn on the messages; a conversation that is too long begins anew."""
        try:
            done = self.bench.run(self.request(length, seed), control)
        except UserError as error:
            if error.code != "engine.prompt_too_long":
                raise
            self.messages, self.left_out = (), ()
            return
        self.messages += (assistant_message(done.parts),)

    def ask(self, seed: int, letters: int) -> None:
        self.messages += (user_message(words(seed, letters)),)

    def questions(self) -> list[int]:
        return [place for place, message in enumerate(self.messages) if message.role is Role.USER]

    # --- what may happen ------------------------------------------------------------------------

    def follow_up(self, a: int, b: int) -> None:
        self.ask(a, 5 + b % 300)
        self.turn(1 + a % 200, a)

    def cancel_reading(self, a: int, b: int) -> None:
        self.ask(a, 100 + b % 400)
        count = 0

        def interrupt() -> None:
            nonlocal count
            count += 1
            if count == 1 + b % 5:
                self.bench.backend.interrupt(True)

        self.bench.backend.at_decode = interrupt
        self.turn(5, a)

    def cancel_writing(self, a: int, b: int) -> None:
        control, count = TurnControl(), 0

        def cancel() -> None:
            nonlocal count
            count += 1
            if count > b % 150:
                control.cancelled = True
                self.bench.backend.interrupt(bool(b % 2))

        self.bench.backend.at_token = cancel
        self.ask(a, 50)
        self.turn(200, a, control)

    def answer_now(self, a: int, b: int) -> None:
        control, count = TurnControl(), 0

        def wish() -> None:
            nonlocal count
            count += 1
            control.answer_now |= count == 1 + b % 100

        self.bench.backend.at_token = wish
        self.ask(a, 50)
        self.turn(120, a, control)

    def edit(self, a: int, b: int) -> None:
        places = self.questions()
        self.other = self.messages
        self.messages = self.messages[: places[b % len(places)]] if places else ()
        self.follow_up(a, b)

    def switch_branch(self, a: int, b: int) -> None:
        self.messages, self.other = self.other, self.messages
        self.follow_up(a, b)

    def ask_again(self, a: int, b: int) -> None:
        places = self.questions()
        if places:
            self.messages = self.messages[: places[-1] + 1]
            self.turn(1 + b % 100, a)

    def call_a_tool(self, a: int, b: int) -> None:
        self.ask(a, 20)
        thinking = Part(PartKind.REASONING, words(b, 60))
        self.messages += (assistant_message((thinking, *CALL, *RESULT)),)
        self.turn(1 + b % 100, a)

    def leave_out(self, a: int, b: int) -> None:
        self.left_out = tuple(place for place in range(len(self.messages)) if (a >> place) & 1)
        self.follow_up(a, b)

    def prepare(self, a: int, b: int) -> None:
        preparation = self.bench.preparation
        self.draft = (self.draft + words(a, 80))[: 200 - b % 150]
        preparation.begin(PrepareRequest(self.request(1, 1), self.draft))
        for step in range(b % 6):
            self.bench.backend.interrupt(step == a % 9)
            preparation.step()
        self.bench.backend.interrupt(False)

    def send_draft(self, a: int, b: int) -> None:
        self.messages += (user_message(self.draft + words(b, 20)),)
        self.draft = ""
        self.turn(1 + b % 100, a)

    def other_adapter(self, a: int, b: int) -> None:
        self.bench.generator.cache.belong_to(("adapter", a % 2))
        self.follow_up(a, b)

    def continue_it(self, a: int, b: int) -> None:
        if not self.messages or self.messages[-1].role is Role.USER:
            return
        try:
            done = self.bench.run(self.request(1 + b % 60, a, continued=True))
        except UserError:
            return
        self.messages = (*self.messages[:-1], assistant_message(done.parts))

    def free(self, a: int, b: int) -> None:
        del a, b
        self.bench.generator.cache.drop_checkpoints()
        self.bench.generator.writer.forget()


DEEDS = [name for name, deed in vars(Talk).items() if callable(deed) and not name.startswith("_")]
DEEDS = [name for name in DEEDS if name not in ("request", "turn", "ask", "questions")]


STORIES = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.integers(0, 10_000), st.integers(0, 10_000)),
    min_size=1,
    max_size=10,
)


def live_through(bench: Bench, story: list[tuple[str, int, int]]) -> None:
    talk = Talk(bench)
    for deed, a, b in story:
        getattr(talk, deed)(a, b)


@given(STORIES)
@settings(
    max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_whatever_happened_the_logits_are_a_cold_runs(
    bench: Bench, story: list[tuple[str, int, int]]
) -> None:
    live_through(bench, story)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@given(STORIES)
@settings(
    max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_many_stories_of_it(bench: Bench, story: list[tuple[str, int, int]]) -> None:
    live_through(bench, story)


@pytest.mark.parametrize("deed", DEEDS)
def test_each_of_it_after_a_long_conversation(bench: Bench, deed: str) -> None:
    talk = Talk(bench)
    for number in range(3):
        talk.follow_up(90 + number, 140)
    before = bench.compared
    getattr(talk, deed)(77, 133)
    getattr(talk, deed)(78, 1002)
    talk.follow_up(150, 20)
    assert bench.compared > before


def test_after_the_edge_of_the_context_too(bench: Bench) -> None:
    talk = Talk(bench)
    talk.follow_up(5, 300)
    talk.ask(3, 200)
    done = bench.run(talk.request(0, 8))
    assert done.edge
    assert done.context_tokens == bench.backend.context
    talk.messages += (assistant_message(done.parts),)
    with pytest.raises(UserError):
        bench.run(replace(talk.request(3, 1), messages=(*talk.messages, user_message("And?"))))
    before = bench.compared
    talk.left_out = tuple(range(len(talk.messages)))
    talk.follow_up(20, 30)
    assert bench.compared == before + 1
