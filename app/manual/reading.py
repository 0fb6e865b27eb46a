"""A person's question, read as terms that can be looked up.

Job: cut a question into terms, each with the words that may stand for it and with what it is worth as
evidence. Rule: a term is *known* (the manual names it), *unknown* (evidence that the question is about
something else) or *neutral* (evidence of nothing); misspelt words are set right before that is decided.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.manual.index import ManualIndex, Postings
from app.manual.pages import Page
from app.manual.words import Spelling, WordLists, known_words, plain_words

MOST_CHARACTERS = 2_000
"""More of a question is not read: a page is about one thing, and the search must stay quick."""
MOST_WORDS = 120
SAME = 1.0
STANDS_FOR = 0.65
"""What a word is worth that stands for another one in a group of ``synonyms.toml``."""
STANDS_FOR_FEATURE = 0.4
"""The same for the learned part of the search."""
PHRASE_STANDS_FOR = 0.8
SET_RIGHT = 0.85
"""What a misspelt word is worth after it was set right."""
UNKNOWN_WORTH = 5.0
"""How much a word counts against the manual that it does not know (the rarest known word: 5.1)."""
NEUTRAL_WORTH = 0.8
"""How much a neutral word says where a page names it."""
_LONGEST_NUMBER = 2


def rarity(pages: int, holding: int) -> float:
    """Return how much a word says that ``holding`` of ``pages`` pages name in title or keywords."""
    return math.log((pages + 1) / (max(holding, 1) + 0.5)) + 0.2


class TermKind(StrEnum):
    """What a term says about where its question belongs."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Variant:
    """A word or phrase that a term may be read as: its stems, where it stands, its worth (0 to 1)."""

    stems: tuple[str, ...]
    postings: Postings
    worth: float


