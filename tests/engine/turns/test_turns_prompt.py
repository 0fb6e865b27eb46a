"""Prompts by pieces: the renderer's own ids, counts that add up, beginnings that stay true."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.core.conversation.ledger import EntryKind
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
from app.core.paths import guide_model_path
from app.engine.computing.llama_backend import LlamaBackend
from app.engine.protocol.requests import LedgerRequest, TurnRequest
from app.engine.turns.counting import count
from app.engine.turns.generation import LEAST_ROOM
from app.engine.turns.prompt import PromptWriter
from app.harmony.renderer import Renderer
from app.harmony.turns import harmony_messages
from app.harmony.vocabulary import Vocabulary
from tests.support.models.exactness import VOCABULARY

TEXT = st.text(max_size=12)
PARTS = st.lists(
    st.builds(
        Part,
        st.sampled_from(list(PartKind)),
        TEXT,
        name=st.sampled_from(["python", "functions.f"]),
        complete=st.booleans(),
    ),
    max_size=5,
)
MESSAGES = st.lists(st.builds(Message, st.sampled_from(Role), PARTS.map(tuple)), max_size=8).map(tuple)
REQUESTS = st.builds(
    TurnRequest,
    MESSAGES,
    effort=st.sampled_from(Effort),
    instructions=TEXT,
    date=st.sampled_from(["", "2026-11-21"]),
    tools=st.sampled_from([(), ("python",)]),
    left_out=st.lists(st.integers(0, 9), max_size=5).map(tuple),
)


def rendered(request: TurnRequest, vocabulary: Vocabulary = VOCABULARY) -> list[int]:
    """Return the prompt as the renderer alone writes it."""
    last = len(request.messages) - 1
    read = [
        m for place, m in enumerate(request.messages) if place not in request.left_out or place == last
    ]
    return Renderer(vocabulary).completion(
        harmony_messages(
            read,
            effort=request.effort,
            date=request.date,
            instructions=request.instructions,
            tools=request.tools,
        )
    )


@pytest.fixture(scope="module")
def guides_vocabulary() -> Vocabulary:
    """Return a vocabulary whose tokens are words, trained on text."""
    backend = LlamaBackend()
    facts = backend.header(guide_model_path())
    backend.close()
    return Vocabulary.from_gguf_tokens(facts.tokens, facts.token_types)


@given(REQUESTS)
@settings(max_examples=300)
def test_pieces_put_together_are_the_renderers_prompt(request: TurnRequest) -> None:
    writer = PromptWriter(VOCABULARY, kept_tokens=100)
    for _ in range(2):
        prompt = writer.prompt(request)
        assert prompt.ids == rendered(request)
    start, user = VOCABULARY.special["start"], VOCABULARY.encode("user")
    for border in prompt.borders:
        assert prompt.ids[border : border + 2] == [start, *user]


@given(REQUESTS, TEXT)
@settings(max_examples=300)
def test_what_is_counted_adds_up_to_the_prompt(request: TurnRequest, draft: str) -> None:
    writer = PromptWriter(VOCABULARY)
    ledger = count(writer, LedgerRequest(request, draft), context=4096)
    text = (Part(PartKind.TEXT, draft),)
    messages = request.messages
    if messages and messages[-1].role is Role.USER:
        asked = (*messages[:-1], Message(Role.USER, messages[-1].parts + text))
    else:
        asked = (*messages, Message(Role.USER, text))
    true = rendered(TurnRequest(asked, request.effort, request.sampling, request.instructions,
                                request.date, request.tools, request.left_out))  # fmt: skip
    assert ledger.used == len(true)
    assert all(entry.tokens >= 0 for entry in ledger.entries)
    assert {entry.message for entry in ledger.left_out} <= set(request.left_out)
    assert [entry.kind for entry in ledger.entries if entry.kind is EntryKind.DRAFT] == [EntryKind.DRAFT]
    fits = len(true) + LEAST_ROOM <= ledger.context
    assert (ledger.free >= 0) == fits


def test_the_ledger_names_each_piece() -> None:
    page = Part(PartKind.MANUAL, "The page.", name="page")
    summary = Part(PartKind.SUMMARY, "Earlier words.")
    request = TurnRequest(
        (
            user_message("First", page),
            assistant_message((Part(PartKind.REASONING, "Hm."), Part(PartKind.ANSWER, "Yes."))),
            assistant_message((summary,)),
            user_message("Second"),
            assistant_message((Part(PartKind.ANSWER, "No."),)),
        ),
        effort=Effort.LOW,
        instructions="Be brief.",
        left_out=(0, 1),
    )
    ledger = count(PromptWriter(VOCABULARY), LedgerRequest(request, "Third"), context=8192)
    kinds = [(entry.kind, entry.message, entry.left_out) for entry in ledger.entries]
    assert kinds == [
        (EntryKind.SYSTEM, -1, False),
        (EntryKind.INSTRUCTIONS, -1, False),
        (EntryKind.MESSAGE, 0, True),
        (EntryKind.ATTACHMENT, 0, True),
        (EntryKind.MESSAGE, 1, True),
        (EntryKind.SUMMARY, 2, False),
        (EntryKind.MESSAGE, 3, False),
        (EntryKind.MESSAGE, 4, False),
        (EntryKind.DRAFT, -1, False),
    ]
    assert all(entry.tokens > 0 for entry in ledger.entries)
    assert (ledger.reserve_wish, ledger.reserve) == (2048, 2048)


def test_the_reserve_is_what_remains_but_never_nothing() -> None:
    writer = PromptWriter(VOCABULARY)
    request = TurnRequest((), effort=Effort.HIGH)
    used = count(writer, LedgerRequest(request, "Hello"), context=40_000).used
    for room, reserve in ((40_000, 32_768), (1000, 1000), (LEAST_ROOM, LEAST_ROOM), (3, LEAST_ROOM)):
        ledger = count(writer, LedgerRequest(request, "Hello"), context=used + room)
        assert (ledger.reserve_wish, ledger.reserve) == (32_768, reserve)
    short = TurnRequest((), sampling=Sampling(max_tokens=100))
    assert count(writer, LedgerRequest(short, ""), context=8192).reserve == 100


WRITTEN = st.lists(
    st.sampled_from(["the", "file", "s", "'", ".", " ", "\n", "12", "It", "é", "字", "("])
).map("".join)


@given(WRITTEN | st.text(max_size=80), WRITTEN | st.text(max_size=20))
@example("Is it' ", "s")
@example("One.\n  ", "\n\nTwo")
@example("many  ", " blanks")
@settings(max_examples=400)
def test_what_is_read_ahead_begins_every_way_the_draft_may_go_on(
    guides_vocabulary: Vocabulary, draft: str, more: str
) -> None:
    writer = PromptWriter(guides_vocabulary)
    request = TurnRequest((user_message("Hello"), assistant_message((Part(PartKind.ANSWER, "Hi."),))))
    ahead = writer.ahead(request, draft)
    sent = TurnRequest((*request.messages, user_message(draft + more)))
    prompt = writer.prompt(sent)
    assert prompt.ids[: len(ahead.ids)] == ahead.ids
    assert ahead.borders == prompt.borders


def test_reading_ahead_takes_all_words_but_the_last() -> None:
    writer = PromptWriter(VOCABULARY)
    draft = "many words that stand here before the las"
    ids = writer.ahead(TurnRequest(()), draft).ids
    assert VOCABULARY.describe(ids).endswith(
        "<|start|>user<|message|>many words that stand here before the"
    )
    assert VOCABULARY.describe(writer.ahead(TurnRequest(()), "").ids).endswith(
        "<|start|>user<|message|>"
    )
    unbroken = writer.ahead(TurnRequest(()), "字" * 500).ids
    assert len(VOCABULARY.describe(unbroken).partition("<|message|>字")[2]) > 300


def test_attachments_are_read_before_the_draft_is_there() -> None:
    placed = Message(Role.USER, (Part(PartKind.MANUAL, "A page.", name="page"),))
    ahead = PromptWriter(VOCABULARY).ahead(TurnRequest((placed,)), "What doe")
    assert VOCABULARY.describe(ahead.ids).endswith("<|start|>user<|message|>A page.\n\nWhat")


ANALYSIS = "<|start|>assistant<|channel|>analysis<|message|>"
FINAL = "<|start|>assistant<|channel|>final<|message|>"


def continued(*parts: Part) -> TurnRequest:
    return TurnRequest((user_message("Hello"), assistant_message(parts)), continued=True)


@pytest.mark.parametrize(
    ("parts", "end"),
    [
        (
            (Part(PartKind.REASONING, "Hm."), Part(PartKind.ANSWER, "It is", complete=False)),
            f"{ANALYSIS}Hm.<|end|>{FINAL}It is",
        ),
        (
            (Part(PartKind.REASONING, "Hm", complete=False),),
            f"{ANALYSIS}Hm",
        ),
        (
            (
                Part(PartKind.PREAMBLE, "I look"),
                Part(PartKind.TOOL_CALL, "pri", "python", complete=False),
            ),
            "<|start|>assistant<|channel|>commentary<|message|>I look<|end|><|start|>assistant",
        ),
        (
            (Part(PartKind.ANSWER, "It is", complete=False), Part(PartKind.HIDDEN, "lost")),
            f"{FINAL}It is",
        ),
        ((Part(PartKind.REASONING, "Hm."),), "analysis<|message|>Hm.<|end|><|start|>assistant"),
        ((), "<|start|>user<|message|>Hello<|end|><|start|>assistant"),
    ],
)
def test_a_continued_message_stands_open_with_its_reasoning(parts: tuple[Part, ...], end: str) -> None:
    prompt = PromptWriter(VOCABULARY).prompt(continued(*parts))
    assert VOCABULARY.describe(prompt.ids).endswith(end)
    begun = VOCABULARY.describe(prompt.begun)
    assert begun == ("" if end.endswith("assistant") else end.rpartition("<|start|>assistant")[2])
    ledger = count(PromptWriter(VOCABULARY), LedgerRequest(continued(*parts)), context=4096)
    assert ledger.used == len(prompt.ids)


def test_a_long_conversation_is_counted_quickly_the_second_time() -> None:
    talk = [user_message(f"Question {n} about it") for n in range(5000)]
    writer, request = PromptWriter(VOCABULARY), LedgerRequest(TurnRequest(tuple(talk)), "Now")
    first = count(writer, request, 8192)
    began = time.process_time()
    assert count(writer, request, 8192) == first
    assert time.process_time() - began < 0.5
    writer.forget()
    assert count(writer, request, 8192) == first


def test_an_unknown_tool_is_named() -> None:
    with pytest.raises(UserError) as caught:
        count(PromptWriter(VOCABULARY), LedgerRequest(TurnRequest((), tools=("rm",))), 4096)
    assert caught.value.code == "harmony.unknown_tool"


def attached(*texts: str) -> Message:
    return Message(Role.USER, tuple(Part(PartKind.ATTACHMENT, text, name="a.txt") for text in texts))


def test_each_attachment_of_the_draft_is_counted_and_all_add_up() -> None:
    asked = (user_message("What is a lien?"), assistant_message((Part(PartKind.ANSWER, "A right."),)))
    turn = TurnRequest((*asked, attached("one word " * 50, "two\n" * 200)))
    writer = PromptWriter(VOCABULARY)
    ledger = count(writer, LedgerRequest(turn, "Compare them."), 100_000)
    found = [(entry.kind, entry.message) for entry in ledger.entries if entry.tokens]
    assert found[-3:] == [
        (EntryKind.DRAFT, -1),
        (EntryKind.ATTACHMENT, -1),
        (EntryKind.ATTACHMENT, -1),
    ]
    sent = Message(Role.USER, (*turn.messages[-1].parts, Part(PartKind.TEXT, "Compare them.")))
    prompt = writer.prompt(TurnRequest((*asked, sent)))
    assert ledger.used == len(prompt.ids)
    assert ledger.entries[-1].tokens > 300


@pytest.mark.parametrize("draft", ["", "Comp", "Compare them "])
def test_attachments_are_read_ahead_before_the_words_are_there(draft: str) -> None:
    turn = TurnRequest((attached("words " * 400),))
    writer = PromptWriter(VOCABULARY)
    ahead = writer.ahead(turn, draft)
    sent = Message(
        Role.USER, (*turn.messages[0].parts, Part(PartKind.TEXT, f"{draft.rstrip()}are them now."))
    )
    prompt = writer.prompt(TurnRequest((sent,)))
    assert len(ahead.ids) > 400
    assert prompt.ids[: len(ahead.ids)] == ahead.ids
