"""Which page a reading speaks for, and how sure that is.

Job: add up the evidence of a question's terms for each page, and judge whether it is enough. Rule: pure
arithmetic over :class:`app.manual.reading.Reading`; the constants were tuned on
``tests/manual/data/development.jsonl`` only.

Three kinds of evidence are added: BM25 of every term, how well the question fits one *entry* (the title or
one keyword phrase) as a whole, and phrases made of empty words alone (``who are you``). What the page does
not know of the question counts against it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from app.manual.index import ManualIndex
from app.manual.pages import Page
from app.manual.reading import NEUTRAL_WORTH, Reading, Term, TermKind, rarity
from app.manual.words import WordLists, plain_words

SMALL_TALK = frozenset({"hello", "thanks", "goodbye"})
"""Pages that answer a courtesy; they stand back when a question says anything else."""
ENOUGH = 0.42
"""The confidence from which a page is placed."""
NEUTRAL_WEIGHT = 0.3
ALONE_NEUTRAL_WEIGHT = 0.8
BODY_COVER = 0.4
"""How far a word is covered by a page that holds it in its text only."""
ENTRY_COVER = 0.5
"""How far a word is covered at least by a page that holds it in an entry; a whole entry covers it all."""
ENTRY_WEIGHT = 1.0
PHRASE_WEIGHT = 1.2
"""What each word of an entry adds that stands in the question word for word."""
HALF_SURE = 2.5
"""The score at which a page is half sure."""
COVER_POWER = 1.0
WORD_FOR_WORD = 2.0
"""How much a question says that stands in the entries word for word."""
SHARE_FLOOR = 0.35
SPARE_WEIGHT = 0.5
"""How far a word outside the entries weakens those that stand in them word for word."""
ELSEWHERE = 0.3
"""How far a word is covered that the page does not hold, but another page does."""


@dataclass(frozen=True, slots=True)
class Score:
    """The evidence for page ``page``: ``score`` orders pages, ``confidence`` (0 to 1) says whether to trust it."""

    page: int
    score: float
    confidence: float


@dataclass(frozen=True, slots=True)
class _Entry:
    page: int
    stems: frozenset[str]
    worth: float


@dataclass(frozen=True, slots=True)
class _Asked:
    """How much the known and the unknown words of a question say."""

    known: float
    unknown: float


@dataclass(slots=True)
class _Evidence:
    """What was gathered for one page."""

    points: float = 0.0
    cover: float = 0.0
    entry: float = 0.0
    phrase_words: int = 0


class Scorer:
    """Scores readings against one manual."""

    def __init__(self, pages: Sequence[Page], index: ManualIndex, lists: WordLists) -> None:
        self._talk = frozenset(number for number, page in enumerate(pages) if page.slug in SMALL_TALK)
        self._phrases: dict[str, list[tuple[tuple[str, ...], int]]] = defaultdict(list)
        self._entries: list[_Entry] = []
        self._holding: dict[str, list[int]] = defaultdict(list)
        named = [
            (words, number)
            for number, page in enumerate(pages)
            for text in (page.title, page.ask, *page.keywords)
            if (words := plain_words(text))
        ]
        stems = iter(index.stems([word for words, _ in named for word in words]))
        stemmed = [(words, tuple(next(stems) for _ in words), number) for words, number in named]
        pages_with: dict[str, set[int]] = defaultdict(set)
        for _, phrase, number in stemmed:
            for stem in phrase:
                pages_with[stem].add(number)
        for words, phrase, number in stemmed:
            self._phrases[phrase[0]].append((phrase, number))
            carrying = {stem: word for word, stem in zip(words, phrase, strict=True) if word not in lists.stop}
            worth = sum(
                NEUTRAL_WORTH if word in lists.neutral else rarity(len(pages), len(pages_with[stem]))
                for stem, word in carrying.items()
            )
            for stem in carrying:
                self._holding[stem].append(len(self._entries))
            self._entries.append(_Entry(number, frozenset(carrying), worth))

    def scores(self, reading: Reading) -> list[Score]:
        """Return the pages with any evidence, best first."""
        known = reading.of_kind(TermKind.KNOWN)
        unknown = reading.of_kind(TermKind.UNKNOWN)
        asked = _Asked(sum(term.worth for term in known), sum(term.worth for term in unknown))
        pages = self._gather(reading, known)
        results = []
        for page, found in pages.items():
            if page in self._talk and (unknown or any(page not in _strong(term) for term in known)):
                continue
            points = found.points + ENTRY_WEIGHT * found.entry + PHRASE_WEIGHT * found.phrase_words
            share = _share(found, asked, reading)
            sure = share**COVER_POWER * points / (points + HALF_SURE)
            results.append(Score(page, points * (SHARE_FLOOR + share), sure))
        results.sort(key=lambda item: (-item.score, item.page))
        return results

    def _gather(self, reading: Reading, known: Sequence[Term]) -> dict[int, _Evidence]:
        pages: dict[int, _Evidence] = defaultdict(_Evidence)
        matched = self._matched_entries(reading)
        neutral_weight = NEUTRAL_WEIGHT if known else ALONE_NEUTRAL_WEIGHT
        for entry, worth in matched.items():
            item = self._entries[entry]
            if item.worth:
                found = pages[item.page]
                found.entry = max(found.entry, worth * min(1.0, worth / item.worth))
        for term in reading.terms:
            weight = neutral_weight if term.kind is TermKind.NEUTRAL else 1.0
            covers = self._covers(term, matched)
            for page, score in _bm25(term).items():
                found = pages[page]
                found.points += score * weight
                if term.kind is TermKind.KNOWN:
                    found.cover += term.worth * covers.get(page, BODY_COVER)
        for page, count in self._phrase_words(reading).items():
            pages[page].phrase_words = count
        return pages

    def _matched_entries(self, reading: Reading) -> dict[int, float]:
        """Return for each entry how much of the question stands in it."""
        matched: dict[int, float] = defaultdict(float)
        for term in reading.terms:
            best: dict[int, float] = {}
            for variant in term.variants:
                for entry in self._entries_with(variant.stems):
                    best[entry] = max(best.get(entry, 0.0), variant.worth)
            for entry, worth in best.items():
                matched[entry] += worth * term.worth
        return matched

    def _entries_with(self, stems: tuple[str, ...]) -> Sequence[int]:
        rarest = min((self._holding.get(stem, []) for stem in stems), key=len)
        if len(stems) == 1:
            return rarest
        return [entry for entry in rarest if self._entries[entry].stems.issuperset(stems)]

    def _covers(self, term: Term, matched: dict[int, float]) -> dict[int, float]:
        """Return how far each page's best entry covers this term, 0 to 1."""
        covers: dict[int, float] = {}
        for variant in term.variants:
            for number in self._entries_with(variant.stems):
                entry = self._entries[number]
                whole = min(1.0, matched[number] / entry.worth) if entry.worth else 0.0
                cover = variant.worth * (ENTRY_COVER + (1.0 - ENTRY_COVER) * whole)
                covers[entry.page] = max(covers.get(entry.page, 0.0), cover)
        return covers

    def _phrase_words(self, reading: Reading) -> dict[int, int]:
        """Return for each page how many words of the question stand in its entries word for word."""
        held: dict[int, set[int]] = defaultdict(set)
        stems = reading.stems
        for place, stem in enumerate(stems):
            for phrase, page in self._phrases.get(stem, ()):
                if stems[place : place + len(phrase)] == phrase:
                    held[page].update(range(place, place + len(phrase)))
        return {page: len(places) for page, places in held.items()}


def _share(found: _Evidence, asked: _Asked, reading: Reading) -> float:
    """Return how much of the question the page answers, 0 to 1."""
    spare = sum(reading.carrying) - found.phrase_words
    by_phrase = found.phrase_words / max(found.phrase_words + SPARE_WEIGHT * max(spare, 0), 1.0)
    if not asked.known + asked.unknown:
        neutral = sum(term.worth for term in reading.terms)
        return max(by_phrase, found.entry / neutral if neutral else 0.0)
    literal = by_phrase * WORD_FOR_WORD
    elsewhere = max(asked.known - found.cover, 0.0) * ELSEWHERE
    return min(1.0, (found.cover + elsewhere + literal) / (asked.known + asked.unknown + literal))


def _bm25(term: Term) -> dict[int, float]:
    best: dict[int, float] = {}
    for variant in term.variants:
        for page, score in variant.postings.scores.items():
            best[page] = max(best.get(page, 0.0), score * variant.worth)
    return best


def _strong(term: Term) -> frozenset[int]:
    return frozenset(page for variant in term.variants for page in variant.postings.strong)
