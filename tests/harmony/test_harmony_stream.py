"""What the parser tells while a stream runs, and what it says of the stream when it is over."""

from __future__ import annotations

import pytest

from app.harmony.parser import Display, StreamParser, parse
from app.harmony.vocabulary import Vocabulary
from tests.harmony.conftest import Writer

ASSISTANT = "assistant"


def test_recipients_that_are_no_tool(small: Vocabulary, write: Writer) -> None:
    for name in ("assistant", "all"):
        parsed = parse(small, write(f"<|channel|>final to={name}<|message|>x<|return|>"), ASSISTANT)
        assert [m.display for m in parsed.messages] == [Display.FINAL]


def test_only_a_stream_that_ends_leaves_a_message_incomplete(small: Vocabulary, write: Writer) -> None:
    for ending in ("<|end|>", "<|return|>", "<|call|>", "<|endoftext|>", "<|start|>"):
        assert parse(small, write(f"<|message|>x{ending}"), ASSISTANT).messages[0].complete
    assert not parse(small, write("<|message|>x"), ASSISTANT).messages[0].complete


def test_markers_spelled_out_are_text(small: Vocabulary, write: Writer) -> None:
    spelled = "the token <|end|> and <|start|>assistant"
    ids = [*write("<|channel|>final<|message|>"), *small.encode(spelled), *write("<|return|>")]
    parsed = parse(small, ids, ASSISTANT)
    assert [m.content for m in parsed.messages] == [spelled]
    assert not parsed.repaired


def test_half_a_character_waits_and_never_crosses_a_border(small: Vocabulary, write: Writer) -> None:
    parser = StreamParser(small)
    parser.feed(write("<|channel|>analysis<|message|>"))
    first, *rest = "é".encode()
    assert parser.push(first_id(small, first)) == []
    assert [e.text for e in parser.push(first_id(small, rest[0]))] == ["é"]
    assert parser.push(first_id(small, first)) == []
    assert [e.text for e in parser.feed(write("<|end|>"))] == ["\ufffd"]
    parser.feed(write("<|start|>assistant<|channel|>final<|message|>"))
    parser.push(first_id(small, rest[0]))
    parser.finish()
    assert [m.content for m in parser.messages] == ["é\ufffd", "\ufffd"]
    parser.feed(write("<|start|>assistant<|channel|>final<|message|>so"))
    parser.push(first_id(small, first))
    assert parser.finish(cut=True) == []
    assert parser.messages[-1].content == "so"


def first_id(vocabulary: Vocabulary, byte: int) -> int:
    return next(i for i in range(256) if vocabulary.piece(i) == bytes((byte,)))


@pytest.mark.parametrize("token", [-1, 10**30, 2**31])
def test_numbers_that_are_no_token(token: int, small: Vocabulary, write: Writer) -> None:
    ids = [
        token,
        *write("<|channel|>fin"),
        token,
        *write("al<|message|>a"),
        token,
        *write("b<|return|>"),
    ]
    parsed = parse(small, [*ids, token], ASSISTANT)
    assert [(m.display, m.channel, m.content, m.terminator) for m in parsed.messages] == [
        (Display.FINAL, "final", "a\ufffdb", "return")
    ]
    assert parsed.repaired


def test_events_open_with_an_empty_text_and_name_their_message(small: Vocabulary, write: Writer) -> None:
    parser = StreamParser(small)
    places = [parser.display]
    events = parser.feed(write("<|channel|>analysis to=python code<|message|>"))
    assert [(e.index, e.display, e.text, e.recipient, e.content_type) for e in events] == [
        (0, "tool_call", "", "python", "code")
    ]
    places.append(parser.display)
    parser.feed(write("1<|call|>"))
    places.append(parser.display)
    assert places == [None, Display.TOOL_CALL, None]
    assert [e.index for e in parser.feed(write("<|start|>assistant<|message|>x"))] == [1, 1]


def test_clean_streams_are_not_called_repaired(small: Vocabulary, write: Writer) -> None:
    clean = (
        "<|channel|>analysis<|message|>t<|end|><|start|>assistant<|channel|>final<|message|>x<|return|>"
    )
    assert not parse(small, write(clean), ASSISTANT).repaired
    for broken in ("<|message|>x", "<|channel|>final x<|end|>", clean.replace("<|end|>", "")):
        assert parse(small, write(broken), ASSISTANT).repaired


def test_a_parser_continues_the_assistant_only(small: Vocabulary) -> None:
    with pytest.raises(ValueError, match="continues"):
        StreamParser(small, "user")
