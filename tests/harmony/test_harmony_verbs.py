"""``harmony render`` and ``harmony parse`` on the command line."""

from __future__ import annotations

import argparse
import json
import struct
from pathlib import Path
from typing import Any

import pytest

from app.cli.verbs import harmony
from app.harmony.vocabulary import Vocabulary
from tests.harmony.conftest import SMALL_CONTROLS, Writer, gguf_tokens, small_pieces

CONVERSATION = {
    "messages": [
        {"role": "user", "name": None, "content": [{"type": "text", "text": "hi"}]},
        {"role": "assistant", "content": "hm", "channel": "analysis"},
        {"role": "assistant", "content": "yes", "channel": "final"},
    ]
}
USER = "<|start|>user<|message|>hi<|end|>"
THOUGHT = "<|start|>assistant<|channel|>analysis<|message|>hm<|end|>"
YES = "<|start|>assistant<|channel|>final<|message|>yes"
KEYS = [
    "role",
    "name",
    "channel",
    "recipient",
    "content_type",
    "content",
    "complete",
    "terminator",
    "display",
]


def _gguf(path: Path, tokens: list[str], types: list[int]) -> Path:
    """Write the smallest model file that names its tokens."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value.encode())) + value.encode()

    listed = b"".join(map(text, tokens))
    path.write_bytes(
        b"GGUF"
        + struct.pack("<IQQ", 3, 0, 2)
        + (text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, len(tokens)) + listed)
        + (text("tokenizer.ggml.token_type") + struct.pack("<IIQ", 9, 5, len(types)))
        + struct.pack(f"<{len(types)}i", *types)
    )
    return path


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    return _gguf(folder / "small.gguf", *gguf_tokens(small_pieces(), SMALL_CONTROLS))


def _run(action: str, file: Path, vocabulary: Path) -> int:
    parser = argparse.ArgumentParser()
    harmony.add_parser(parser.add_subparsers())
    return harmony.run(
        parser.parse_args(["harmony", action, str(file), "--vocabulary", str(vocabulary)])
    )


class Verb:
    """Runs a verb on JSON and reads its answer."""

    def __init__(self, folder: Path, vocabulary: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._file = folder / "in.json"
        self._vocabulary = vocabulary
        self._capsys = capsys

    def __call__(self, action: str, data: Any) -> Any:
        self._file.write_text(json.dumps(data), "utf-8")
        assert _run(action, self._file, self._vocabulary) == 0
        out, err = self._capsys.readouterr()
        assert err == ""
        return json.loads(out)

    def refusal(self, action: str, data: bytes) -> str:
        self._file.write_bytes(data)
        assert _run(action, self._file, self._vocabulary) == 2
        out, err = self._capsys.readouterr()
        assert out == ""
        assert err.count("\n") == 1
        return err


@pytest.fixture
def verb(tmp_path: Path, model_file: Path, capsys: pytest.CaptureFixture[str]) -> Verb:
    return Verb(tmp_path, model_file, capsys)


@pytest.mark.parametrize(
    ("mode", "drop", "text"),
    [
        ("completion", True, f"{USER}{YES}<|end|><|start|>assistant"),
        ("history", True, f"{USER}{YES}<|end|>"),
        ("training", True, f"{USER}{YES}<|return|>"),
        ("completion", False, f"{USER}{THOUGHT}{YES}<|end|><|start|>assistant"),
        ("history", False, f"{USER}{THOUGHT}{YES}<|end|>"),
        ("training", False, f"{USER}{THOUGHT}{YES}<|return|>"),
    ],
)
def test_render(mode: str, drop: bool, text: str, verb: Verb, write: Writer) -> None:
    answer = verb("render", {"mode": mode, "auto_drop_analysis": drop, "conversation": CONVERSATION})
    assert answer == {"tokens": write(text), "text": text}


def test_old_reasoning_is_dropped_unless_told_otherwise(verb: Verb) -> None:
    assert "hm" not in verb("render", {"mode": "history", "conversation": CONVERSATION})["text"]


def test_an_array_is_answered_by_an_array(verb: Verb, write: Writer) -> None:
    request = {"mode": "history", "conversation": CONVERSATION}
    answers = verb("render", [request, {**request, "mode": "training"}])
    assert [answer["text"] for answer in answers] == [f"{USER}{YES}<|end|>", f"{USER}{YES}<|return|>"]
    assert verb("render", []) == []
    streams = [{"tokens": write("<|message|>x"), "start_role": "assistant"}, {"tokens": []}]
    assert [len(answer["messages"]) for answer in verb("parse", streams)] == [1, 0]


def test_parse(verb: Verb, write: Writer) -> None:
    stream = "<|channel|>analysis to=python code<|message|>1<|call|>so<|start|>user:bo<|message|>é"
    answer = verb("parse", {"tokens": write(stream), "start_role": "assistant"})
    assert list(answer) == ["messages", "stray"]
    assert [list(message) for message in answer["messages"]] == [KEYS, KEYS]
    rows = [list(message.values()) for message in answer["messages"]]
    assert rows == [
        ["assistant", None, "analysis", "python", "code", "1", True, "call", "tool_call"],
        ["user", "bo", None, None, None, "é", False, "eos", "hidden"],
    ]
    assert answer["stray"] == ["so"]


def test_what_is_rendered_parses_back(verb: Verb) -> None:
    ids = verb("render", {"mode": "history", "conversation": CONVERSATION})["tokens"]
    answer = verb("parse", {"tokens": ids, "start_role": None})
    assert [(m["role"], m["content"]) for m in answer["messages"]] == [
        ("user", "hi"),
        ("assistant", "yes"),
    ]


def test_system_and_developer_fields(verb: Verb) -> None:
    tool = {"name": "f", "description": "d", "parameters": {"type": "object", "properties": {}}}
    group = {"name": "functions", "description": None, "tools": [tool]}
    system = {
        "type": "system_content",
        "model_identity": "I",
        "reasoning_effort": "High",
        "knowledge_cutoff": "2024-06",
        "channel_config": {"valid_channels": ["final"], "channel_required": False},
    }
    formats = [{"name": "list", "description": "a\nb", "schema": {"type": "array"}}]
    developer = {
        "type": "developer_content",
        "instructions": "Go.",
        "tools": {"functions": group},
        "response_formats": formats,
    }
    messages = [{"role": "system", "content": [system]}, {"role": "developer", "content": [developer]}]
    answer = verb("render", {"mode": "history", "conversation": {"messages": messages}})
    assert answer["text"] == (
        "<|start|>system<|message|>I\nKnowledge cutoff: 2024-06\n\nReasoning: high\n\n"
        "# Valid channels: final.\n"
        "Calls to these tools must go to the commentary channel: 'functions'.<|end|>"
        "<|start|>developer<|message|># Instructions\n\nGo.\n\n# Tools\n\n## functions\n\n"
        "namespace functions {\n\n// d\ntype f = (_: {\n}) => any;\n\n} // namespace functions\n\n"
        '# Response Formats\n\n## list\n\n// a\n// b\n{"type":"array"}<|end|>'
    )


def _request(**changes: Any) -> bytes:
    return json.dumps({"mode": "history", "conversation": CONVERSATION, **changes}).encode()


def _messages(*messages: Any) -> bytes:
    return _request(conversation={"messages": list(messages)})


def _content(content: Any, role: str = "system") -> bytes:
    return _messages({"role": role, "content": [content]})


TOOLS = {"type": "developer_content", "tools": {"functions": {"name": "functions", "tools": [{}]}}}


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"\xff\xfe\x00", "not valid JSON"),
        (b"[" * 200_000, "not valid JSON"),
        (b'{"mode": NaN}', "not valid JSON"),
        (b"1" * 10_000, "not valid JSON"),
        (b"3", "the whole file"),
        (b"[3]", "the whole file"),
        (b"{}", "mode"),
        (b'{"mode": "history"}', "conversation"),
        (_request(mode="other"), "mode"),
        (_request(mode=[]), "mode"),
        (_request(auto_drop_analysis=1), "auto_drop_analysis"),
        (_request(conversation={}), "conversation.messages"),
        (_request(conversation=[]), "conversation"),
        (_request(conversation={"messages": {}}), "conversation.messages"),
        (_messages({"content": "x"}), "conversation.messages[0].role"),
        (_messages({"role": "user"}), "conversation.messages[0].content"),
        (_messages({"role": "boss", "content": "x"}), "conversation.messages[0].role"),
        (_messages({"role": "tool", "content": "x"}), "conversation.messages[0].name"),
        (_messages({"role": "user", "content": 3}), "conversation.messages[0].content"),
        (_messages({"role": "user", "content": "x", "channel": 3}), "conversation.messages[0].channel"),
        (_content({"type": "text"}), "conversation.messages[0].content[0].text"),
        (_content({"type": "image"}), "conversation.messages[0].content[0].type"),
        (_content({"type": "system_content"}, "user"), "another role"),
        (_content({"type": "developer_content"}, "user"), "another role"),
        (_content({"type": "system_content", "reasoning_effort": "max"}), "reasoning_effort"),
        (_content({"type": "system_content", "channel_config": {}}), "valid_channels"),
        (_content(TOOLS, "developer"), "tools.functions.tools[0].name"),
    ],
)
def test_bad_conversations_are_one_sentence(data: bytes, place: str, verb: Verb) -> None:
    assert place in verb.refusal("render", data)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"{}", "tokens"),
        (b'{"tokens": 3}', "tokens"),
        (b'{"tokens": ["x"]}', "tokens"),
        (b'{"tokens": [true]}', "tokens"),
        (b'{"tokens": [1.0]}', "tokens"),
        (b'{"tokens": [], "start_role": "user"}', "start_role"),
        (b'{"tokens": [], "start_role": []}', "start_role"),
        (b"null", "the whole file"),
    ],
)
def test_bad_streams_are_one_sentence(data: bytes, place: str, verb: Verb) -> None:
    assert place in verb.refusal("parse", data)


def test_files_that_cannot_be_used(
    tmp_path: Path, model_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, short, foreign = tmp_path / "in.json", tmp_path / "short.gguf", tmp_path / "x.bin"
    good.write_text('{"tokens": []}', "utf-8")
    short.write_bytes(model_file.read_bytes()[:400])
    foreign.write_bytes(b"\x00\x01")
    trouble = [
        (tmp_path / "no.json", model_file, "could not be opened"),
        (tmp_path, model_file, "could not be opened"),
        (good, tmp_path / "no.gguf", "is not there"),
        (good, tmp_path / "no", "could not be opened"),
        (good, short, "ends too early"),
        (good, foreign, "neither a gpt-oss model file"),
    ]
    for file, vocabulary, words in trouble:
        assert _run("parse", file, vocabulary) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert words in err


def test_a_model_file_and_the_official_file_are_both_vocabularies(
    model_file: Path, conformance: Path, small: Vocabulary, official: Vocabulary
) -> None:
    assert harmony.load_vocabulary(model_file).special == small.special
    loaded = harmony.load_vocabulary(conformance / "o200k_base.tiktoken")
    assert loaded.special == official.special
