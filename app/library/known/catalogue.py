"""The models this program knows by name.

Job: read ``resources/catalogue.toml`` (or a file of the same form) into plain values. Rule: every entry
is checked against one schema; what does not follow it is refused with its place, never half used.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.errors import UserError
from app.core.model_parts import part_names
from app.core.paths import resources_dir

CATALOGUE = "catalogue.toml"
MAX_BYTES = 2**20
MAX_ENTRIES = 256
MAX_MIRRORS = 8
MIRRORS = "mirrors"
"""The one key of a catalogue that is no model."""
_MOST = 2**43
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.gguf")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_COMMIT, _SHA256 = re.compile(r"[0-9a-f]{40}"), re.compile(r"[0-9a-f]{64}")
_MIRROR = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
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
    """One published file; ``size`` in bytes, 0 when nobody has told it yet.

    ``sha256`` is empty when no hash is known. ``commit`` may be empty where the hash is known: that says
    which file it is, and the hub is asked for the one it has now. ``confirmed``: size and hash were
    checked against the publisher's own record; what was not is confirmed by the first download.
    """

    repository: str
    commit: str
    name: str
    size: int
    sha256: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A model by name; ``title`` is what a person reads.

    ``files`` are all that are known, the current ones first; none when the model can be planned for but
    not fetched. ``purpose`` is ``chat`` or ``classify``; ``shape`` the plain data of the engine's
    ``ModelShape``.
    """

    name: str
    title: str
    publisher: str
    licence: str
    purpose: str
    files: tuple[CatalogueFile, ...]
    shape: Mapping[str, Any]

    @property
    def editions(self) -> tuple[tuple[CatalogueFile, ...], ...]:
        """The ways to have the model, the current one first: one file, or all parts of a split one."""
        return _editions(self.files)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What one catalogue file says: models, and places that hold copies of the hub (``https`` URLs)."""

    entries: tuple[CatalogueEntry, ...]
    mirrors: tuple[str, ...] = ()


def catalogue() -> tuple[CatalogueEntry, ...]:
    """Return the entries that ship with the program. Raises UserError ``library.catalogue_*``."""
    return read_catalogue(resources_dir() / CATALOGUE)


def read_catalogue(path: Path) -> tuple[CatalogueEntry, ...]:
    """Return the entries of a file. Raises UserError ``library.catalogue_*``."""
    return parse(_bytes_of(path)).entries


def read(path: Path, known: Sequence[CatalogueEntry] = ()) -> Catalogue:
    """Return all that a file says; ``known`` as in :func:`parse`. Raises as that does."""
    return parse(_bytes_of(path), known)


def parse(data: bytes, known: Sequence[CatalogueEntry] = ()) -> Catalogue:
    """Return what a catalogue's bytes say. Raises UserError ``library.catalogue_*``.

    ``known`` are entries that new ones may name as being of the same shape (``like``).
    """
    try:
        tables = tomllib.loads(data.decode("utf-8")) if len(data) <= MAX_BYTES else None
    except (ValueError, RecursionError):
        tables = None
    if tables is None or len(tables) > MAX_ENTRIES:
        raise UserError("library.catalogue_not_toml")
    mirrors = _mirrors(tables.pop(MIRRORS, []))
    shapes = {entry.name: entry.shape for entry in known}
    entries = []
    for number, (name, table) in enumerate(tables.items(), 1):
        entry = _entry(number, name, table, shapes)
        shapes[name] = entry.shape
        entries.append(entry)
    return Catalogue(tuple(entries), mirrors)


def _bytes_of(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise UserError("library.catalogue_unreadable")  # a pipe would be waited for
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError:
        raise UserError("library.catalogue_unreadable") from None


def _mirrors(value: object) -> tuple[str, ...]:
    good = isinstance(value, list) and len(value) <= MAX_MIRRORS
    if not isinstance(value, list) or not good or not all(_is_mirror(item) for item in value):
        raise UserError("library.catalogue_bad_mirror")
    return tuple(str(item).rstrip("/") for item in value)


def _is_mirror(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 512 and _MIRROR.fullmatch(value) is not None


class _Table:
    """One table of an entry; every value is asked for by name and kind, and none may be left over."""

    def __init__(
        self, entry: int, table: object, keys: tuple[str, ...], optional: tuple[str, ...] = ()
    ) -> None:
        self._entry = entry
        if not isinstance(table, dict):
            raise self.wrong(keys[0])
        for key in keys:
            if key not in table and key not in optional:
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


_ENTRY = ("publisher", "licence", "purpose", "title", "files", "shape", "like")
_ENTRY_OPTIONAL = ("title", "files", "shape", "like")
_FILE_KEYS = ("repository", "commit", "name", "size", "sha256", "confirmed")


def _entry(
    number: int, name: str, data: object, shapes: Mapping[str, Mapping[str, Any]]
) -> CatalogueEntry:
    if not _NAME.fullmatch(name):
        raise UserError("library.catalogue_wrong", entry=number, field="name")
    table = _Table(number, data, _ENTRY, _ENTRY_OPTIONAL)
    files = table.get("files") or []
    if not isinstance(files, list):
        raise table.wrong("files")
    found = tuple(_file(number, file) for file in files)
    for edition in _editions(found):
        names = tuple(file.name for file in edition)
        if names != part_names(names[0]):
            raise table.wrong("files")  # a part is missing, or they are not in order
    return CatalogueEntry(
        name=name,
        title=table.text("title", _WORDS) if table.get("title") is not None else name,
        publisher=table.text("publisher", _WORDS),
        licence=table.text("licence", _WORDS),
        purpose=table.text("purpose", re.compile("chat|classify")),
        files=found,
        shape=_shape_or_like(number, table, found, shapes),
    )


def _file(number: int, data: object) -> CatalogueFile:
    table = _Table(number, data, _FILE_KEYS, ("commit", "size", "sha256"))
    file = CatalogueFile(
        repository=table.text("repository", _REPOSITORY),
        commit=table.text("commit", _COMMIT) if table.get("commit") is not None else "",
        name=table.text("name", _FILE),
        size=table.number("size") if table.get("size") is not None else 0,
        sha256=table.text("sha256", _SHA256) if table.get("sha256") is not None else "",
        confirmed=table.truth("confirmed"),
    )
    if file.confirmed and not (file.size and file.sha256):
        raise table.wrong("confirmed")
    if not file.commit and not (file.size and file.sha256):
        raise table.wrong("commit")
    return file


def _editions(files: Sequence[CatalogueFile]) -> tuple[tuple[CatalogueFile, ...], ...]:
    found: dict[tuple[str, str, tuple[str, ...]], list[CatalogueFile]] = {}
    for file in files:
        found.setdefault((file.repository, file.commit, part_names(file.name)), []).append(file)
    return tuple(tuple(edition) for edition in found.values())


def _shape_or_like(
    number: int,
    table: _Table,
    files: tuple[CatalogueFile, ...],
    shapes: Mapping[str, Mapping[str, Any]],
) -> Mapping[str, Any]:
    like = table.get("like")
    if like is None:
        return _shape(number, table.get("shape"), files)
    if table.get("shape") is not None or not isinstance(like, str) or like not in shapes:
        raise table.wrong("like")
    return shapes[like]


def _shape(number: int, data: object, files: tuple[CatalogueFile, ...]) -> dict[str, Any]:
    table = _Table(number, data, _SHAPE)
    shape: dict[str, Any] = {key: table.number(key) for key in _SHAPE}
    layers = table.number("layers", _MOST_LAYERS)
    for key in ("layer_bytes", "expert_bytes"):
        shape[key] = [shape[key]] * layers  # all layers are alike
    weights = shape["embedding_bytes"] + shape["output_bytes"]
    weights += sum(shape["layer_bytes"]) + sum(shape["expert_bytes"])
    sizes = [file.size for file in _editions(files)[0]] if files else []
    shape["file_bytes"] = sum(sizes) if sizes and all(sizes) else weights
    if weights > shape["file_bytes"]:
        raise table.wrong("expert_bytes")
    return shape
