"""The models this program knows by name.

Job: read ``resources/catalogue.toml`` (or a file of the same form) into plain values. Rule: every entry
is checked against one schema; what does not follow it is refused with its place, never half used.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.errors import UserError
from app.core.paths import resources_dir

CATALOGUE = "catalogue.toml"
MAX_BYTES = 2**20
MAX_ENTRIES = 256
_MOST = 2**43
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.gguf")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_COMMIT, _SHA256 = re.compile(r"[0-9a-f]{40}"), re.compile(r"[0-9a-f]{64}")
_WORDS = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .+-]{0,63}")
_SHAPE = (
    "layers",
    "heads",
    "kv_heads",
    "head_size",
    "width",
    "expert_width",
    "experts",
    "experts_used",
    "window",
    "vocabulary",
    "trained_context",
    "embedding_bytes",
    "output_bytes",
    "layer_bytes",
    "expert_bytes",
)
_MOST_LAYERS = 1024


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    """One published file; ``size`` in bytes. ``confirmed``: checked against the publisher's record."""

    repository: str
    commit: str
    name: str
    size: int
    sha256: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A model by name. ``files`` are alternatives, the current one first; none when no hash is known.

    ``purpose`` is ``chat`` or ``classify``; ``shape`` the plain data of the engine's ``ModelShape``.
    """

    name: str
    publisher: str
    licence: str
    purpose: str
    files: tuple[CatalogueFile, ...]
    shape: Mapping[str, Any]


def catalogue() -> tuple[CatalogueEntry, ...]:
    """Return the entries that ship with the program. Raises UserError ``library.catalogue_*``."""
    return read_catalogue(resources_dir() / CATALOGUE)


def read_catalogue(path: Path) -> tuple[CatalogueEntry, ...]:
    """Return the entries of a file. Raises UserError ``library.catalogue_*``."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError:
        raise UserError("library.catalogue_unreadable") from None
    return parse_catalogue(data)


def parse_catalogue(data: bytes) -> tuple[CatalogueEntry, ...]:
    """Return the entries of a catalogue's bytes. Raises UserError ``library.catalogue_*``."""
    try:
        tables = tomllib.loads(data.decode("utf-8")) if len(data) <= MAX_BYTES else None
    except (ValueError, RecursionError):
        tables = None
    if tables is None or len(tables) > MAX_ENTRIES:
        raise UserError("library.catalogue_not_toml")
    return tuple(_entry(number, name, table) for number, (name, table) in enumerate(tables.items(), 1))


class _Table:
    """One table of an entry; every value is asked for by name and kind, and none may be left over."""

    def __init__(self, entry: int, table: object, keys: tuple[str, ...], optional: str = "") -> None:
        self._entry = entry
        if not isinstance(table, dict):
            raise self.wrong(keys[0])
        for key in keys:
            if key not in table and key != optional:
                raise self.wrong(key)
        if set(table) - set(keys):
            raise UserError("library.catalogue_unknown_key", entry=entry, keys=", ".join(keys))
        self._table: dict[str, Any] = table

    def wrong(self, key: str) -> UserError:
        return UserError("library.catalogue_wrong", entry=self._entry, field=key)

    def get(self, key: str) -> Any:
        return self._table.get(key)

    def text(self, key: str, form: re.Pattern[str]) -> str:
        value = self._table[key]
        if not isinstance(value, str) or not form.fullmatch(value):
            raise self.wrong(key)
        return value

    def number(self, key: str, most: int = _MOST) -> int:
        value = self._table[key]
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= most:
            raise self.wrong(key)
        return value

    def truth(self, key: str) -> bool:
        value = self._table[key]
        if not isinstance(value, bool):
            raise self.wrong(key)
        return value


def _entry(number: int, name: str, data: object) -> CatalogueEntry:
    if not _NAME.fullmatch(name):
        raise UserError("library.catalogue_wrong", entry=number, field="name")
    table = _Table(number, data, ("publisher", "licence", "purpose", "files", "shape"), "files")
    files = table.get("files") or []
    if not isinstance(files, list):
        raise table.wrong("files")
    found = tuple(_file(number, file) for file in files)
    return CatalogueEntry(
        name=name,
        publisher=table.text("publisher", _WORDS),
        licence=table.text("licence", _WORDS),
        purpose=table.text("purpose", re.compile("chat|classify")),
        files=found,
        shape=_shape(number, table.get("shape"), found),
    )


def _file(number: int, data: object) -> CatalogueFile:
    table = _Table(number, data, ("repository", "commit", "name", "size", "sha256", "confirmed"))
    return CatalogueFile(
        repository=table.text("repository", _REPOSITORY),
        commit=table.text("commit", _COMMIT),
        name=table.text("name", _FILE),
        size=table.number("size"),
        sha256=table.text("sha256", _SHA256),
        confirmed=table.truth("confirmed"),
    )


def _shape(number: int, data: object, files: tuple[CatalogueFile, ...]) -> dict[str, Any]:
    table = _Table(number, data, _SHAPE)
    shape: dict[str, Any] = {key: table.number(key) for key in _SHAPE}
    layers = table.number("layers", _MOST_LAYERS)
    for key in ("layer_bytes", "expert_bytes"):
        shape[key] = [shape[key]] * layers  # all layers are alike
    weights = shape["embedding_bytes"] + shape["output_bytes"]
    weights += sum(shape["layer_bytes"]) + sum(shape["expert_bytes"])
    shape["file_bytes"] = files[0].size if files else weights
    if weights > shape["file_bytes"]:
        raise table.wrong("expert_bytes")
    return shape
