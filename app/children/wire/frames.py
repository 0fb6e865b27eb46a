"""Frames: how a message becomes bytes on a channel and back.

Job: ``encode`` a message into length-prefixed JSON frames, and a total ``Decoder`` for what arrives.
Rule: every length is checked before anything is kept, junk raises ProtocolError and the decoder
stays broken afterwards; nothing but JSON objects is ever built from foreign bytes.

A frame is four bytes (big-endian length of what follows) and one JSON object. A message longer than
a frame is cut into pieces, each a frame of its own: ``{"piece": 0, "of": 3, "text": "..."}``.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any, NoReturn

FRAME_LIMIT = 1024 * 1024
"""Most bytes in one frame, without its length word."""
MESSAGE_LIMIT = 64 * 1024 * 1024
"""Most bytes in one message, all its pieces together."""
PIECE_KEY = "piece"
"""Reserved: no message may have this key at its top."""

_LENGTH = struct.Struct(">I")
# Quoting inside a piece at most doubles ASCII JSON, and the wrapper itself needs some sixty bytes.
_PIECE_SIZE = (FRAME_LIMIT - 256) // 2
_MOST_PIECES = MESSAGE_LIMIT // _PIECE_SIZE + 1


class ProtocolError(Exception):
    """The other side sent something that is not a frame; the channel is of no further use."""


class MessageTooLargeError(ValueError):
    """A message is longer than MESSAGE_LIMIT and was not sent."""


def encode(message: Mapping[str, Any]) -> list[bytes]:
    """Return the frames that carry ``message``, in order.

    Raises MessageTooLargeError, and ValueError or TypeError for what JSON cannot say (a bug).
    """
    if PIECE_KEY in message:
        raise ValueError(f"{PIECE_KEY!r} is reserved")
    # ASCII JSON also carries lone surrogates unharmed, and may be cut anywhere.
    text = json.dumps(dict(message), allow_nan=False, separators=(",", ":"))
    if len(text) > MESSAGE_LIMIT:
        raise MessageTooLargeError(len(text))
    if len(text) <= FRAME_LIMIT:
        return [_frame(text)]
    cuts = range(0, len(text), _PIECE_SIZE)
    return [
        _frame(json.dumps({PIECE_KEY: number, "of": len(cuts), "text": text[cut : cut + _PIECE_SIZE]}))
        for number, cut in enumerate(cuts)
    ]


def _frame(text: str) -> bytes:
    data = text.encode("ascii")
    return _LENGTH.pack(len(data)) + data


class Decoder:
    """Turns bytes, in whatever portions they arrive, back into messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._pieces: list[str] = []
        self._pieces_expected = 0
        self._pieces_size = 0
        self._broken = False

    def feed(self, data: bytes) -> None:
        """Add what arrived."""
        self._buffer += data

    def take(self) -> dict[str, Any] | None:
        """Return the next whole message, or None until more has arrived; raises ProtocolError."""
        while True:
            payload = self._next_payload()
            if payload is None:
                return None
            frame = self._parse(payload)
            if PIECE_KEY not in frame:
                if self._pieces_expected:
                    self._fail("a message between the pieces of another")
                return frame
            text = self._add_piece(frame)
            if text is not None:
                return self._whole(text)

    def _whole(self, text: str) -> dict[str, Any]:
        message = self._parse(text.encode())
        if PIECE_KEY in message:
            self._fail("pieces within pieces")
        return message

    def _next_payload(self) -> bytes | None:
        if self._broken:
            self._fail("already broken")
        if len(self._buffer) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._buffer)
        if not 2 <= length <= FRAME_LIMIT:
            self._fail("impossible frame length")
        end = _LENGTH.size + length
        if len(self._buffer) < end:
            return None
        payload = bytes(self._buffer[_LENGTH.size : end])
        del self._buffer[:end]
        return payload

    def _parse(self, payload: bytes) -> dict[str, Any]:
        try:
            frame = json.loads(payload, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            frame = None
        if not isinstance(frame, dict):
            self._fail("not a JSON object")
        return frame

    def _add_piece(self, frame: dict[str, Any]) -> str | None:
        number, count, text = frame.get(PIECE_KEY), frame.get("of"), frame.get("text")
        if type(number) is not int or type(count) is not int or not isinstance(text, str):
            self._fail("a malformed piece")
        self._pieces_size += len(text)
        expected = self._pieces_expected or count
        if number != len(self._pieces) or count != expected or number >= count:
            self._fail("a piece out of order")
        # Pieces of nothing would never come to an end.
        if count > _MOST_PIECES or self._pieces_size > MESSAGE_LIMIT or not text or not text.isascii():
            self._fail("a message that is too large, or none")
        self._pieces_expected = count
        self._pieces.append(text)
        if len(self._pieces) < count:
            return None
        whole = "".join(self._pieces)
        self._pieces, self._pieces_expected, self._pieces_size = [], 0, 0
        return whole

    def _fail(self, why: str) -> NoReturn:
        self._broken = True
        self._buffer.clear()
        self._pieces.clear()
        raise ProtocolError(why)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
