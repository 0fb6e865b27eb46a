"""Frames: any message survives any chunking, and no bytes get past the decoder unharmed."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.children.wire.frames import (
    FRAME_LIMIT,
    MESSAGE_LIMIT,
    Decoder,
    MessageTooLargeError,
    ProtocolError,
    encode,
)

_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)
_MESSAGES = st.dictionaries(_TEXT.filter(lambda key: key != "piece"), _VALUES, max_size=5)


def _raw(payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + payload


def _decode(data: bytes, cuts: list[int]) -> list[dict[str, Any]]:
    decoder, messages, at = Decoder(), [], 0
    for cut in [*sorted(cuts), len(data)]:
        decoder.feed(data[at:cut])
        at = max(at, cut)
        while (message := decoder.take()) is not None:
            messages.append(message)
    return messages


@given(st.lists(_MESSAGES, max_size=4), st.lists(st.integers(0, 400), max_size=6))
def test_any_message_survives_any_chunking(messages: list[dict[str, Any]], cuts: list[int]) -> None:
    data = b"".join(frame for message in messages for frame in encode(message))
    assert _decode(data, [cut for cut in cuts if cut <= len(data)]) == messages


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=4))
@settings(max_examples=300)
def test_junk_raises_nothing_but_a_protocol_error(data: bytes, cuts: list[int]) -> None:
    try:
        messages = _decode(data, [cut for cut in cuts if cut <= len(data)])
    except ProtocolError:
        return
    assert all(isinstance(message, dict) for message in messages)


@given(st.binary(max_size=60), st.data())
def test_junk_in_a_frame_of_right_length(payload: bytes, data: st.DataObject) -> None:
    payload = data.draw(st.sampled_from([payload, b"[" * 60_000, b"{" + payload + b"}"]))
    try:
        messages = _decode(_raw(payload), [])
    except ProtocolError:
        return
    assert messages == ([json.loads(payload)] if len(payload) > 1 else [])


@pytest.mark.parametrize(
    "payload",
    [
        b"[1,2]",
        b'"text"',
        b"nul",
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b"\xff\xfe\xfd",
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":' * 200_000,
        b'{"piece":0}',
        b'{"piece":0,"of":"2","text":"{}"}',
        b'{"piece":true,"of":1,"text":"{}"}',
        b'{"piece":1,"of":2,"text":"{}"}',
        b'{"piece":-1,"of":2,"text":"{}"}',
        b'{"piece":0,"of":0,"text":"{}"}',
        b'{"piece":0,"of":2,"text":""}',
        b'{"piece":0,"of":1000000000,"text":"{}"}',
        '{"piece":0,"of":1,"text":"é"}'.encode(),
        b'{"piece":0,"of":1,"text":"[]"}',
        b'{"piece":0,"of":1,"text":"{\\"piece\\":0}"}',
    ],
)
def test_what_is_not_a_message_breaks_the_decoder_for_good(payload: bytes) -> None:
    decoder = Decoder()
    decoder.feed(_raw(payload[:FRAME_LIMIT]))
    with pytest.raises(ProtocolError):
        decoder.take()
    decoder.feed(encode({"fine": 1})[0])
    with pytest.raises(ProtocolError):
        decoder.take()


@pytest.mark.parametrize("length", [0, 1, FRAME_LIMIT + 1, 2**31, 2**32 - 1])
def test_an_impossible_length_is_refused_before_anything_is_kept(length: int) -> None:
    decoder = Decoder()
    decoder.feed(struct.pack(">I", length))
    with pytest.raises(ProtocolError):
        decoder.take()


def test_a_large_message_travels_in_pieces_below_the_limit() -> None:
    message = {"text": '"\\\n\ud800' * 400_000, "after": [1]}
    frames = encode(message)
    assert len(frames) > 1
    assert max(map(len, frames)) <= FRAME_LIMIT + 4
    assert _decode(b"".join(frames), []) == [message]


def test_pieces_may_not_be_mixed_with_messages_or_reordered() -> None:
    frames = encode({"text": "x" * (2 * FRAME_LIMIT)})
    for wrong in ([frames[0], encode({"a": 1})[0]], [frames[0], frames[2]], [frames[1]]):
        with pytest.raises(ProtocolError):
            _decode(b"".join(wrong), [])


def test_endless_pieces_end_at_the_message_limit() -> None:
    decoder, text = Decoder(), "x" * 1_000_000
    whole = MESSAGE_LIMIT // len(text)
    for number in range(whole + 1):
        decoder.feed(_raw(json.dumps({"piece": number, "of": 100, "text": text}).encode()))
        if number < whole:
            assert decoder.take() is None
    with pytest.raises(ProtocolError):
        decoder.take()


def test_the_sender_refuses_what_it_may_not_send() -> None:
    with pytest.raises(MessageTooLargeError):
        encode({"text": "x" * MESSAGE_LIMIT})
    with pytest.raises(ValueError, match="reserved"):
        encode({"piece": 1})
    with pytest.raises(ValueError, match="Out of range"):
        encode({"a": float("nan")})
