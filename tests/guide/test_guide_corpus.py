"""The training text is, token by token, what the program shows the model."""

from __future__ import annotations

import json
import random
import sys
from types import ModuleType
from typing import Any

import pytest

from app.core.conversation.message import (
    Effort,
    Message,
    Part,
    PartKind,
    assistant_message,
    user_message,
)
from app.core.paths import resources_dir
from app.harmony.builtin_tools import PYTHON
from app.harmony.renderer import Renderer
from app.harmony.turns import harmony_messages
from app.harmony.vocabulary import CONTROL, NORMAL, Vocabulary
from app.manual.finder import placed_text
from app.manual.pages import load_pages

DATE = "2026-01-15"
OFFERED = f"## python\n\n{PYTHON.description}"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    learnt = json.loads((resources_dir() / "guide" / "training" / "tokenizer.json").read_text("utf-8"))
    names = [
        "startoftext",
        "endoftext",
        "return",
        "constrain",
        "channel",
        "start",
        "end",
        "message",
        "call",
    ]
    tokens = [*learnt["pieces"], *(f"<|{name}|>" for name in names)]
    types = [NORMAL] * len(learnt["pieces"]) + [CONTROL] * len(names)
    return Vocabulary.from_gguf_tokens(tokens, types)


@pytest.fixture
def dialogues(training_text: ModuleType, vocabulary: Vocabulary) -> Any:
    source = training_text.TextSource(random.Random(5))
    return training_text.Dialogues(source, vocabulary, OFFERED)


def placed(user: str) -> Message:
    """Return the person's message of a training turn, taken apart as the program puts it together."""
    question, blank, manual = user.rpartition("\n\nManual: ")
    if not blank:
        return user_message(user)
    return user_message(question, Part(PartKind.MANUAL, f"Manual: {manual}"))


@pytest.mark.parametrize("effort", list(Effort))
@pytest.mark.parametrize("tools", [(), ("python",)])
def test_a_prompt_is_what_the_program_renders(
    training_text: ModuleType,
    vocabulary: Vocabulary,
    dialogues: Any,
    effort: Effort,
    tools: tuple[str, ...],
) -> None:
    renderer = Renderer(vocabulary)
    for kind in ("page", "none", "no_manual", *(["tool"] if tools else [])):
        first = dialogues.turn(effort.value, "page")
        last = dialogues.turn(effort.value, kind, python=bool(tools))
        example = training_text.Example()
        section = OFFERED if tools else ""
        dialogues.message(example, "system", training_text.system_text(effort.value, DATE, section))
        dialogues.message(example, "developer", "# Instructions\n\nBe brief.")
        dialogues.message(example, "user", first.user)
        for piece in ("assistant", "<|channel|>", "final", "<|message|>", first.answer, "<|end|>"):
            if piece == "assistant":
                dialogues._read(example, "<|start|>")
            dialogues._read(example, piece)
        dialogues.message(example, "user", last.user)
        dialogues._read(example, "<|start|>", "assistant")
        messages = (
            placed(first.user),
            assistant_message(
                [Part(PartKind.REASONING, first.reasoning), Part(PartKind.ANSWER, first.answer)]
            ),
            placed(last.user),
        )
        rendered = renderer.completion(
            harmony_messages(messages, effort=effort, date=DATE, instructions="Be brief.", tools=tools)
        )
        assert vocabulary.describe(example.ids) == vocabulary.describe(rendered)
        assert example.ids == rendered


def test_a_tool_chain_is_read_back_as_the_program_renders_it(
    training_text: ModuleType, vocabulary: Vocabulary, dialogues: Any
) -> None:
    turn = dialogues.turn("low", "tool", python=True)
    dialogues.rng.random = lambda: 0.9  # the call as it looks when it is read back
    example = training_text.Example()
    dialogues.message(example, "system", training_text.system_text("low", DATE, OFFERED))
    dialogues.add(example, turn)
    parts = [
        Part(PartKind.REASONING, turn.reasoning),
        Part(PartKind.TOOL_CALL, turn.code, name="python", content_type="code"),
        Part(PartKind.TOOL_RESULT, turn.result, name="python"),
    ]
    messages = (placed(turn.user), assistant_message(parts))
    rendered = Renderer(vocabulary).completion(
        harmony_messages(messages, effort=Effort.LOW, date=DATE, tools=("python",))
    )
    assert vocabulary.describe(example.ids[: len(rendered)]) == vocabulary.describe(rendered)
    assert example.ids[: len(rendered)] == rendered
    assert example.instead == {len(example.ids) - 1: vocabulary.special["return"]}


def test_only_what_the_model_writes_is_learnt(dialogues: Any, vocabulary: Vocabulary) -> None:
    for _ in range(20):
        example = dialogues.conversation(0, turns=3)
        assert len(example.ids) == len(example.learnt) == len(example.positions)
        text = vocabulary.describe(
            one for one, much in zip(example.ids, example.learnt, strict=True) if much
        )
        assert "<|start|>user" not in text
        assert "Manual: " not in text
        assert "Knowledge cutoff" not in text


def test_a_page_is_shown_as_the_program_places_it(training_text: ModuleType) -> None:
    passages: Any = sys.modules[training_text.TextSource.__module__]
    ours = {page.title: page for page in load_pages()}
    hidden = [page for page in ours.values() if passages.kept_out(page.slug)]
    assert len(ours) / 8 < len(hidden) < len(ours) / 3
    seen = [page for page in ours.values() if page not in hidden]
    source = training_text.TextSource(random.Random(5), seen)
    for _ in range(200):
        question, title, passage = source.shown_page()
        page = ours[title]
        assert question
        assert page in seen
        place = page.passages.index(passage)
        assert placed_text(page, place) == f"Manual: {title}\n{passage}"
