"""Makes the header of a model file lie, one or a few numbers at a time.

Job: walk a GGUF's header, note every number and text in it, and put something extreme in the place of
some. Rule: the same seed makes the same lie; what stands around a lie stays as it was, so that a reader
gets as far as it believes.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass

_TEXT, _ARRAY = 8, 9
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_EXTREMES = (0, 1, 2, 3, 7, 31, 33, 255, 2**15, 2**16, 2**20 + 1, 2**31 - 1, 2**31, 2**32 - 1)
_EXTREMES_64 = (2**32, 2**40, 2**62, 2**63 - 1, 2**63, 2**64 - 32, 2**64 - 1)
_MOST_LIES = 3


@dataclass(frozen=True, slots=True)
class Field:
    """One number (or a text's letters) of a header: where it lies, how many bytes it has, what it is.

    ``kind`` is ``count``, ``length``, ``type``, ``value``, ``letters``, ``dimension`` or ``offset``.
    """

    offset: int
    size: int
    kind: str


def fields(data: bytes) -> list[Field]:
    """Return every field of a sound header, in order; of long arrays the first few items."""
    return list(_Walk(data).fields())


def lie(data: bytes, found: list[Field], seed: int) -> bytes:
    """Return the file with one to three of its header's fields made false."""
    chance = random.Random(seed)
    changed = bytearray(data)
    kinds = sorted({field.kind for field in found})
    for _ in range(chance.randint(1, _MOST_LIES)):
        kind = chance.choice(kinds)  # of texts there are thousands, of counts two
        field = chance.choice([field for field in found if field.kind == kind])
        _change(changed, field, chance)
    if chance.random() < 0.1:
        del changed[chance.randrange(4, len(changed)) :]
    return bytes(changed)


def _change(data: bytearray, field: Field, chance: random.Random) -> None:
    end = field.offset + field.size
    if field.kind == "letters":
        for place in range(field.offset, end):
            if chance.random() < 0.3:
                data[place] = chance.randrange(256)
        return
    most = 2 ** (8 * field.size)
    was = int.from_bytes(data[field.offset : end], "little")
    near = (was + 1, was - 1, was * 2, was // 2, was ^ (1 << chance.randrange(8 * field.size)))
    extremes = chance.choice((near, _EXTREMES, _EXTREMES_64, range(48)))
    data[field.offset : end] = (chance.choice(extremes) % most).to_bytes(field.size, "little")


class _Walk:
    """Goes through a header once."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 4  # behind the four letters that every reader asks for first

    def fields(self) -> Iterator[Field]:
        yield self._take(4, "value")
        yield (tensors := self._take(8, "count"))
        yield (entries := self._take(8, "count"))
        for _ in range(self._value(entries)):
            yield from self._text()
            yield (kind := self._take(4, "type"))
            yield from self._entry(self._value(kind))
        for _ in range(self._value(tensors)):
            yield from self._text()
            yield (dimensions := self._take(4, "count"))
            for _ in range(self._value(dimensions)):
                yield self._take(8, "dimension")
            yield self._take(4, "type")
            yield self._take(8, "offset")

    def _entry(self, kind: int) -> Iterator[Field]:
        if kind == _TEXT:
            yield from self._text()
        elif kind == _ARRAY:
            yield (of := self._take(4, "type"))
            yield (count := self._take(8, "length"))
            for number in range(self._value(count)):
                items = [*self._entry(self._value(of))]
                yield from items if number < 4 else ()
        else:
            yield self._take(_SIZES[kind], "value")

    def _text(self) -> Iterator[Field]:
        yield (length := self._take(8, "length"))
        if self._value(length):
            yield self._take(self._value(length), "letters")

    def _take(self, size: int, kind: str) -> Field:
        found = Field(self._at, size, kind)
        self._at += size
        return found

    def _value(self, field: Field) -> int:
        layout = {1: "<B", 2: "<H", 4: "<I", 8: "<Q"}[field.size]
        return int(struct.unpack_from(layout, self._data, field.offset)[0])
