"""How much a file's header may ask of a computer, found out before llama.cpp reads it.

Job: walk over the metadata of a GGUF by its lengths alone. Rule: runs in the confined Engine only and
stores nothing. llama.cpp sets aside 32 bytes for each text that a list claims, and a file with a hole in
it can claim any number: read as it stands, 4 GB of nothing took all memory there was. What makes no
sense to this walk is left to llama.cpp, which reads the same bytes and refuses them.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import BinaryIO

MOST_ENTRIES = 4096
MOST_ITEMS = 2**21
"""Items of one list; the longest of a real file, the merges of its vocabulary, has 446,189."""
MOST_TENSORS = 2**16
LONGEST = 256 * 2**20
"""Bytes of all metadata; those of the largest real file are 13 million."""

_TEXT, _ARRAY = 8, 9
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Bytes of a plain value, by its type's number."""
_LENGTH = struct.Struct("<Q")
_BLOCK = 2**20


def is_bounded(path: Path) -> bool:
    """Say whether reading the file's header takes no more than a real one's; raises OSError."""
    with path.open("rb") as file:
        try:
            _walk(file)
        except _TooMuchError:
            return False
        except _SenselessError:
            return True
    return True


class _TooMuchError(Exception):
    """More than any real file has."""


class _SenselessError(Exception):
    """The end of the file, or a type that there is not: llama.cpp stops here as well."""


def _walk(file: BinaryIO) -> None:
    file.seek(8)  # after the format's name and version
    tensors, entries = _number(file, 8), _number(file, 8)
    if tensors > MOST_TENSORS or entries > MOST_ENTRIES:
        raise _TooMuchError
    for _ in range(entries):
        _skip(file, _number(file, 8))
        kind = _number(file, 4)
        if kind == _ARRAY:
            _skip_array(file)
        elif kind == _TEXT:
            _skip(file, _number(file, 8))
        else:
            _skip(file, _size_of(kind))


def _skip_array(file: BinaryIO) -> None:
    kind, count = _number(file, 4), _number(file, 8)
    if count > MOST_ITEMS:
        raise _TooMuchError
    if kind == _TEXT:
        _skip_texts(file, count)
    else:
        _skip(file, count * _size_of(kind))


def _skip_texts(file: BinaryIO, count: int) -> None:
    """Pass over so many texts: block by block, for a vocabulary has more than half a million."""
    block, place = b"", 0
    for _ in range(count):
        if len(block) - place < _LENGTH.size:
            block, place = block[place:] + file.read(_BLOCK), 0
            if len(block) < _LENGTH.size:
                raise _SenselessError
        place += _LENGTH.size + _LENGTH.unpack_from(block, place)[0]
        if place > len(block):
            _skip(file, place - len(block))
            block, place = b"", 0
    file.seek(place - len(block), os.SEEK_CUR)


def _number(file: BinaryIO, size: int) -> int:
    data = file.read(size)
    if len(data) < size:
        raise _SenselessError
    return int.from_bytes(data, "little")


def _size_of(kind: int) -> int:
    if kind not in _SIZES:
        raise _SenselessError
    return _SIZES[kind]


def _skip(file: BinaryIO, count: int) -> None:
    if file.tell() + count > LONGEST:
        raise _TooMuchError
    file.seek(count, os.SEEK_CUR)
