"""What holds for every sequence of ids and every text."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence
from dataclasses import fields

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.conversation.message import Message, Part, PartKind, Role
from app.harmony.messages import (
    DeveloperContent,
    HarmonyMessage,
    ResponseFormat,
    SystemContent,
    ToolDescription,
    ToolNamespace,
)
from app.harmony.parser import Display, ParsedMessage, StreamParser, parse
from app.harmony.renderer import Renderer
from app.harmony.turns import harmony_messages, part_of
from app.harmony.vocabulary import Vocabulary
from tests.harmony.conftest import SMALL_CONTROLS, gguf_tokens, small_pieces

SMALL = Vocabulary.from_gguf_tokens(*gguf_tokens(small_pieces(), SMALL_CONTROLS))
SPECIAL = list(SMALL.special.values())
WORDS = (
    *("analysis", "commentary", "final", "assistant", "user", "python", "functions.f", "json", " json"),
    *(" to=functions.f", " to=assistant", " to=", "to=", " ", "\n", "é", "語", "😀", "{}"),
)
PIECES: list[list[int]] = [SMALL.encode(word) for word in WORDS] + [[number] for number in SPECIAL]

quick = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])

any_id = st.one_of(
    st.sampled_from(SPECIAL), st.integers(0, SMALL.size + 3), st.integers(-(2**70), 2**70)
)
streams = st.one_of(
    st.lists(any_id, max_size=40),
    st.lists(st.sampled_from(PIECES), max_size=30).map(lambda parts: [i for p in parts for i in p]),
)
roles = st.sampled_from(["assistant", None])
MARKERS = [
    f"<|{name}|>" for name in ("start", "end", "message", "channel", "return", "call", "constrain")
]
# Text a hostile file could hold: markers, halves of markers, controls, lone surrogates.
hostile = st.lists(
    st.one_of(st.sampled_from([*MARKERS, "<|", "|>", "\x00", "\r\n", " to=x"]), st.text(max_size=8)),
    max_size=6,
).map("".join)


@quick
@given(streams, roles)
def test_any_ids_parse_and_rows_hold_together(ids: list[int], role: str | None) -> None:
    parsed = parse(SMALL, ids, role)
    for message in parsed.messages:
        shown = message.display in (Display.FINAL, Display.PREAMBLE)
        if shown:
            assert message.role == "assistant"
            assert message.channel in (None, "final", "commentary")
            assert message.recipient in (None, "assistant", "all")
        assert message.complete == (message.terminator != "eos")
        assert set(message.to_json()) == {item.name for item in fields(ParsedMessage)}
        assert part_of(message).text == message.content
    assert len([m for m in parsed.messages if not m.complete]) <= 1


@quick
@given(streams, roles, st.data())
def test_any_chunking_gives_the_same(ids: list[int], role: str | None, data: st.DataObject) -> None:
    whole, pieces = parse(SMALL, ids, role), StreamParser(SMALL, role)
    position = 0
    while position < len(ids):
        size = data.draw(st.integers(1, 7))
        pieces.feed(ids[position : position + size])
        position += size
    pieces.finish()
    assert (pieces.messages, pieces.stray) == (whole.messages, whole.stray)
    assert pieces.repaired == whole.repaired


@quick
@given(streams, roles)
def test_increments_add_up_and_are_whole_characters(ids: list[int], role: str | None) -> None:
    parser = StreamParser(SMALL, role)
    texts: dict[int, str] = {}
    kinds: dict[int, set[tuple[str, str]]] = {}
    for event in [*parser.feed(ids), *parser.finish()]:
        texts[event.index] = texts.get(event.index, "") + event.text
        kinds.setdefault(event.index, set()).add((event.display, event.recipient))
        event.text.encode("utf-8")  # half a character would be a surrogate or raise
    assert [texts[index] for index in sorted(texts)] == [m.content for m in parser.messages]
    assert sorted(texts) == list(range(len(parser.messages)))
    for index, kind in kinds.items():
        message = parser.messages[index]
        assert kind == {(message.display, message.recipient or "")}


@quick
@given(st.lists(st.binary(min_size=1, max_size=4), max_size=12))
def test_broken_bytes_read_as_everywhere_else(chunks: list[bytes]) -> None:
    """Byte by byte or at once, content is what a lenient decoder makes of the joined bytes."""
    data = b"".join(chunks)
    ids = [next(i for i in range(256) if SMALL.piece(i) == bytes((byte,))) for byte in data]
    parsed = parse(SMALL, [SMALL.special["message"], *ids, SMALL.special["end"]], "assistant")
    assert parsed.messages[0].content == codecs.decode(data, "utf-8", "replace")


@quick
@given(hostile)
def test_text_decodes_back_and_stays_below_the_controls(text: str) -> None:
    ids = SMALL.encode(text)
    assert all(token < SMALL.control_floor for token in ids)
    assert SMALL.describe(ids) == text


def _user(text: str) -> Sequence[HarmonyMessage]:
    return harmony_messages([Message(Role.USER, (Part(PartKind.TEXT, text),))])


def _page(text: str) -> Sequence[HarmonyMessage]:
    parts = (Part(PartKind.TEXT, "q"), Part(PartKind.MANUAL, text, name=text))
    return harmony_messages([Message(Role.USER, parts)])


def _answered(*parts: Part) -> Sequence[HarmonyMessage]:
    return harmony_messages([Message(Role.ASSISTANT, parts)])


def _tool(tool: ToolDescription) -> Sequence[HarmonyMessage]:
    groups = {"functions": ToolNamespace("functions", None, (tool,))}
    return [HarmonyMessage("developer", DeveloperContent(tools=groups))]


def _schema(text: str) -> Sequence[HarmonyMessage]:
    leaf = {"type": "string", "title": text, "description": text, "default": text, "examples": [text]}
    choice = {"oneOf": [{**leaf, "enum": [text]}], "default": text, "description": text + "x"}
    schema = {"type": "object", "properties": {text: leaf, "c": choice}, "description": text}
    return _tool(ToolDescription("f", "d", schema))


ENTRY_POINTS: dict[str, Callable[[str], Sequence[HarmonyMessage]]] = {
    "user text": _user,
    "manual page and its title": _page,
    "instructions": lambda text: harmony_messages([], instructions=text),
    "date": lambda text: harmony_messages([], date=text),
    "reasoning": lambda text: _answered(Part(PartKind.REASONING, text)),
    "preamble": lambda text: _answered(Part(PartKind.PREAMBLE, text)),
    "answer": lambda text: _answered(Part(PartKind.ANSWER, text)),
    "call": lambda text: _answered(Part(PartKind.TOOL_CALL, text, name="f")),
    "called name": lambda text: _answered(Part(PartKind.TOOL_CALL, "x", name=text)),
    "content type": lambda text: _answered(
        Part(PartKind.TOOL_CALL, "x", name="f", content_type=f"a{text}")
    ),
    "constrained type": lambda text: _answered(
        Part(PartKind.TOOL_CALL, "x", name="f", content_type=f"<|constrain|>{text}")
    ),
    "tool result": lambda text: _answered(Part(PartKind.TOOL_RESULT, text, name="f")),
    "tool name": lambda text: _answered(Part(PartKind.TOOL_RESULT, "x", name=text)),
    "declared tool name": lambda text: _tool(ToolDescription(text, "d", {"type": "object"})),
    "tool description": lambda text: _tool(ToolDescription("f", text)),
    "tool schema": _schema,
    "author's name": lambda text: [HarmonyMessage("user", "x", name=text)],
    "channel": lambda text: [HarmonyMessage("assistant", "x", channel=text)],
    "role": lambda text: [HarmonyMessage(f"user{text}", "x")],
    "identity": lambda text: [HarmonyMessage("system", SystemContent(model_identity=text))],
    "namespace": lambda text: [
        HarmonyMessage("system", SystemContent(tools={text: ToolNamespace(text, text)}))
    ],
    "response format": lambda text: [
        HarmonyMessage(
            "developer",
            DeveloperContent(response_formats=(ResponseFormat(text, {text: [text, 1.5]}, text),)),
        )
    ],
}


@pytest.mark.parametrize("entry", ENTRY_POINTS)
@settings(max_examples=25)
@given(text=hostile)
def test_no_entry_point_lets_text_become_a_control_token(entry: str, text: str) -> None:
    """The prompt has exactly the control ids of the same prompt with harmless text."""

    def controls(conversation: Sequence[HarmonyMessage]) -> list[int]:
        ids = Renderer(SMALL).completion(conversation)
        return [token for token in ids if token >= SMALL.control_floor]

    build = ENTRY_POINTS[entry]
    harmless = "x" if text else ""
    assert controls(build(text)) == controls(build(harmless))


@quick
@given(hostile)
def test_what_a_person_writes_reaches_the_model_to_the_letter(text: str) -> None:
    ids = Renderer(SMALL).history(_user(text))
    last = parse(SMALL, ids, None).messages[-1]
    assert (last.role, last.content) == ("user", text)


@pytest.mark.parametrize("text", ["\ud800", "a\udc00b", "\udfff\ud800", "<|start|>\ud83d"])
def test_lone_surrogates_become_the_replacement_character(text: str) -> None:
    expected = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    assert SMALL.describe(SMALL.encode(text)) == expected


ENORMOUS = {
    "blanks": " " * 300_000,
    "blanks before a word": " " * 300_000 + "x",
    "wide blanks": "\u3000" * 100_000,
    "mixed blanks": "\t \u00a0" * 100_000 + "z",
    "one letter": "a" * 300_000,
    "lines": "\n" * 300_000,
    "signs": "^" * 300_000,
    "accents": "\u0301" * 100_000,
    "markers": "<|start|>" * 20_000,
}


@pytest.mark.parametrize("text", ENORMOUS.values(), ids=ENORMOUS)
def test_enormous_texts_are_encoded(text: str) -> None:
    assert SMALL.describe(SMALL.encode(text)) == text
