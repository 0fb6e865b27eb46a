"""Reads what a GGUF model file says about itself, without loading it.

Job: the metadata in front of the tensors, as plain values. Rule: the file is hostile. Every length is
checked before anything is read or stored, nothing is believed about sizes, and trouble is a UserError
with a plain sentence. Only versions 2 and 3, little-endian, as llama.cpp writes them.
"""

from __future__ import annotations

import struct
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from app.core.errors import UserError

MAGIC = b"GGUF"
MAX_ENTRIES = 4096
MAX_KEY_BYTES = 1024
MAX_TEXT_BYTES = 4 * 2**20
MAX_ARRAY_ITEMS = 2**21
MAX_HEADER_BYTES = 256 * 2**20
MAX_TENSORS = 2**20

_TEXT, _ARRAY = 8, 9
_SCALARS = {
    number: struct.Struct(f"<{code}")
    for number, code in {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q"}.items()
} | {11: struct.Struct("<q"), 12: struct.Struct("<d")}

Value = (
    int | float | bool | str | tuple[int, ...] | tuple[float, ...] | tuple[bool, ...] | tuple[str, ...]
)


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """The format's version, how many tensors follow, and the metadata that was asked for."""

    version: int
    tensors: int
    metadata: dict[str, Value]

    def text(self, key: str, default: str = "") -> str:
        """Return a text value, ``default`` where it is absent or something else."""
        value = self.metadata.get(key)
        return value if isinstance(value, str) else default

    def number(self, key: str, default: int = 0) -> int:
        """Return an integer value, ``default`` where it is absent or something else."""
        value = self.metadata.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else default


@dataclass(frozen=True, slots=True)
class TokenList:
    """``tokenizer.ggml.tokens`` and ``tokenizer.ggml.token_type``, equally long."""

    tokens: tuple[str, ...]
    types: tuple[int, ...]


def is_gguf(path: Path) -> bool:
    """Return whether the file begins as a GGUF does; False where it cannot be read."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def read_header(path: Path, wanted: Collection[str] | None = None) -> GgufHeader:
    """Return the header of ``path`` with the keys in ``wanted`` (None: all of them).

    Raises UserError ``library.missing``, ``unreadable``, ``not_a_model``, ``other_version``,
    ``cut_short`` or ``damaged``.
    """
    try:
        if path.exists() and not path.is_file():
            raise UserError("library.unreadable")  # a folder, or a pipe that would be waited for
        with path.open("rb") as file:
            return _Reader(file).header(wanted)
    except FileNotFoundError:
        raise UserError("library.missing") from None
    except OSError:
        raise UserError("library.unreadable") from None


def read_token_list(path: Path) -> TokenList:
    """Return the tokens of ``path``; raises as :func:`read_header`, and ``library.no_vocabulary``."""
    keys = ("tokenizer.ggml.tokens", "tokenizer.ggml.token_type")
    metadata = read_header(path, keys).metadata
    tokens, types = (metadata.get(key) for key in keys)
    if not isinstance(tokens, tuple) or not isinstance(types, tuple) or len(tokens) != len(types):
        raise UserError("library.no_vocabulary")
    texts = tuple(token for token in tokens if isinstance(token, str))
    numbers = tuple(kind for kind in types if isinstance(kind, int))
    if not tokens or len(texts) != len(tokens) or len(numbers) != len(types):
        raise UserError("library.no_vocabulary")
    return TokenList(texts, numbers)


class _Reader:
    """Reads forward through one file, never further than the header may be long."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = MAX_HEADER_BYTES

    def header(self, wanted: Collection[str] | None) -> GgufHeader:
        if self._file.read(len(MAGIC)) != MAGIC:
            raise UserError("library.not_a_model")
        version = self._number(4)
        if version not in (2, 3):
            raise UserError("library.other_version", version=version)
        tensors, entries = self._number(10), self._number(10)
        if tensors > MAX_TENSORS or entries > MAX_ENTRIES:
            raise UserError("library.damaged")
        metadata: dict[str, Value] = {}
        seen: set[str] = set()
        for _ in range(entries):
            key = self._text(MAX_KEY_BYTES)
            if key in seen:
                raise UserError("library.damaged")
            seen.add(key)
            keep = wanted is None or key in wanted
            value = self._value(self._number(4), keep=keep)
            if keep:
                metadata[key] = value
        return GgufHeader(version, tensors, metadata)

    def _bytes(self, count: int) -> bytes:
        if count > self._left:
            raise UserError("library.damaged")
        self._left -= count
        data = self._file.read(count)
        if len(data) != count:
            raise UserError("library.cut_short")
        return data

    def _scalar(self, kind: int) -> Any:
        layout = _SCALARS.get(kind)
        if layout is None:
            raise UserError("library.damaged")
        return layout.unpack(self._bytes(layout.size))[0]

    def _number(self, kind: int) -> int:
        return int(self._scalar(kind))

    def _text(self, limit: int = MAX_TEXT_BYTES) -> str:
        length = self._number(10)
        if length > limit:
            raise UserError("library.damaged")
        return self._bytes(length).decode("utf-8", "replace")

    def _value(self, kind: int, *, keep: bool) -> Value:
        if kind == _TEXT:
            return self._text()
        if kind == _ARRAY:
            return self._array(keep=keep)
        value: Value = self._scalar(kind)
        return value

    def _array(self, *, keep: bool) -> Value:
        kind, count = self._number(4), self._number(10)
        if count > MAX_ARRAY_ITEMS:
            raise UserError("library.damaged")
        if kind == _TEXT:
            if keep:
                return tuple(self._text() for _ in range(count))
            for _ in range(count):
                self._text()
            return ()
        layout = _SCALARS.get(kind)  # arrays of arrays exist on paper only
        if layout is None:
            raise UserError("library.damaged")
        data = self._bytes(layout.size * count)
        return tuple(item[0] for item in layout.iter_unpack(data)) if keep else ()
