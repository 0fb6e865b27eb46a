"""What people call the pages, as entries a question is compared with.

Job: hold every name of every page (title, keyword, phrase) as stems, and say how alike a question and an
entry are. Rule: plain arithmetic; rare words weigh much, empty ones little, and words side by side count
once more, so that ``get it back`` is more than its three words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.manual.index import ManualIndex
from app.manual.pages import Page
from app.manual.reading import NEUTRAL_WORTH, Reading, rarity
from app.manual.words import WordLists, plain_words

STOP_WORTH = 0.3
"""How much an empty word says beside others."""
PAIR_WORTH = 0.25
"""How much two neighbours add, as a share of the lesser of them."""
Pairs = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One name of a page: its carrying stems with their worth, its empty ones, its neighbours."""

    page: int
    stems: Mapping[str, float]
    empty: frozenset[str]
    pairs: Pairs
    worth: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike the question and an entry are: ``alike`` 0 to 1, ``whole`` how much of the entry is asked."""

    alike: float
    whole: float


class Entries:
    """All entries of one manual."""

    def __init__(self, pages: Sequence[Page], index: ManualIndex, lists: WordLists) -> None:
        named = [(plain_words(name), number) for number, page in enumerate(pages) for name in page.names]
        named = [(words, number) for words, number in named if words]
        stems = iter(index.stems([word for words, _ in named for word in words]))
        stemmed = [(words, tuple(next(stems) for _ in words), number) for words, number in named]
        self._worths = _worths(stemmed, len(pages), lists)
        self._entries: list[Entry] = []
        self._holding: dict[str, list[int]] = defaultdict(list)
        self._empty: list[int] = []
        for words, sequence, number in stemmed:
            carrying = [stem for word, stem in zip(words, sequence, strict=True) if word not in lists.stop]
            self._add(number, sequence, frozenset(carrying))

    def _add(self, page: int, sequence: tuple[str, ...], carrying: frozenset[str]) -> None:
        worths = {stem: self._worths[stem] for stem in carrying}
        empty = frozenset(sequence) - carrying
        pairs = frozenset(zip(sequence, sequence[1:], strict=False))
        worth = sum(worths.values()) + STOP_WORTH * len(empty) + self._pairs_worth(pairs)
        for stem in carrying:
            self._holding[stem].append(len(self._entries))
        if not carrying:
            self._empty.append(len(self._entries))
        self._entries.append(Entry(page, worths, empty, pairs, worth))

    def entry(self, number: int) -> Entry:
        """Return the entry of this number."""
        return self._entries[number]

    def holding(self, stems: tuple[str, ...]) -> Sequence[int]:
        """Return the numbers of the entries that hold all these carrying stems."""
        rarest = min((self._holding.get(stem, []) for stem in stems), key=len)
        if len(stems) == 1:
            return rarest
        return [number for number in rarest if all(stem in self._entries[number].stems for stem in stems)]

    def likenesses(self, reading: Reading) -> dict[int, Likeness]:
        """Return for each entry that shares anything with the question how alike they are."""
        matched = self._matched(reading)
        sequence = reading.stems
        empty = frozenset(
            stem for stem, carries in zip(sequence, reading.carrying, strict=True) if not carries
        )
        pairs = frozenset(zip(sequence, sequence[1:], strict=False))
        asked = sum(term.worth for term in reading.terms) + STOP_WORTH * len(empty) + self._pairs_worth(pairs)
        result: dict[int, Likeness] = {}
        for number in (*matched, *self._empty):
            entry = self._entries[number]
            shared = matched.get(number, 0.0) + STOP_WORTH * len(entry.empty & empty)
            both = entry.pairs & pairs
            if both:
                shared += self._pairs_worth(both)
            if shared:
                alike = min(1.0, shared / (asked * entry.worth) ** 0.5)
                result[number] = Likeness(alike, min(1.0, shared / entry.worth))
        return result

    def _matched(self, reading: Reading) -> dict[int, float]:
        matched: dict[int, float] = defaultdict(float)
        for term in reading.terms:
            best: dict[int, float] = {}
            for variant in term.variants:
                for number in self.holding(variant.stems):
                    if best.get(number, 0.0) < variant.worth:
                        best[number] = variant.worth
            for number, worth in best.items():
                matched[number] += worth * term.worth
        return matched

    def _pairs_worth(self, pairs: Pairs) -> float:
        known = self._worths
        return PAIR_WORTH * sum(
            min(known.get(first, STOP_WORTH), known.get(second, STOP_WORTH)) for first, second in pairs
        )


def _worths(
    stemmed: Iterable[tuple[list[str], tuple[str, ...], int]], pages: int, lists: WordLists
) -> dict[str, float]:
    holding: dict[str, set[int]] = defaultdict(set)
    fixed: dict[str, float] = {}
    for words, sequence, number in stemmed:
        for word, stem in zip(words, sequence, strict=True):
            holding[stem].add(number)
            if word in lists.stop:
                fixed[stem] = STOP_WORTH
            elif word in lists.neutral:
                fixed.setdefault(stem, NEUTRAL_WORTH)
    return {stem: fixed.get(stem, rarity(pages, len(found))) for stem, found in holding.items()}
