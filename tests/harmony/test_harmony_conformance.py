"""Every file of the published test data, with the official vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from app.harmony.messages import (
    ChannelConfig,
    DeveloperContent,
    HarmonyMessage,
    SystemContent,
    ToolDescription,
    ToolNamespace,
)
from app.harmony.parser import parse
from app.harmony.renderer import Renderer
from app.harmony.vocabulary import Vocabulary
from tests.harmony.conftest import Writer
from tests.harmony.conversations import BROWSER, KITCHEN_SINK, LOOKUP_WEATHER, PYTHON_STATEFUL

TWO_CHANNELS = ChannelConfig(("analysis", "final"))
DATED = SystemContent(conversation_start_date="2025-06-28")
CAPITAL = HarmonyMessage("user", "What is the capital of the largest country in the world?")
ROBOT = HarmonyMessage("developer", DeveloperContent("Answer the user's questions like a robot."))
FOUR = HarmonyMessage("assistant", "2 + 2 equals 4.", channel="final")
NINE_HALVES = HarmonyMessage("user", "What about 9 / 2?")
TWO_AND_TWO = HarmonyMessage("user", "What is 2 + 2?")


def _functions(*tools: ToolDescription) -> dict[str, ToolNamespace]:
    return {"functions": ToolNamespace("functions", None, tools)}


def _analysis(text: str) -> HarmonyMessage:
    return HarmonyMessage("assistant", text, channel="analysis")


def _system(content: SystemContent) -> HarmonyMessage:
    return HarmonyMessage("system", content)


def _efforts() -> dict[str, list[HarmonyMessage]]:
    table: dict[str, list[HarmonyMessage]] = {}
    for effort in ("low", "medium", "high"):
        system = _system(SystemContent(reasoning_effort=effort))
        table[f"test_simple_convo_{effort}_effort"] = [system, ROBOT, CAPITAL]
        table[f"test_simple_convo_{effort}_effort_no_instruction"] = [system, CAPITAL]
    return table


PROMPTS: dict[str, list[HarmonyMessage]] = {
    **_efforts(),
    "test_simple_convo": [_system(SystemContent()), TWO_AND_TWO],
    "test_reasoning_system_message": [
        _system(SystemContent(channel_config=TWO_CHANNELS)),
        TWO_AND_TWO,
    ],
    "test_reasoning_system_message_no_instruction": [
        _system(SystemContent(reasoning_effort="high", channel_config=TWO_CHANNELS)),
        HarmonyMessage("user", "What is the best place to eat candy in the world?"),
    ],
    "test_reasoning_system_message_with_dates": [
        _system(
            SystemContent(
                conversation_start_date="2021-01-01",
                knowledge_cutoff="2021-01",
                channel_config=TWO_CHANNELS,
            )
        ),
        HarmonyMessage("user", "What is 42 * pi?"),
    ],
    "test_no_tools": [_system(DATED)],
    "test_browser_tool_only": [_system(replace(DATED, tools={"browser": BROWSER}))],
    "test_browser_and_function_tool": [
        _system(replace(DATED, tools={"browser": BROWSER})),
        HarmonyMessage("developer", DeveloperContent(tools=_functions(LOOKUP_WEATHER))),
    ],
    "test_browser_and_python_tool": [
        # python first: the sections are sorted by name, not by insertion
        _system(replace(DATED, tools={"python": PYTHON_STATEFUL, "browser": BROWSER})),
    ],
    "test_render_functions_with_parameters": [
        _system(replace(DATED, reasoning_effort="high")),
        HarmonyMessage(
            "developer", DeveloperContent("Always respond in riddles", _functions(*KITCHEN_SINK))
        ),
        HarmonyMessage("user", "What is the weather like in SF?"),
    ],
    "test_dropping_cot_by_default": [
        TWO_AND_TWO,
        _analysis("User asks: “What is 2 + 2?” Simple arithmetic. Provide answer."),
        FOUR,
        NINE_HALVES,
    ],
    "test_does_not_drop_if_ongoing_analysis": [
        HarmonyMessage("user", "What is the weather in SF?"),
        _analysis("User asks: “What is the weather in SF?” We need to use lookup_weather tool."),
        HarmonyMessage(
            "assistant",
            '{"location": "San Francisco"}',
            channel="commentary",
            recipient="functions.lookup_weather",
            content_type="<|constrain|>json",
        ),
        HarmonyMessage(
            "tool",
            '{"temperature": 20, "description": "sunny"}',
            name="functions.lookup_weather",
        ),
    ],
}


def _expected(folder: Path, name: str) -> str:
    return (folder / "harmony" / f"{name}.txt").read_bytes().decode().replace("\r\n", "\n").rstrip()


@pytest.mark.parametrize("name", sorted(PROMPTS))
def test_prompts_equal_the_published_ones(
    name: str, conformance: Path, official: Vocabulary, write_official: Writer
) -> None:
    text = _expected(conformance, name)
    ids = Renderer(official).completion(PROMPTS[name])
    assert official.describe(ids) == text
    assert ids == write_official(text)


def test_reasoning_is_preserved_on_request(
    conformance: Path, official: Vocabulary, write_official: Writer
) -> None:
    thought = _analysis('User asks a simple question: "What is 2 + 2?" The answer: 4.')
    conversation = [TWO_AND_TWO, thought, FOUR, NINE_HALVES]
    ids = Renderer(official).completion(conversation, auto_drop_analysis=False)
    assert ids == write_official(_expected(conformance, "test_preserve_cot"))


def test_reasoning_between_answers_is_dropped_on_purpose(
    conformance: Path, official: Vocabulary, write_official: Writer
) -> None:
    """The first of two places where the reference keeps more (see ``without_old_reasoning``)."""
    conversation = [
        TWO_AND_TWO,
        _analysis("thinking 2+2"),
        HarmonyMessage("assistant", "4", channel="final"),
        HarmonyMessage("user", "What is 3 + 5?"),
        _analysis("thinking 3+5"),
        HarmonyMessage("assistant", "8", channel="final"),
    ]
    published = _expected(conformance, "test_keep_analysis_between_finals")
    kept = "<|start|>assistant<|channel|>analysis<|message|>thinking 3+5<|end|>"
    assert kept in published
    assert Renderer(official).history(conversation) == write_official(published.replace(kept, ""))


def _ids(folder: Path, name: str) -> list[int]:
    return [int(number) for number in _expected(folder, name).split()]


def _rows(vocabulary: Vocabulary, ids: Sequence[int], role: str | None) -> list[tuple[object, ...]]:
    return [
        (m.role, m.name, m.channel, m.recipient, m.content_type, m.content, m.complete, m.terminator)
        for m in parse(vocabulary, ids, role).messages
    ]


def test_simple_reasoning_response(conformance: Path, official: Vocabulary) -> None:
    """The stream goes on after ``<|return|>``, and so does the parser."""
    thought = 'User asks: "What is 2 + 2?" Simple arithmetic. Provide answer.'
    assert _rows(official, _ids(conformance, "test_simple_reasoning_response"), "assistant") == [
        ("assistant", None, "analysis", None, None, thought, True, "return"),
        ("assistant", None, "final", None, None, "2 + 2 = 4.", False, "eos"),
    ]


def test_simple_tool_call(conformance: Path, official: Vocabulary) -> None:
    thought = 'User asks: "What is the weather in Tokyo?" We need to use lookup_weather tool.'
    call = '{"location": "Tokyo"}'
    assert _rows(official, _ids(conformance, "test_simple_tool_call"), "assistant") == [
        ("assistant", None, "analysis", None, None, thought, True, "return"),
        ("assistant", None, "analysis", "lookup_weather", "code", call, False, "eos"),
    ]


def test_tool_response(conformance: Path, official: Vocabulary, write_official: Writer) -> None:
    ids = write_official(_expected(conformance, "test_tool_response_parsing"))
    result = '{"result": "https://openai.com/"}'
    assert _rows(official, ids, None) == [
        ("tool", "browser.search", "commentary", "assistant", None, result, False, "eos")
    ]
    message = HarmonyMessage(
        "tool", result, name="browser.search", channel="commentary", recipient="assistant"
    )
    assert Renderer(official).history([message])[:-1] == ids


def test_streamable_parser(conformance: Path, official: Vocabulary, write_official: Writer) -> None:
    ids = write_official(_expected(conformance, "test_streamable_parser"))
    parsed = parse(official, ids, "assistant")
    rows = [(m.role, m.name, m.channel, m.recipient, m.content_type) for m in parsed.messages]
    assert rows == [
        ("assistant", None, "analysis", None, None),
        ("assistant", None, "commentary", "browser.search", "code"),
        ("tool", "browser.search", "commentary", "assistant", None),
    ]
    assert [m.display for m in parsed.messages] == ["reasoning", "tool_call", "hidden"]
    assert parsed.messages[1].content.startswith('{"query": "current US president')
    assert not parsed.repaired


def test_no_published_file_is_left_out(conformance: Path) -> None:
    elsewhere = {
        "test_preserve_cot",
        "test_keep_analysis_between_finals",
        "test_simple_reasoning_response",
        "test_simple_tool_call",
        "test_tool_response_parsing",
        "test_streamable_parser",
    }
    published = {path.stem for path in (conformance / "harmony").glob("*.txt")}
    assert published == {*PROMPTS, *elsewhere}
