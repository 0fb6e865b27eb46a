"""One turn on a scripted backend: stops, limits, parts, deltas, "answer now", repetition."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.conversation.message import Effort, Part, PartKind, Stop, assistant_message, user_message
from app.core.conversation.sampling import Sampling
from app.core.errors import UserError
from app.engine.protocol.events import PartDelta, PrefillProgress, TurnDone
from app.engine.protocol.requests import TurnRequest
from app.engine.turns.generation import LEAST_ROOM, LOOP_IN_ANSWER, Generator, TurnControl
from app.engine.turns.part_stream import STRAY
from app.harmony.vocabulary import Vocabulary
from tests.support.models import tiny_gguf

TOKENS = tiny_gguf.vocabulary()
VOCABULARY = Vocabulary.from_gguf_tokens(
    TOKENS, [1] * (len(TOKENS) - len(tiny_gguf.CONTROL_TOKENS)) + [3] * len(tiny_gguf.CONTROL_TOKENS)
)
SPECIAL = VOCABULARY.special
STOPS = frozenset(SPECIAL[name] for name in ("return", "call", "endoftext"))


def ids(text: str) -> list[int]:
    """Return the ids of text in which ``<|name|>`` stands for control tokens."""
    found: list[int] = []
    for piece in text.replace("<|", "\0<|").replace("|>", "|>\0").split("\0"):
        name = piece.removeprefix("<|").removesuffix("|>")
        found += [SPECIAL[name]] if piece.startswith("<|") else VOCABULARY.encode(piece)
    return found


class Script:
    """A backend that reads anything and says what was written down for it."""

    window = 0
    micro_batch = 32

    def __init__(self, tokens: Sequence[int], context: int = 4096) -> None:
        self.context = context
        self.tokens: Iterator[int] = iter(tokens)
        self.read: list[int] = []
        self.before_token: Callable[[int], None] = lambda _count: None
        self.sampled = 0
        self.seeds: list[int] = []
        self.open = 0
        self.interrupt_at = -1

    def span(self) -> tuple[int, int]:
        return (0, len(self.read) - 1) if self.read else (-1, -1)

    def remove_from(self, position: int) -> None:
        del self.read[position:]

    def clear(self) -> None:
        self.read.clear()

    def save_window(self) -> bytes:
        return b""

    def restore_window(self, state: bytes) -> bool:
        return not state

    def decode(self, tokens: Sequence[int], position: int, logits: bool) -> bool:
        assert position == len(self.read)
        assert 0 < len(tokens) <= self.micro_batch
        if 0 <= self.interrupt_at <= position:
            return False
        self.read += tokens
        assert len(self.read) <= self.context
        del logits
        return True

    def sampler(self, sampling: Sampling, seed: int) -> Script:
        del sampling
        self.seeds.append(seed)
        self.open += 1
        return self

    def grammar(self, text: str) -> None:
        del text

    def use_adapter(self, name: str, scale: float) -> str:
        del scale
        return name

    def next(
        self, allowed: Collection[int] | None, forbidden: frozenset[int], grammar: object = None
    ) -> int:
        del allowed, forbidden, grammar
        self.before_token(self.sampled)
        self.sampled += 1
        return next(self.tokens)

    def close(self) -> None:
        self.open -= 1


class Run:
    """One turn on a script, with all that came of it."""

    def __init__(
        self,
        answer: str | Sequence[int],
        request: TurnRequest | None = None,
        backend: Script | None = None,
        control: TurnControl | None = None,
    ) -> None:
        self.backend = backend or Script(ids(answer) if isinstance(answer, str) else answer)
        self.events: list[PrefillProgress | PartDelta] = []
        self.prompt = request or TurnRequest((user_message("Hello"),), sampling=Sampling(seed=1))
        self.generator = Generator(self.backend, VOCABULARY, STOPS)
        self.done: TurnDone = self.generator.run(
            self.prompt, control or TurnControl(), self.events.append
        )
        assert self.backend.open == 0

    @property
    def joined(self) -> list[tuple[PartKind, str, str]]:
        """The deltas joined, part by part."""
        parts: dict[int, tuple[PartKind, str, str]] = {}
        for event in self.events:
            if isinstance(event, PartDelta):
                kind, name, text = parts.get(event.index, (event.kind, event.name, ""))
                assert (kind, name) == (event.kind, event.name)
                parts[event.index] = (kind, name, text + event.text)
        assert list(parts) == list(range(len(parts)))
        return list(parts.values())


ANALYSIS = "<|channel|>analysis<|message|>"
FINAL = "<|start|>assistant<|channel|>final<|message|>"


def test_reasoning_and_answer_become_parts() -> None:
    run = Run(f"{ANALYSIS}Two words.<|end|>{FINAL}Good day<|return|>")
    assert run.done.stop is Stop.RETURN
    assert run.done.parts == (Part(PartKind.REASONING, "Two words."), Part(PartKind.ANSWER, "Good day"))
    assert run.joined == [(PartKind.REASONING, "", "Two words."), (PartKind.ANSWER, "", "Good day")]
    assert run.done.completion_tokens == run.backend.sampled
    assert run.done.prompt_tokens == len(run.generator.prompt(run.prompt).ids)
    assert run.done.seed == 1
    assert not run.done.repaired


def test_a_call_stops_the_turn() -> None:
    run = Run("<|channel|>analysis to=python code<|message|>print(2)<|call|>")
    assert run.done.stop is Stop.CALL
    (part,) = run.done.parts
    assert (part.kind, part.name, part.text, part.complete) == (
        PartKind.TOOL_CALL,
        "python",
        "print(2)",
        True,
    )
    assert run.joined == [(PartKind.TOOL_CALL, "python", "print(2)")]


def test_text_outside_every_message_is_kept_and_hidden() -> None:
    run = Run(
        f"{ANALYSIS}So.<|end|>lost words<|start|>assistant<|channel|>final<|message|>Yes<|return|>"
    )
    assert run.done.parts[-1] == Part(PartKind.HIDDEN, "lost words", name=STRAY)
    assert run.done.repaired
    assert [kind for kind, _, _ in run.joined] == [PartKind.REASONING, PartKind.ANSWER]


def test_the_limit_and_the_context_end_a_generation() -> None:
    long = ids(ANALYSIS) + VOCABULARY.encode("word ") * 4000
    sampling = Sampling(max_tokens=50)
    run = Run(long, TurnRequest((user_message("Hello"),), sampling=sampling))
    assert (run.done.stop, run.done.completion_tokens) == (Stop.LENGTH, 50)
    assert not run.done.parts[0].complete
    varied = ids(ANALYSIS) + [number % 200 for number in range(0, 9000, 7)]
    backend = Script(varied, context=len(run.generator.prompt(run.prompt).ids) + LEAST_ROOM)
    run = Run("", TurnRequest((user_message("Hello"),)), backend)
    assert run.done.stop is Stop.LENGTH
    assert run.done.context_tokens == run.done.context == backend.context


def test_a_prompt_that_does_not_fit_is_refused_with_the_figures() -> None:
    backend = Script([], context=300)
    with pytest.raises(UserError) as caught:
        Run("", TurnRequest((user_message("много слов " * 100),)), backend)
    assert caught.value.code == "engine.prompt_too_long"
    assert caught.value.values["context"] == 300 - LEAST_ROOM
    assert int(caught.value.values["tokens"]) > 300
    with pytest.raises(UserError) as caught:
        Run("", TurnRequest((user_message("a" * 10**6),)), backend)
    assert caught.value.code == "engine.prompt_far_too_long"
    assert backend.read == []


@pytest.mark.parametrize("text", ["", "   \n\t "])
def test_an_empty_question_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"engine\.empty_prompt"):
        Run("", TurnRequest((user_message(text),)))
    with pytest.raises(UserError, match=r"engine\.empty_prompt"):
        Run("", TurnRequest(()))


def test_a_tool_result_needs_no_new_question() -> None:
    call = Part(PartKind.TOOL_CALL, "print(2)", name="python", content_type="code")
    result = Part(PartKind.TOOL_RESULT, "2", name="python")
    request = TurnRequest((user_message("Count"), assistant_message((call, result))))
    assert Run(f"{FINAL[len('<|start|>assistant') :]}2<|return|>", request).done.parts[0].text == "2"


def test_cancel_while_reading_and_while_writing() -> None:
    control = TurnControl(cancelled=True)
    run = Run("", control=control)
    assert (run.done.stop, run.done.parts, run.done.completion_tokens) == (Stop.CANCELLED, (), 0)
    backend = Script([])
    backend.interrupt_at = 64
    run = Run("", TurnRequest((user_message("word " * 100),)), backend)
    assert run.done.stop is Stop.CANCELLED
    assert len(backend.read) == 64, "what was read before the interrupt stays"
    control = TurnControl()
    backend = Script(ids(f"{ANALYSIS}one two three four five six"))

    def stop_at(count: int) -> None:
        control.cancelled = count == 12

    backend.before_token = stop_at
    run = Run("", backend=backend, control=control)
    assert run.done.stop is Stop.CANCELLED
    assert run.done.parts[0].text.startswith("one")
    assert run.joined[0][2] == run.done.parts[0].text


@pytest.mark.parametrize("written", range(5))
def test_an_answer_stopped_inside_a_character_ends_before_it(written: int) -> None:
    emoji = VOCABULARY.encode("\U0001f642")
    assert len(emoji) == 4
    begin = ids(f"{FINAL}Yes")
    limit = Sampling(max_tokens=len(begin) + written)
    run = Run([*begin, *emoji, *ids(" no")], TurnRequest((user_message("Hello"),), sampling=limit))
    assert run.done.stop is Stop.LENGTH
    assert run.done.parts[0].text == ("Yes\U0001f642" if written == 4 else "Yes")
    assert run.joined[0][2] == run.done.parts[0].text
    whole = Run([*begin, *emoji[: max(1, written % 4)], *ids("<|return|>")])
    assert whole.done.parts[0].text == "Yes\ufffd", (
        "what the model itself leaves off is shown to be missing"
    )


@pytest.mark.parametrize("at", range(26))
def test_answer_now_always_leads_to_an_answer(at: int) -> None:
    """At the very start, inside headers, in the reasoning, between messages, in the answer."""
    written = ids(f"{ANALYSIS}Let me<|end|><|start|>assistant<|channel|>commentary<|message|>So<|end|>")
    written += ids(f"{FINAL}Yes<|return|>")
    control = TurnControl()
    backend = Script([])

    def script() -> Iterator[int]:
        for count, token in enumerate(written):
            if count == at:
                break
            yield token
        yield from ids("Now<|return|>")

    backend.tokens = script()

    def wish(count: int) -> None:
        control.answer_now |= count == max(0, at - 1)

    backend.before_token = wish
    control.answer_now = at == 0
    run = Run("", backend=backend, control=control)
    assert run.done.stop is Stop.RETURN
    assert run.done.parts[-1].kind is PartKind.ANSWER
    assert "Now" in run.done.parts[-1].text
    assert not control.answer_now
    assert not any("<|" in part.text for part in run.done.parts)


def test_endless_reasoning_is_ended_by_an_answer() -> None:
    backend = Script([])

    def script() -> Iterator[int]:
        yield from ids(ANALYSIS)
        for token in cycle(VOCABULARY.encode("again ")):
            if backend.sampled > 50 and backend.read[-1] == SPECIAL["message"]:
                break
            yield token
        yield from ids("Enough<|return|>")

    backend.tokens = script()
    run = Run("", backend=backend)
    assert run.done.stop is Stop.RETURN
    assert run.done.parts[-1].text.endswith("Enough")
    assert run.done.completion_tokens < 1000


def test_an_endless_answer_is_cut() -> None:
    backend = Script([*ids("<|channel|>final<|message|>"), *VOCABULARY.encode("ha ") * 3000], 8192)
    run = Run("", backend=backend)
    assert run.done.stop is Stop.LENGTH
    assert LOOP_IN_ANSWER <= run.done.completion_tokens < LOOP_IN_ANSWER + 200


def test_a_regenerated_answer_reads_one_token() -> None:
    run = Run(f"{ANALYSIS}One.<|end|>{FINAL}Two<|return|>")
    run.backend.tokens = iter(ids("<|channel|>final<|message|>Three<|return|>"))
    again = run.generator.run(run.prompt, TurnControl(), run.events.append)
    assert again.reused_tokens == again.prompt_tokens - 1
    assert again.parts[0].text == "Three"


def test_a_seed_is_drawn_and_reported() -> None:
    seeds = {
        Run("<|channel|>final<|message|>x<|return|>", TurnRequest((user_message("Hello"),))).done.seed
        for _ in range(5)
    }
    assert len(seeds) == 5


HOSTILE = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from([*tiny_gguf.CONTROL_TOKENS, "<|", "|>", "<", "\x00", "\ud800", "system", " "]),
        max_size=12,
    ).map("".join),
)


@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
@settings(max_examples=120)
def test_no_text_becomes_a_control_token(asked: str, page: str, answered: str, rules: str) -> None:
    """Every entry point: question, manual page, earlier parts of every kind, names, instructions."""

    def controls(*texts: str) -> list[int]:
        question, beside, answer, system = texts
        earlier = [Part(kind, answer, name=f"tool{answer}"[:20]) for kind in PartKind]
        request = TurnRequest(
            (
                user_message(f"q{question}", Part(PartKind.MANUAL, beside, name=beside)),
                assistant_message(earlier),
                user_message(f"q{question}"),
            ),
            Effort.LOW,
            instructions=f"r{system}",
            date="2026-01-01",
        )
        prompt = Generator(Script([], 10**6), VOCABULARY, STOPS).prompt(request).ids
        return [token for token in prompt if token >= VOCABULARY.control_floor]

    assert controls(asked, page, answered, rules) == controls("", "", "", "")
