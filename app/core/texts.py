"""The catalogue of everything a person reads.

Job: look up a sentence by key, and fill in names and numbers. Rule: no module holds a user-facing
sentence of its own; the sentences live in ``resources/texts/en-GB/*.toml``, one file per room of the
house, and a missing key or value is a bug (KeyError), never an empty label.

Whose words and numbers these are is a :class:`Wording`: plain British English for the command line,
and in the window what Qt's translation functions and its locale say (``app.ui.language``), so that
another language needs a catalogue and no change in the code.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Protocol

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


class Wording(Protocol):
    """A language: its sentences, its plurals and its numbers."""

    def sentence(self, key: str) -> str:
        """Return the entry ``key`` with its braces; raises KeyError if there is none."""

    def plural_form(self, count: int) -> str:
        """Return the form that ``count`` things take, by CLDR's names: one, two, few, many, other."""

    def number(self, value: float, digits: int) -> str:
        """Return a number with so many digits after the point, thousands set apart."""


class PlainEnglish:
    """The language of the catalogue itself."""

    def sentence(self, key: str) -> str:
        """Return the entry ``key`` as it stands in the files."""
        return _catalogue()[key]

    def plural_form(self, count: int) -> str:
        """Return "one" or "other"."""
        return "one" if count == 1 else "other"

    def number(self, value: float, digits: int) -> str:
        """Return a number as Britain writes it: 1,234.5."""
        return f"{value:,.{digits}f}"


_ENGLISH = PlainEnglish()
_spoken: Wording = _ENGLISH


def speak(wording: Wording | None) -> None:
    """Let everything be worded by ``wording`` from now on; None goes back to plain English."""
    global _spoken  # noqa: PLW0603 - one language for the whole process, chosen where it starts
    _spoken = wording or _ENGLISH


def number(value: float, digits: int = 0, *, short: bool = False) -> str:
    """Return a number as the language writes it; ``short`` drops a fraction of zero: 16, not 16.0."""
    if short and round(value, digits) == round(value):
        digits = 0
    return _spoken.number(value, digits)


def plural(key: str, count: int, **values: Value) -> str:
    """Return the entry for ``count`` things: ``<key>_one``, ``<key>_other`` and what a language needs.

    ``<key>_none`` says it for zero, where there is such an entry; ``{count}`` is filled in.
    """
    known = _catalogue()
    form = "none" if count == 0 and f"{key}_none" in known else _spoken.plural_form(count)
    return text(f"{key}_{form}", count=count, **values)


def text(key: str, **values: Value) -> str:
    """Return the entry ``key`` with ``{names}`` filled in; raises KeyError if anything is missing.

    ``{name:memory}`` is a size in MiB as people read it: 13.2 GB; ``{name:,}`` sets thousands apart.
    """
    return _WORDS.vformat(_spoken.sentence(key), (), values)


def memory(mib: float) -> str:
    """Return a size given in MiB in a sentence: 512 MB, 2 GB, 13.2 GB."""
    if round(mib) < _MIB_OF_A_GB:
        return text("panels.figures.megabytes", value=round(mib))
    return text("panels.figures.gigabytes", value=number(mib / _MIB_OF_A_GB, 1, short=True))


class _Words(string.Formatter):
    """What ``str.format`` does, sizes of memory, and numbers as the language writes them."""

    def format_field(self, value: object, format_spec: str) -> str:
        """Return one value in the form asked for."""
        if format_spec == "memory" and isinstance(value, int | float):
            return memory(value)
        if format_spec == "," and isinstance(value, int):
            return number(value)
        return str(super().format_field(value, format_spec))


_WORDS = _Words()


def error(code: str, **values: Value) -> ErrorWords:
    """Return the words of the failure ``code`` (the entries ``errors.<code>.safe|what|next``)."""
    return ErrorWords(*(text(f"errors.{code}.{part}", **values) for part in ("safe", "what", "next")))
