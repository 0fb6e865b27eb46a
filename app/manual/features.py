"""What a reading looks like to the learned part of the search.

Job: turn a :class:`app.manual.reading.Reading` into named, weighted features. Rule: training and use
share this one function, so that they cannot drift apart.
"""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from itertools import pairwise

from app.manual.reading import Reading, TermKind

EMPTY = 0.4
"""What an empty word weighs beside a carrying one, which is 1."""
PAIR = 0.4
"""What two neighbours weigh."""
GRAM = 0.25
"""What each run of letters in a carrying word weighs: kin and misspelt words share most of theirs."""
GRAM_SIGN = "#"
_GRAM_LENGTH = 4
STRANGE = 0.7
"""What each word weighs that the manual does not know."""
UNKNOWN, FOREIGN = "?unknown", "?foreign"
_MOST_STRANGE = 3


def features(reading: Reading, rarities: Mapping[str, float]) -> dict[str, float]:
    """Return the features of a reading, with their weights.

    ``rarities`` says how much each single word says (0 to 1); a word it lacks says all.
    """
    found: dict[str, float] = {}
    for stem, carries in zip(reading.stems, reading.carrying, strict=True):
        worth = rarities.get(stem, 1.0) if carries else EMPTY
        found[stem] = max(found.get(stem, 0.0), worth)
    for term in reading.terms:
        for stem, worth in term.stand_ins:
            found[stem] = max(found.get(stem, 0.0), worth)
        if term.foreign or term.kind is TermKind.UNKNOWN:
            name = FOREIGN if term.foreign else UNKNOWN
            found[name] = min(found.get(name, 0.0) + STRANGE, STRANGE * _MOST_STRANGE)
    for word, carries in zip(reading.words, reading.carrying, strict=True):
        if carries:
            found.update(dict.fromkeys(_grams(word), GRAM))
    framed = ("^", *reading.stems, "$")
    for first, second in pairwise(framed):
        found[f"{first} {second}"] = PAIR
    return found


def _grams(word: str) -> list[str]:
    edged = f"<{word}>"
    places = range(len(edged) - _GRAM_LENGTH + 1)
    return [GRAM_SIGN + edged[place : place + _GRAM_LENGTH] for place in places]


def of_length_one(found: Mapping[str, float], known: Container[str]) -> dict[str, float]:
    """Return the features in ``known``, scaled so that their squares add up to 1; perhaps none."""
    kept = {name: value for name, value in found.items() if name in known}
    length = math.sqrt(sum(value * value for value in kept.values()))
    return {name: value / length for name, value in kept.items()} if length else {}
