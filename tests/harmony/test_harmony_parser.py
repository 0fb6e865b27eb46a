"""The parser's rules, one row per form a model has been seen to write."""

from __future__ import annotations

import pytest

from app.harmony.parser import ParsedMessage, parse
from app.harmony.vocabulary import Vocabulary
from tests.harmony.conftest import Writer

ASSISTANT = "assistant"
JSON = "<|constrain|>json"
PYTHON_CALL = "<|channel|>analysis to=python<|message|>1<|call|>"
NEXT = "<|start|>assistant<|channel|>final<|message|>x<|return|>"


def _short(message: ParsedMessage) -> str:
    """``display channel>recipient type:content/terminator`` with empty fields left out."""
    who = "" if message.role == ASSISTANT else f"{message.role}={message.name} "
    to = f">{message.recipient}" if message.recipient else ""
    kind = f" {message.content_type}" if message.content_type else ""
    return f"{who}{message.display} {message.channel}{to}{kind}:{message.content}/{message.terminator}"


FORMS: dict[str, tuple[str | None, str, list[str], list[str]]] = {
    # --- well-formed -----------------------------------------------------------------------------
    "answer": (ASSISTANT, "<|channel|>final<|message|>x<|return|>", ["final final:x/return"], []),
    "from a start": (
        None,
        "<|start|>assistant<|channel|>commentary<|message|>x<|end|>",
        ["preamble commentary:x/end"],
        [],
    ),
    "call in the role part": (
        ASSISTANT,
        " to=functions.f<|channel|>commentary <|constrain|>json<|message|>{}<|call|>",
        [f"tool_call commentary>functions.f {JSON}:{{}}/call"],
        [],
    ),
    "call in the channel part": (
        ASSISTANT,
        "<|channel|>analysis to=python code<|message|>1<|call|>",
        ["tool_call analysis>python code:1/call"],
        [],
    ),
    "call on final": (
        ASSISTANT,
        "<|channel|>final to=f<|message|>1<|call|>",
        ["tool_call final>f:1/call"],
        [],
    ),
    "tool": (
        None,
        "<|start|>functions.f to=assistant<|channel|>commentary<|message|>1<|end|>",
        ["tool=functions.f hidden commentary>assistant:1/end"],
        [],
    ),
    "tool without recipient": (
        None,
        "<|start|>functions.f<|message|>1<|end|>",
        ["tool=functions.f hidden None:1/end"],
        [],
    ),
    "named user on final": (
        None,
        "<|start|>user:bob<|channel|>final<|message|>1<|end|>",
        ["user=bob hidden final:1/end"],
        [],
    ),
    "unknown channel": (
        ASSISTANT,
        "<|channel|>commentary?<|message|>x<|end|>",
        ["hidden commentary?:x/end"],
        [],
    ),
    "empty content is kept": (
        ASSISTANT,
        "<|channel|>final<|message|><|return|>",
        ["final final:/return"],
        [],
    ),
    # --- rule 2: what ends a message --------------------------------------------------------------
    "start inside content": (
        ASSISTANT,
        "<|channel|>analysis<|message|>t<|start|>assistant<|channel|>final<|message|>x<|return|>",
        ["reasoning analysis:t/start", "final final:x/return"],
        [],
    ),
    "endoftext": (
        ASSISTANT,
        "<|channel|>final<|message|>x<|endoftext|>",
        ["final final:x/endoftext"],
        [],
    ),
    "truncated": (ASSISTANT, "<|channel|>final<|message|>x", ["final final:x/eos"], []),
    "truncated call": (
        ASSISTANT,
        "<|channel|>analysis to=python code<|message|>print(",
        ["tool_call analysis>python code:print(/eos"],
        [],
    ),
    "control tokens inside content": (
        ASSISTANT,
        "<|channel|>final<|message|>a<|channel|>b<|message|>c<|constrain|>d<|reserved_200013|>e<|return|>",
        ["final final:abcde/return"],
        [],
    ),
    # --- rule 3: a terminator inside a header -----------------------------------------------------
    "no message token": (
        ASSISTANT,
        f"<|channel|>analysis I must refuse<|end|>{NEXT}",
        ["reasoning analysis:I must refuse/end", "final final:x/return"],
        [],
    ),
    "no message token, no channel": (
        ASSISTANT,
        "I must refuse<|end|>",
        ["final None:I must refuse/end"],
        [],
    ),
    "no message token, start": (
        ASSISTANT,
        "<|channel|>final A\n\nB<|start|>assistant<|channel|>final<|message|>x<|return|>",
        ["final final:A\n\nB/start", "final final:x/return"],
        [],
    ),
    "no message token, truncated": (ASSISTANT, "<|channel|>final Hel", ["final final:Hel/eos"], []),
    "no message token in a call": (
        ASSISTANT,
        '<|channel|>commentary to=functions.f <|constrain|>json{"a":1}<|call|>',
        [f'tool_call commentary>functions.f {JSON}:{{"a":1}}/call'],
        [],
    ),
    "no message token, glued call": (
        ASSISTANT,
        '<|channel|>commentary to=functions.f{"a":1}<|call|>',
        ['tool_call commentary>functions.f:{"a":1}/call'],
        [],
    ),
    "empty header": (ASSISTANT, "<|channel|>final<|end|>", [], []),
    "empty call": (ASSISTANT, "<|channel|>commentary to=functions.f<|call|>", [], []),
    "cut off before a recipient": (ASSISTANT, "<|channel|>commentary to", [], []),
    "cut off in a recipient": (ASSISTANT, " to=", [], []),
    "an odd recipient": (
        ASSISTANT,
        '<|channel|>final to=?!{"a":1}<|call|>',
        ['tool_call final>?!:{"a":1}/call'],
        [],
    ),
    "an empty recipient": (ASSISTANT, " to=<|end|>", [], []),
    "only a role": (None, "<|start|>assistant<|end|><|start|>assistant", [], []),
    # --- rule 4: repeats --------------------------------------------------------------------------
    "last channel wins": (
        ASSISTANT,
        "<|channel|>commentary to=assistant<|channel|>analysis<|message|>t<|end|>",
        ["reasoning analysis>assistant:t/end"],
        [],
    ),
    "an empty channel is none": (
        ASSISTANT,
        "<|channel|>analysis<|channel|><|message|>t<|end|>",
        ["reasoning analysis:t/end"],
        [],
    ),
    "first recipient wins": (
        ASSISTANT,
        " to=a<|channel|>commentary to=b json<|message|>1<|call|>",
        ["tool_call commentary>a json:1/call"],
        [],
    ),
    "constrain glued to the channel": (
        ASSISTANT,
        "<|channel|>commentary<|constrain|>json to=f<|message|>1<|call|>",
        [f"tool_call commentary>f {JSON}:1/call"],
        [],
    ),
    "constrain glued to the recipient": (
        ASSISTANT,
        "<|channel|>commentary to=f<|constrain|>json<|message|>1<|call|>",
        [f"tool_call commentary>f {JSON}:1/call"],
        [],
    ),
    "constrain is never a recipient": (
        ASSISTANT,
        "<|channel|>final <|constrain|>json<|message|>1<|return|>",
        [f"final final {JSON}:1/return"],
        [],
    ),
    "constrain after an empty recipient": (
        ASSISTANT,
        "<|channel|>final to=<|constrain|>json<|message|>1<|return|>",
        [f"final final {JSON}:1/return"],
        [],
    ),
    "second constrain": (
        ASSISTANT,
        "<|channel|>commentary to=f<|constrain|>json<|constrain|>xml<|message|>1<|call|>",
        [f"tool_call commentary>f {JSON}:1/call"],
        [],
    ),
    "content type without recipient": (
        ASSISTANT,
        "<|channel|>final json<|message|>1<|return|>",
        ["final final json:1/return"],
        [],
    ),
    "recipient without to=": (
        ASSISTANT,
        "<|channel|>commentary functions.f<|message|>1<|call|>",
        ["tool_call commentary>functions.f:1/call"],
        [],
    ),
    "recipient glued to the channel": (
        ASSISTANT,
        "<|channel|>commentaryto=functions.f<|message|>1<|call|>",
        ["tool_call commentary>functions.f:1/call"],
        [],
    ),
    "start in the prompt and again": (
        ASSISTANT,
        "<|start|>assistant<|channel|>final<|message|>x<|return|>",
        ["final final:x/return"],
        [],
    ),
    "two starts": (None, "<|start|><|start|>assistant<|message|>x<|end|>", ["final None:x/end"], []),
    "role repeated": (
        ASSISTANT,
        "assistant<|channel|>final<|message|>x<|return|>",
        ["final final:x/return"],
        [],
    ),
    # --- rule 5: between messages -----------------------------------------------------------------
    "end then return": (
        ASSISTANT,
        "<|channel|>final<|message|>x<|end|><|return|>",
        ["final final:x/end"],
        [],
    ),
    "stray text": (
        ASSISTANT,
        f"<|channel|>analysis<|message|>t<|end|> so{NEXT}",
        ["reasoning analysis:t/end", "final final:x/return"],
        [" so"],
    ),
    "stray text at the end": (
        ASSISTANT,
        "<|channel|>final<|message|>x<|return|>so<|end|>and",
        ["final final:x/return"],
        ["so", "and"],
    ),
    "stray text at the beginning": (
        None,
        "so<|start|>user<|message|>x",
        ["user=None hidden None:x/eos"],
        ["so"],
    ),
    "no start, role": (
        ASSISTANT,
        "<|channel|>analysis<|message|>t<|end|>assistant<|channel|>final<|message|>x<|return|>",
        ["reasoning analysis:t/end", "final final:x/return"],
        [],
    ),
    "no start, other role": (
        ASSISTANT,
        "<|channel|>analysis<|message|>t<|end|>user<|message|>x<|end|>",
        ["reasoning analysis:t/end", "user=None hidden None:x/end"],
        [],
    ),
    "no start, tool": (
        ASSISTANT,
        f"{PYTHON_CALL}python to=assistant<|channel|>analysis<|message|>1",
        ["tool_call analysis>python:1/call", "tool=python hidden analysis>assistant:1/eos"],
        [],
    ),
    "no start, channel token": (
        ASSISTANT,
        "<|channel|>analysis<|message|>t<|end|><|channel|>final<|message|>x<|return|>",
        ["reasoning analysis:t/end", "final final:x/return"],
        [],
    ),
    "no start, channel word": (
        ASSISTANT,
        "<|channel|>analysis<|message|>t<|end|>commentary to=functions.f<|message|>{}<|call|>",
        ["reasoning analysis:t/end", "tool_call commentary>functions.f:{}/call"],
        [],
    ),
    "no start, neither": (
        ASSISTANT,
        "<|channel|>analysis<|message|>t<|end|>well then<|message|>x<|return|>",
        ["reasoning analysis:t/end", "final None:x/return"],
        ["well then"],
    ),
    "no start, no message token": (
        ASSISTANT,
        "<|channel|>analysis<|message|>t<|end|>well<|channel|>final Hello<|return|>",
        ["reasoning analysis:t/end", "final final:Hello/return"],
        ["well"],
    ),
    # --- rule 7 and broken roles ------------------------------------------------------------------
    "no channel": (ASSISTANT, "<|message|>x<|return|>", ["final None:x/return"], []),
    "empty channel": (ASSISTANT, "<|channel|><|message|>x<|return|>", ["final None:x/return"], []),
    "channel word without its token": (
        ASSISTANT,
        "analysis<|message|>t<|end|>",
        ["reasoning analysis:t/end"],
        [],
    ),
    "role and channel glued": (None, "<|start|>assistantfinal<|message|>x", ["final final:x/eos"], []),
    "channel for a role": (None, "<|start|>final<|message|>x", ["final final:x/eos"], []),
    "no role": (None, "<|start|><|channel|>final<|message|>x", ["final final:x/eos"], []),
}


@pytest.mark.parametrize("name", FORMS)
def test_forms(name: str, small: Vocabulary, write: Writer) -> None:
    role, stream, messages, stray = FORMS[name]
    parsed = parse(small, write(stream), role)
    assert [_short(message) for message in parsed.messages] == messages
    assert parsed.stray == stray
