"""Frozen values out of plain data that another process sent.

Job: rebuild a dataclass from what its ``asdict`` became as JSON, every field of the kind that it
declares. Rule: nothing is converted and nothing is guessed: a text is a text, a number is finite and no
larger than a count can be, names that are missing or too many are refused. Whoever sent it may have
been taken over.
"""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Callable, Hashable, Mapping
from dataclasses import is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")

LARGEST = 2**53
"""Neither counts nor sizes come near it, and every language's numbers reach so far."""

_Reader = Callable[[Any], Any]


def rebuilt(kind: type[T], data: Mapping[str, Any]) -> T:
    """Return the ``kind`` that ``data`` says; raises TypeError or ValueError on anything else."""
    if not isinstance(data, Mapping):
        raise TypeError(f"no {kind.__name__}")
    readers = _readers(typing.cast("Hashable", kind))
    if not readers.keys() >= data.keys():
        raise TypeError(f"no such field of {kind.__name__}")
    return kind(**{name: readers[name](value) for name, value in data.items()})


@cache
def _readers(kind: Hashable) -> dict[str, _Reader]:
    hints = typing.get_type_hints(kind)
    return {
        name: _reader(hint)
        for name, hint in hints.items()
        if typing.get_origin(hint) is not typing.ClassVar
    }


def _reader(hint: Any) -> _Reader:
    """Return what reads a value of this declared kind; a kind it does not know is a bug."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType:
        return _one_of([_reader(each) for each in arguments])
    if origin is tuple:
        return _tuple(arguments)
    if origin is dict:
        return _dict(_reader(arguments[1]))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda value: hint(_text(value))
    if is_dataclass(hint):
        return lambda value: rebuilt(typing.cast("type[Any]", hint), value)
    raise NotImplementedError(f"{hint} does not cross between processes")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or abs(value) > LARGEST:
        raise TypeError("not a whole number")
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value) or abs(value) > LARGEST:
        raise TypeError("not a number")
    return float(value)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value


def _nothing(value: Any) -> None:
    if value is not None:
        raise TypeError("not nothing")


_PLAIN: dict[Any, _Reader] = {
    str: _text,
    int: _count,
    float: _number,
    bool: _truth,
    type(None): _nothing,
}


def _one_of(readers: list[_Reader]) -> _Reader:
    def read(value: Any) -> Any:
        for reader in readers:
            try:
                return reader(value)
            except (TypeError, ValueError):
                continue
        raise TypeError("none of the kinds")

    return read


def _tuple(kinds: tuple[Any, ...]) -> _Reader:
    every = _reader(kinds[0]) if kinds[-1] is Ellipsis else None
    each = [] if every else [_reader(kind) for kind in kinds]

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise TypeError("not a list")
        if every:
            return tuple(map(every, value))
        return tuple(reader(item) for reader, item in zip(each, value, strict=True))

    return read


def _dict(reader: _Reader) -> _Reader:
    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise TypeError("not a table")
        return {_text(name): reader(item) for name, item in value.items()}

    return read
