"""How hard a passphrase is to guess, as one short sentence.

Job: a rough, local estimate for a hint while typing. Rule: a hint only; the one hard limit, the least
number of characters, is the vault's own.
"""

from __future__ import annotations

import itertools
import math
from enum import StrEnum

FAIR_BITS, STRONG_BITS = 33.0, 44.0
"""Three and four common words, each try costing the memory-hard work of the vault."""
WORD_BITS = 11.0
"""What a common word adds: about one of two thousand."""


class Strength(StrEnum):
    """The steps of the hint."""

    EMPTY = "empty"
    SHORT = "short"
    SIMPLE = "simple"
    FAIR = "fair"
    STRONG = "strong"


def strength(passphrase: str, least: int) -> Strength:
    """Return how strong ``passphrase`` looks; ``least`` is the fewest characters allowed."""
    if not passphrase:
        return Strength.EMPTY
    if len(passphrase) < least:
        return Strength.SHORT
    bits = min(_by_characters(passphrase), _by_words(passphrase))
    if bits < FAIR_BITS:
        return Strength.SIMPLE
    return Strength.FAIR if bits < STRONG_BITS else Strength.STRONG


def _by_characters(passphrase: str) -> float:
    # Repeated characters and runs like "abcd" or "1234" add next to nothing.
    fresh = 1
    for before, here in itertools.pairwise(passphrase):
        if abs(ord(here) - ord(before)) > 1:
            fresh += 1
    alphabet = len(set(passphrase))
    # People choose characters less evenly than dice do.
    return 0.8 * fresh * math.log2(max(2, min(26, alphabet * 2)))


def _by_words(passphrase: str) -> float:
    words = passphrase.lower().split()
    if not all(word.isalpha() for word in words):
        return math.inf
    distinct = set(words)
    return sum(WORD_BITS + max(0, len(word) - 6) for word in distinct)