@dataclass(frozen=True, slots=True)
class Term:
    """One word or phrase of a question.

    ``worth`` is how much it says: its rarity in the manual. ``foreign`` marks a word of other subjects.
    """

    words: str
    kind: TermKind
    worth: float
    variants: tuple[Variant, ...]
    foreign: bool = False
    stand_ins: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as read: its words after correction, their stems, which carry something, its terms."""

    words: tuple[str, ...]
    stems: tuple[str, ...]
    carrying: tuple[bool, ...]
    terms: tuple[Term, ...]

    def of_kind(self, kind: TermKind) -> tuple[Term, ...]:
        """Return the terms of this kind in order."""
        return tuple(term for term in self.terms if term.kind is kind)


class Reader:
    """Reads questions against one manual."""

    def __init__(self, pages: Sequence[Page], index: ManualIndex, lists: WordLists) -> None:
        self._index = index
        self._page_count = len(pages)
        self._stop = lists.stop
        self._foreign = lists.foreign
        self._neutral = lists.neutral | frozenset(index.stems(sorted(lists.neutral)))
        named = known_words(name for page in pages for name in (*page.names, *page.related))
        self.named_words = named
        told = known_words(passage for page in pages for passage in page.passages)
        grouped = frozenset(word for group in lists.groups for name in group for word in name)
        weights = dict.fromkeys(told, 1.0)
        weights.update(dict.fromkeys(lists.neutral | lists.stop | lists.foreign, 2.0))
        weights.update(dict.fromkeys(named | grouped, 3.0))
        self._weights = weights
        self._spelling = Spelling(weights)
        self._stands_for = _Groups(index, lists)

    def read(self, question: str) -> Reading:
        """Return the question as terms; only its first part is read when it is very long."""
        raw = plain_words(question[:MOST_CHARACTERS])[:MOST_WORDS]
        stems = self._index.stems(raw)
        words, right = self._set_right(raw, stems)
        stems = self._index.stems(words)
        terms: list[Term] = []
        place = 0
        while place < len(words):
            length = self._stands_for.phrase_at(stems, place)
            if length:
                term = self._phrase(words[place : place + length], stems[place : place + length])
            else:
                term = self._word(words[place], stems[place], right[place])
            if term is not None:
                terms.append(term)
            place += max(length, 1)
        carrying = tuple(word not in self._stop for word in words)
        return Reading(tuple(words), tuple(stems), carrying, tuple(terms))

    def _set_right(self, raw: Sequence[str], stems: Sequence[str]) -> tuple[list[str], list[float]]:
        words: list[str] = []
        right: list[float] = []
        for word, stem in zip(raw, stems, strict=True):
            fixed: tuple[str, ...] = (word,)
            if not self._is_known(word, stem):
                near = self._spelling.nearest(word)
                fixed = (near,) if near else self._spelling.parts(word) or (word,)
            words.extend(fixed)
            right.extend([SAME if fixed[0] == word else SET_RIGHT] * len(fixed))
        return words, right

    def _is_known(self, word: str, stem: str) -> bool:
        listed = word in self._weights or stem in self._neutral or self._stands_for.has(stem)
        return listed or bool(self._index.postings(word).scores)

    def _word(self, word: str, stem: str, right: float) -> Term | None:
        if word in self._stop:
            return None
        variants = self._variants(word, (stem,), right)
        stand_ins = self._stand_ins(stem)
        number = word.isdigit() and len(word) <= _LONGEST_NUMBER
        if word in self._neutral or stem in self._neutral or number:
            return Term(word, TermKind.NEUTRAL, NEUTRAL_WORTH, tuple(variants), stand_ins=stand_ins)
        if not variants:
            foreign = word in self._foreign
            return Term(word, TermKind.UNKNOWN, UNKNOWN_WORTH, (), foreign)
        worth = self._rarity(variants[0].postings)
        return Term(word, TermKind.KNOWN, worth, tuple(variants), word in self._foreign, stand_ins)

    def _phrase(self, words: Sequence[str], stems: Sequence[str]) -> Term | None:
        variants = self._variants(" ".join(words), tuple(stems), SAME)
        for word, stem in zip(words, stems, strict=True):
            found = self._index.postings(word)
            if word not in self._stop and word not in self._neutral and found.scores:
                variants.append(Variant((stem,), found, STANDS_FOR))
        if not variants:
            return None
        worth = self._rarity(variants[0].postings)
        stand_ins = self._stand_ins(" ".join(stems))
        return Term(" ".join(words), TermKind.KNOWN, worth, tuple(variants), stand_ins=stand_ins)

    def _stand_ins(self, key: str) -> tuple[tuple[str, float], ...]:
        return tuple(
            (" ".join(other.stems), STANDS_FOR_FEATURE) for other in self._stands_for.others(key)
        )

    def _variants(self, words: str, stems: tuple[str, ...], right: float) -> list[Variant]:
        """Return the words themselves and what stands for them, where the manual has them.

        A stand-in rarer than the word itself says no more than the word would.
        """
        own = self._index.postings(words)
        variants = [Variant(stems, own, right)] if own.scores else []
        most = self._rarity(own) if own.scores else UNKNOWN_WORTH
        for other in self._stands_for.others(" ".join(stems)):
            found = self._index.postings(other.words)
            if found.scores:
                worth = other.worth * right * min(1.0, most / self._rarity(found))
                variants.append(Variant(other.stems, found, worth))
        return variants

    def _rarity(self, postings: Postings) -> float:
        return rarity(self._page_count, len(postings.strong))


@dataclass(frozen=True, slots=True)
class _StandIn:
    words: str
    stems: tuple[str, ...]
    worth: float


class _Groups:
    """The groups of words that mean the same here, by stem."""

    def __init__(self, index: ManualIndex, lists: WordLists) -> None:
        self._others: dict[str, dict[str, _StandIn]] = defaultdict(dict)
        self._phrases: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        flat = [word for group in lists.groups for name in group for word in name]
        stems = iter(index.stems(flat))
        for group in lists.groups:
            stemmed = [tuple(next(stems) for _ in name) for name in group]
            for key in stemmed:
                worth = STANDS_FOR if len(key) == 1 else PHRASE_STANDS_FOR
                for name, other in zip(group, stemmed, strict=True):
                    if other != key:
                        self._others[" ".join(key)][" ".join(other)] = _StandIn(
                            " ".join(name), other, worth
                        )
                if len(key) > 1 and key not in self._phrases[key[0]]:
                    self._phrases[key[0]].append(key)
        for phrases in self._phrases.values():
            phrases.sort(key=len, reverse=True)

    def has(self, stem: str) -> bool:
        """Return whether this stem stands for others."""
        return stem in self._others

    def others(self, key: str) -> list[_StandIn]:
        """Return what stands for these stems."""
        return list(self._others.get(key, {}).values())

    def phrase_at(self, stems: Sequence[str], place: int) -> int:
        """Return how many words the longest phrase has that begins at ``place``, 0 if none does."""
        for phrase in self._phrases.get(stems[place], ()):
            if tuple(stems[place : place + len(phrase)]) == phrase:
                return len(phrase)
        return 0
