"""The catalogue of everything a person reads.

Job: look up plain British English by key, and fill in names and numbers. Rule: no module holds a
user-facing sentence of its own; the sentences live in ``resources/texts/en-GB/*.toml``, one file per
room of the house, and a missing key or value is a bug (KeyError), never an empty label.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from app.core.paths import resources_dir

Value = str | int | float

_MIB_OF_A_GB = 1024.0


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """One failure in words: what is safe, what happened, what to do next."""

    safe: str
    what: str
    next: str

    @property
    def sentence(self) -> str:
        """The three parts as one line; an empty part is left out."""
        return " ".join(part for part in (self.safe, self.what, self.next) if part)


@cache
def _catalogue() -> dict[str, str]:
    entries: dict[str, str] = {}
    for path in sorted((resources_dir() / "texts" / "en-GB").glob("*.toml")):
        _flatten("", tomllib.loads(path.read_text("utf-8")), entries)
    return entries


def _flatten(prefix: str, table: dict[str, object], into: dict[str, str]) -> None:
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            _flatten(f"{name}.", value, into)
        elif not isinstance(value, str):
            raise TypeError(f"catalogue entry {name} is not text")
        elif name in into:
            raise KeyError(f"catalogue entry {name} is defined twice")
        else:
            into[name] = value


def entries() -> Mapping[str, str]:
    """Return the whole catalogue, sentence by key (for the tests that read it as a person would)."""
    return MappingProxyType(_catalogue())


def text(key: str, **values: Value) -> str:
    """Return the entry ``key`` with ``{names}`` filled in; raises KeyError if anything is missing.

    ``{name:memory}`` is a size in MiB as people read it: 13.2 GB.
    """
    return _WORDS.vformat(_catalogue()[key], (), values)


def memory(mib: float) -> str:
    """Return a size given in MiB in a sentence: 512 MB, 2 GB, 13.2 GB."""
    if round(mib) < _MIB_OF_A_GB:
        return text("panels.figures.megabytes", value=round(mib))
    return text("panels.figures.gigabytes", value=f"{mib / _MIB_OF_A_GB:.1f}".removesuffix(".0"))


class _Words(string.Formatter):
    """What ``str.format`` does, and sizes of memory."""

    def format_field(self, value: object, format_spec: str) -> str:
        """Return one value in the form asked for."""
        if format_spec == "memory" and isinstance(value, int | float):
            return memory(value)
        return str(super().format_field(value, format_spec))


_WORDS = _Words()


def error(code: str, **values: Value) -> ErrorWords:
    """Return the words of the failure ``code`` (the entries ``errors.<code>.safe|what|next``)."""
    return ErrorWords(*(text(f"errors.{code}.{part}", **values) for part in ("safe", "what", "next")))
