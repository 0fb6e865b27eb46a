"""Conversations become prompts, and parsed messages become parts."""

from __future__ import annotations

import pytest

from app.core.conversation.message import (
    Effort,
    Message,
    Part,
    PartKind,
    assistant_message,
    user_message,
)
from app.core.errors import UserError
from app.harmony.builtin_tools import PYTHON
from app.harmony.parser import parse
from app.harmony.renderer import Renderer
from app.harmony.turns import harmony_messages, part_of, user_text
from app.harmony.vocabulary import Vocabulary
from tests.harmony.conftest import Writer

REASONING = Part(PartKind.REASONING, "hm")
ANSWER = Part(PartKind.ANSWER, "Four.")
CALL = Part(PartKind.TOOL_CALL, "print(4)", name="python", content_type="code")
RESULT = Part(PartKind.TOOL_RESULT, "4\n", name="python")


def _prompt(vocabulary: Vocabulary, *messages: Message) -> str:
    """Return the prompt after the system message."""
    text = vocabulary.describe(Renderer(vocabulary).completion(harmony_messages(messages)))
    return text.split("<|end|>", 1)[1]


def test_system_and_developer_messages(small: Vocabulary) -> None:
    conversation = harmony_messages(
        [user_message("hi")],
        effort=Effort.HIGH,
        date="2026-01-02",
        instructions="Be brief.",
        tools=["python"],
    )
    text = small.describe(Renderer(small).completion(conversation))
    assert text == (
        "<|start|>system<|message|>You are ChatGPT, a large language model trained by OpenAI.\n"
        "Knowledge cutoff: 2024-06\nCurrent date: 2026-01-02\n\nReasoning: high\n\n"
        f"# Tools\n\n## python\n\n{PYTHON.description}\n\n"
        "# Valid channels: analysis, commentary, final. Channel must be included for every message."
        "<|end|>"
        "<|start|>developer<|message|># Instructions\n\nBe brief.<|end|>"
        "<|start|>user<|message|>hi<|end|><|start|>assistant"
    )
    assert (PYTHON.description or "").count("STATELESS") == 1


def test_without_date_instructions_and_tools_their_lines_are_left_out(small: Vocabulary) -> None:
    text = small.describe(Renderer(small).completion(harmony_messages([user_message("hi")])))
    assert "Current date" not in text
    assert "# Tools" not in text
    assert "developer" not in text


def test_an_unknown_tool_is_a_sentence() -> None:
    with pytest.raises(UserError) as caught:
        harmony_messages([], tools=["shell"])
    assert caught.value.code == "harmony.unknown_tool"


def test_a_manual_page_follows_the_question() -> None:
    message = user_message("How?", Part(PartKind.MANUAL, "[manual: Export]\nPress it.", name="export"))
    assert user_text(message) == "How?\n\n[manual: Export]\nPress it."


def test_old_reasoning_goes_and_answers_stay(small: Vocabulary) -> None:
    text = _prompt(
        small,
        user_message("a"),
        assistant_message([REASONING, ANSWER]),
        user_message("b"),
        assistant_message([REASONING, ANSWER]),
        user_message("c"),
    )
    assert "analysis" not in text
    assert text.count("<|channel|>final<|message|>Four.<|end|>") == 2


def test_a_running_tool_chain_keeps_its_reasoning(small: Vocabulary) -> None:
    """The second turn is in its chain: its reasoning stays, that of the answered first turn goes."""
    text = _prompt(
        small,
        user_message("a"),
        assistant_message([Part(PartKind.REASONING, "old"), ANSWER]),
        user_message("b"),
        assistant_message([REASONING, Part(PartKind.PREAMBLE, "Let me see."), CALL, RESULT]),
    )
    assert "old" not in text
    assert text.endswith(
        "<|start|>assistant<|channel|>analysis<|message|>hm<|end|>"
        "<|start|>assistant<|channel|>commentary<|message|>Let me see.<|end|>"
        "<|start|>assistant to=python<|channel|>analysis code<|message|>print(4)<|call|>"
        "<|start|>python to=assistant<|channel|>analysis<|message|>4\n<|end|>"
        "<|start|>assistant"
    )


def test_an_answered_tool_chain_keeps_calls_results_and_preambles(small: Vocabulary) -> None:
    preamble = Part(PartKind.PREAMBLE, "Let me see.")
    text = _prompt(
        small,
        user_message("a"),
        assistant_message([REASONING, preamble, CALL, RESULT, REASONING, ANSWER]),
    )
    assert "hm" not in text
    for kept in ("Let me see.", "print(4)<|call|>", "4\n<|end|>", "Four."):
        assert kept in text


def test_functions_are_called_on_commentary(small: Vocabulary) -> None:
    call = Part(PartKind.TOOL_CALL, "{}", name="functions.f", content_type="<|constrain|>json")
    result = Part(PartKind.TOOL_RESULT, "1", name="functions.f")
    assert _prompt(small, assistant_message([call, result])) == (
        "<|start|>assistant to=functions.f<|channel|>commentary <|constrain|>json<|message|>{}<|call|>"
        "<|start|>functions.f to=assistant<|channel|>commentary<|message|>1<|end|><|start|>assistant"
    )


def test_cut_off_calls_and_hidden_parts_are_not_replayed(small: Vocabulary) -> None:
    cut = Part(PartKind.TOOL_CALL, "print(", name="python", complete=False)
    hidden = Part(PartKind.HIDDEN, "odd")
    assert _prompt(small, assistant_message([cut, hidden])) == "<|start|>assistant"


def test_a_result_without_a_name_takes_the_last_call(small: Vocabulary) -> None:
    nameless = Part(PartKind.TOOL_RESULT, "4")
    assert "<|start|>python to=assistant" in _prompt(small, assistant_message([CALL, nameless]))
    assert "<|start|>tool to=assistant" in _prompt(small, assistant_message([nameless]))


def test_a_parsed_turn_becomes_parts(small: Vocabulary, write: Writer) -> None:
    stream = (
        "<|channel|>analysis<|message|>hm<|end|>"
        "<|start|>assistant<|channel|>commentary<|message|>Let me see.<|end|>"
        "<|start|>assistant<|channel|>analysis to=python code<|message|>print(4)<|call|>"
        "<|start|>python to=assistant<|channel|>analysis<|message|>4<|end|>"
        "<|start|>assistant<|channel|>final<|message|>Fo"
    )
    parsed = parse(small, write(stream), "assistant")
    assert tuple(map(part_of, parsed.messages)) == (
        REASONING,
        Part(PartKind.PREAMBLE, "Let me see."),
        CALL,
        Part(PartKind.HIDDEN, "4", name="python"),
        Part(PartKind.ANSWER, "Fo", complete=False),
    )


@pytest.mark.parametrize(
    ("ending", "complete"),
    [("<|call|>", True), ("<|end|>", True), ("<|start|>", False), ("<|endoftext|>", False), ("", False)],
)
def test_only_a_call_the_model_ended_is_complete(
    ending: str, complete: bool, small: Vocabulary, write: Writer
) -> None:
    stream = f"<|channel|>analysis to=python code<|message|>print(4){ending}"
    (part,) = map(part_of, parse(small, write(stream), "assistant").messages)
    assert part.kind is PartKind.TOOL_CALL
    assert part.complete is complete
