"""What a kit says it holds.

Job: the values of ``kit.json`` and their form. Rule: a stick is foreign: every path is made of plain
names below the kit's folder, nothing is named twice (whatever the case), and sizes and hashes have their
form; anything else is refused before a file is opened.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.core.errors import UserError
from app.library.files.names import is_plain

MANIFEST, SUMS, UNFINISHED = "kit.json", "SHA256SUMS", "kit.unfinished"
FORMAT = 1
MAX_BYTES = 2**22
MOST_FILES = 4096
_DEPTH = 3
_MOST = 2**43
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class KitFile:
    """One file of a kit: ``path`` below its folder with forward slashes, ``size`` in bytes."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class KitModel:
    """One model file: its name and hash when whole, and the kit's files that make it up, in order."""

    name: str
    size: int
    sha256: str
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """All of a kit but the manifest itself and ``SHA256SUMS``."""

    made_with: str
    files: tuple[KitFile, ...]
    models: tuple[KitModel, ...]

    def file(self, path: str) -> KitFile:
        """Return the file at this path; raises KeyError."""
        return next(file for file in self.files if file.path == path)

    def to_bytes(self) -> bytes:
        """Return ``kit.json``."""
        return json.dumps({"kit": FORMAT, **asdict(self)}, indent=1).encode() + b"\n"


def parse(data: bytes) -> Manifest:
    """Return the manifest in these bytes. Raises UserError ``library.kit_bad_manifest``."""
    try:
        _check(len(data) <= MAX_BYTES)
        return _manifest(json.loads(data))
    except (_WrongError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UserError("library.kit_bad_manifest") from None


class _WrongError(Exception):
    """What was read is no manifest."""


def _manifest(data: Mapping[str, Any]) -> Manifest:
    _check(data["kit"] == FORMAT and isinstance(data["made_with"], str))
    _check(len(data["files"]) <= MOST_FILES and len(data["models"]) <= MOST_FILES)
    files = tuple(_file(item) for item in data["files"])
    by_path = {file.path: file for file in files}
    reserved = {name.casefold() for name in (MANIFEST, SUMS, UNFINISHED)}
    paths = {path.casefold() for path in by_path}
    _check(len(paths) == len(files) and not paths & reserved)
    models = tuple(_model(item, by_path) for item in data["models"])
    _check(len({model.name.casefold() for model in models}) == len(models))
    return Manifest(data["made_with"][:64], files, models)


def _file(data: Mapping[str, Any]) -> KitFile:
    path = data["path"]
    names = path.split("/")
    _check(1 <= len(names) <= _DEPTH and all(is_plain(name) for name in names))
    return KitFile(path, _size(data["size"]), _hash(data["sha256"]))


def _model(data: Mapping[str, Any], files: Mapping[str, KitFile]) -> KitModel:
    name, pieces = data["name"], tuple(data["pieces"])
    _check(is_plain(name) and name.endswith(".gguf") and bool(pieces))
    _check(len(set(pieces)) == len(pieces))
    size = _size(data["size"])
    _check(size == sum(files[piece].size for piece in pieces))
    return KitModel(name, size, _hash(data["sha256"]), pieces)


def _size(value: object) -> int:
    _check(isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST)
    assert isinstance(value, int)
    return value


def _hash(value: object) -> str:
    _check(isinstance(value, str) and _SHA256.fullmatch(value) is not None)
    assert isinstance(value, str)
    return value


def _check(true: bool) -> None:
    if not true:
        raise _WrongError
