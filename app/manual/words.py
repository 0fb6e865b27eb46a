"""How the words of a question are read: normalised, stemmed, stood in for, set right.

Job: cut text into plain lower-case words, know which words carry nothing, which mean the same here, and
which known word a misspelt one was meant to be. Rule: words only; what a page is about is decided by
:mod:`app.manual.finder`. The lists stand in ``synonyms.toml`` beside the pages.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from app.core.errors import UserError

SYNONYMS_FILE = "synonyms.toml"
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'"})
_NEGATION = re.compile(r"\b(?:can't|cannot)\b|n't\b")
_WORD = re.compile(r"[a-z0-9]+")
_SHORT = 4
_LONG = 8
_OF_EDGES = re.compile(r"[a-z]+")


def plain_words(text: str) -> list[str]:
    """Return the words of ``text``: no accents, lower case, ``can't`` read as ``can not``."""
    if text.isascii():
        folded = text.lower()
    else:
        parts = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).casefold()
        folded = "".join(char for char in parts if not unicodedata.combining(char))
    if "n't" in folded or "cannot" in folded:
        folded = _NEGATION.sub(lambda found: "can not" if found[0][0] == "c" else " not", folded)
    return _WORD.findall(folded)


@dataclass(frozen=True, slots=True)
class WordLists:
    """The lists of ``synonyms.toml``, as plain words; a group's phrase is a tuple of words."""

    stop: frozenset[str]
    neutral: frozenset[str]
    foreign: frozenset[str]
    groups: tuple[tuple[tuple[str, ...], ...], ...]

    @classmethod
    def load(cls, directory: Path) -> WordLists:
        """Read the lists beside the pages; raises UserError("manual.missing") when they are absent."""
        try:
            data = tomllib.loads((directory / SYNONYMS_FILE).read_text("utf-8"))
        except OSError as problem:
            raise UserError("manual.missing") from problem
        groups = (tuple(tuple(plain_words(name)) for name in group) for group in data["groups"])
        return cls(
            stop=frozenset(plain_words(data["stop"])),
            neutral=frozenset(plain_words(data["neutral"])),
            foreign=frozenset(plain_words(data["foreign"])),
            groups=tuple(groups),
        )


class Spelling:
    """Finds the known word a misspelt one was meant to be.

    A word may differ by one slip (a letter too many, too few, another, two swapped), a long one by two.
    Words that differ share a form with one letter left out; those forms are the index.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        """``weights``: the known words; of equally near ones the heavier wins."""
        self._weights = weights

    @cached_property
    def _forms(self) -> dict[str, list[str]]:
        """Form to words; made when the first strange word comes, because most sessions see none."""
        made: dict[str, list[str]] = defaultdict(list)
        for word in self._weights:
            if len(word) >= _SHORT and not word.isdigit():
                for form in _forms(word):
                    made[form].append(word)
        return made

    def nearest(self, word: str) -> str | None:
        """Return the known word ``word`` was most likely meant to be, or None."""
        if len(word) < _SHORT or len(word) > 24 or _OF_EDGES.fullmatch(word) is None:
            return None
        allowed = 2 if len(word) >= _LONG else 1
        found: dict[str, int] = {}
        for form in _forms(word):
            for known in self._forms.get(form, ()):
                if known not in found and known[0] == word[0]:
                    found[known] = slips(known, word)
        near = [
            (count, -self._weights[known], known) for known, count in found.items() if count <= allowed
        ]
        if len(word) == _SHORT:
            near = [item for item in near if sorted(item[2]) == sorted(word)]
        return min(near)[2] if near else None

    def parts(self, word: str) -> tuple[str, str] | None:
        """Return two known words that were written as one, or None."""
        for cut in range(3, len(word) - 2):
            if word[:cut] in self._weights and word[cut:] in self._weights:
                return word[:cut], word[cut:]
        return None


def _forms(word: str) -> set[str]:
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def slips(first: str, second: str) -> int:
    """Return how many slips (insert, leave out, replace, swap neighbours) lie between two words."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, char in enumerate(first, 1):
        next_row = [i]
        for j, other in enumerate(second, 1):
            cost = min(row[j] + 1, next_row[-1] + 1, row[j - 1] + (char != other))
            if i > 1 and j > 1 and char == second[j - 2] and first[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            next_row.append(cost)
        before, row = row, next_row
    return row[-1]


def known_words(texts: Iterable[str]) -> frozenset[str]:
    """Return every plain word of ``texts``."""
    return frozenset(plain_words("\n".join(texts)))
