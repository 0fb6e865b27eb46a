"""The header mask: every road it leaves open leads to a well-formed message."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.harmony.header_mask import HeaderMask
from app.harmony.parser import Display, StreamParser, Terminator
from app.harmony.vocabulary import Vocabulary
from tests.harmony.conftest import SMALL_CONTROLS, Writer, gguf_tokens, small_pieces

SMALL = Vocabulary.from_gguf_tokens(*gguf_tokens(small_pieces(), SMALL_CONTROLS))
WRITE = Writer(SMALL)


def _after(stream: str, recipients: Sequence[str] | None = None) -> HeaderMask:
    mask = HeaderMask(SMALL, recipients)
    for token in WRITE(stream):
        mask.push(token)
    return mask


def _named(mask: HeaderMask) -> set[str]:
    allowed = mask.allowed()
    assert allowed is not None
    return {SMALL.describe([token]) for token in allowed}


def _possible(mask: HeaderMask) -> set[str]:
    """Return the control tokens still possible where text is free."""
    assert mask.allowed() is None
    return {name for name, number in SMALL.special.items() if number not in mask.forbidden()}


def test_after_the_prompt_a_channel_or_a_recipient() -> None:
    assert _named(_after("")) == {"<|channel|>", " t"}  # " to" is two tokens in the small vocabulary
    assert _named(_after("", ())) == {"<|channel|>"}


def test_after_the_channel_token_a_channel() -> None:
    first = {SMALL.describe(SMALL.encode(name)[:1]) for name in ("analysis", "commentary", "final")}
    assert _named(_after("<|channel|>")) == first
    assert _named(_after("<|channel|>comm")) == {SMALL.describe(SMALL.encode("commentary")[4:5])}


def test_after_the_channel_the_message_a_recipient_or_a_type() -> None:
    assert _named(_after("<|channel|>analysis")) == {"<|message|>", " t", " ", "<|constrain|>"}
    assert _named(_after("<|channel|>analysis", ())) == {"<|message|>", " ", "<|constrain|>"}


def test_official_header_positions(official: Vocabulary) -> None:
    """The numbers of the full-size vocabulary, as they are published."""
    mask = HeaderMask(official)
    positions = [
        (200_005, {200_005, 316}),
        (12_606, {35_644, 12_606, 17_196}),
        (815, {815}),
        (316, {200_008, 316, 200_003, *official.encode(" ")}),
    ]
    for token, expected in positions:
        assert (mask.allowed() or set()) == expected
        mask.push(token)
    allowed = mask.allowed()
    assert allowed is not None
    assert 28 in allowed
    assert all((official.piece(token) or b"").startswith(b"=") for token in allowed)


def test_after_a_message_only_the_next_one_of_the_assistant() -> None:
    assert _named(_after("<|channel|>analysis<|message|>t<|end|>")) == {"<|start|>"}
    mask = _after("<|channel|>analysis<|message|>t<|end|><|start|>")
    assert _named(mask) == {"assistant"}
    mask.push(SMALL.encode("assistant")[0])
    assert _named(mask) == {"<|channel|>", " t"}


def test_after_an_answer_the_end_of_the_generation_is_possible_too() -> None:
    assert _named(_after("<|channel|>final<|message|>x<|end|>")) == {"<|start|>", "<|return|>"}


@pytest.mark.parametrize(
    ("stream", "possible"),
    [
        ("<|channel|>analysis<|message|>t", {"end"}),
        ("<|channel|>commentary<|message|>t", {"end"}),
        ("<|channel|>final<|message|>t", {"end", "return"}),
        ("<|channel|>analysis to=python code<|message|>t", {"end", "call"}),
        ("<|channel|>commentary to=", set()),
        ("<|channel|>commentary to=x", {"message", "constrain"}),
        (" to=x", {"channel"}),
    ],
)
def test_control_tokens_inside_text(stream: str, possible: set[str]) -> None:
    assert _possible(_after(stream)) == possible


def test_forbidden_ids_are_the_same_object_within_one_message() -> None:
    mask = _after("<|channel|>final<|message|>t")
    first = mask.forbidden()
    mask.push(SMALL.encode("x")[0])
    assert mask.forbidden() is first


def test_only_the_tools_offered_can_be_called() -> None:
    mask = _after("<|channel|>analysis", ["python"])
    spelled = ""
    while (allowed := mask.allowed()) is not None and len(spelled) < 40:
        choices = sorted(allowed - {SMALL.special["message"], SMALL.special["constrain"]})
        texts = [token for token in choices if SMALL.describe([token]) != " "] or choices
        if not texts:
            break
        mask.push(texts[0])
        spelled += SMALL.describe(texts[:1])
        if spelled.endswith(" code"):
            break
    assert spelled.startswith(" to=python")
    assert _named(_after("<|channel|>analysis to=python code", ["python"])) == {"<|message|>"}


def test_a_finished_generation_is_left_alone() -> None:
    mask = _after("<|channel|>final<|message|>x<|return|>")
    assert mask.allowed() is None
    assert mask.forbidden() == frozenset()


def test_an_official_call_passes(official: Vocabulary, write_official: Writer) -> None:
    """Headers the model was trained on are never refused."""
    for header in (
        "<|channel|>analysis to=python code<|message|>print(1)<|call|>",
        "<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{}<|call|>",
        " to=functions.get_weather<|channel|>commentary <|constrain|>json<|message|>{}<|call|>",
        " to=functions.get_weather<|channel|>commentary json<|message|>{}<|call|>",
        "<|channel|>commentary to=browser.search code<|message|>{}<|call|>",
        "<|channel|>analysis<|message|>t<|end|><|start|>assistant<|channel|>final<|message|>x<|return|>",
        "<|channel|>commentary<|message|>t<|end|><|start|>assistant<|channel|>final<|message|>x<|return|>",
    ):
        mask = HeaderMask(official)
        for token in write_official(header):
            allowed = mask.allowed()
            assert token in allowed if allowed is not None else token not in mask.forbidden(), header
            mask.push(token)


def _sample(mask: HeaderMask, choose: random.Random) -> int:
    """Sample as badly as possible: any id the mask leaves open, control tokens preferred."""
    allowed = mask.allowed()
    if allowed is not None:
        return choose.choice(sorted(allowed))
    controls = sorted(set(SMALL.special.values()) - mask.forbidden())
    if controls and choose.random() < 0.2:
        return choose.choice(controls)
    return choose.randrange(SMALL.control_floor)


@settings(max_examples=150)
@given(st.integers(0, 2**32), st.sampled_from([None, (), ("python",), ("functions.f", "python")]))
def test_whatever_is_sampled_under_the_mask_is_well_formed(
    seed: int, recipients: tuple[str, ...] | None
) -> None:
    choose = random.Random(seed)
    mask, parser = HeaderMask(SMALL, recipients), StreamParser(SMALL)
    for _ in range(120):
        token = _sample(mask, choose)
        mask.push(token)
        parser.push(token)
        if token in (SMALL.special["return"], SMALL.special["call"]):
            break
    assert parser.stray == []
    parser.finish()
    for message in parser.messages:
        assert message.role == "assistant"
        if recipients is None and message.terminator is Terminator.EOS:
            continue  # cut off inside a recipient that may be anything
        assert message.channel in ("analysis", "commentary", "final")
        assert message.terminator in (Terminator.END, Terminator.RETURN, Terminator.CALL, Terminator.EOS)
        if recipients is not None:
            assert message.recipient is None or message.recipient in recipients


any_stream = st.lists(
    st.one_of(st.sampled_from(list(SMALL.special.values())), st.integers(-2, SMALL.size + 2)),
    max_size=25,
)


@settings(max_examples=200)
@given(any_stream)
def test_anything_may_be_pushed(ids: list[int]) -> None:
    mask = HeaderMask(SMALL)
    for token in ids:
        mask.push(token)
        allowed = mask.allowed()
        assert allowed is None or allowed
        assert len(mask.forbidden()) < SMALL.size - SMALL.control_floor + 1
        mask.answer_now()


@pytest.mark.parametrize(
    "stream",
    [
        "",
        " t",
        " to",
        " to=pyth",
        "<|channel|>",
        "<|channel|>anal",
        "<|channel|>comm",
        "<|channel|>analysis",
        "<|channel|>final",
        "<|channel|>final t",
        "<|channel|>analysis to=python",
        "<|channel|>analysis to=python code<|message|>print(",
        "<|channel|>analysis<|message|>",
        "<|channel|>analysis<|message|>thinking",
        "<|channel|>analysis<|message|>thinking<|end|>",
        "<|channel|>analysis<|message|>thinking<|end|><|start|>",
        "<|channel|>analysis<|message|>thinking<|end|><|start|>assistant",
        "<|channel|>commentary<|message|>first",
        "nonsense",
    ],
)
def test_answer_now_opens_the_answer_from_everywhere(stream: str) -> None:
    mask = _after(stream)
    ids = mask.answer_now()
    parser = StreamParser(SMALL)
    parser.feed(WRITE(stream))
    parser.feed(ids)
    for token in ids:
        mask.push(token)
    assert parser.display is Display.FINAL
    assert _possible(mask) == {"end", "return"}
    assert mask.answer_now() == []
    parser.feed(WRITE("x<|return|>"))
    assert parser.messages[-1].content == "x"
    assert "".join(m.content for m in parser.messages[:-1] if m.display == "final") == ""
    calls = [m for m in parser.messages if m.display == "tool_call"]
    assert all(m.terminator is Terminator.START for m in calls)


def test_answer_now_is_the_models_own_form() -> None:
    tail = "<|start|>assistant<|channel|>final<|message|>"
    thinking = _after("<|channel|>analysis<|message|>hm")
    assert SMALL.describe(thinking.answer_now()) == f"<|end|>{tail}"
    assert SMALL.describe(_after("").answer_now()) == "<|channel|>final<|message|>"
    assert _after("<|channel|>final<|message|>x").answer_now() == []
