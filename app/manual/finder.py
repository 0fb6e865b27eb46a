"""The search that finds the page a question is about, or says that there is none.

Job: open the manual once, rank its pages for a question, and place one passage beside the question for
the guide to answer from. Rule: a question the manual does not answer gets ``Manual: none`` rather than a
guess; nothing a person writes is kept, and no text, however hostile, makes it raise.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.core.conversation.message import Part, PartKind
from app.manual.followups import ASKING_FOR_MORE, is_follow_up
from app.manual.index import ManualIndex
from app.manual.learned import WEIGHTS_FILE, LearnedWeights
from app.manual.pages import Page, load_pages, manual_dir
from app.manual.reading import Reader, Reading
from app.manual.scoring import ENOUGH, Score, Scorer
from app.manual.words import WordLists, plain_words

NO_PAGE = "Manual: none"
"""The text of the part that says no page answers the question."""
_BETTER_PASSAGE = 1.5
"""How much more a later passage must say than the first one to be placed in its stead."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One page found: the passage that fits best, and how sure the search is, from 0 to 1.

    ``confident`` is True when the page would be placed beside the question.
    """

    page: Page
    passage: int
    confidence: float
    confident: bool


class ManualFinder:
    """Finds pages of one manual. Build it with :meth:`open`; safe to use from several threads."""

    def __init__(self, pages: tuple[Page, ...], lists: WordLists, weights: LearnedWeights) -> None:
        self.pages = pages
        self._by_slug = {page.slug: number for number, page in enumerate(pages)}
        self._index = ManualIndex(pages)
        self._reader = Reader(pages, self._index, lists)
        self._scorer = Scorer(pages, weights)

    @classmethod
    def open(cls, directory: Path | None = None) -> ManualFinder:
        """Read and index the manual in ``directory`` (default: the program's own).

        Raises UserError("manual.missing") when it is not there.
        """
        folder = manual_dir() if directory is None else directory
        return cls(
            load_pages(folder), WordLists.load(folder), LearnedWeights.load(folder / WEIGHTS_FILE)
        )

    @property
    def queries(self) -> int:
        """How many look-ups reached the database so far; the others came from memory."""
        return self._index.queries

    def search(self, question: str, limit: int = 5) -> tuple[Hit, ...]:
        """Return at most ``limit`` pages with anything to say about ``question``, best first."""
        reading = self._reader.read(question)
        scores = self._scorer.scores(reading)[: max(limit, 0)]
        return tuple(self._hit(reading, score) for score in scores)

    def place(self, question: str, previous: Part | None = None) -> Part:
        """Return the manual part to put beside ``question``.

        ``previous`` is the manual part of the person's message before, None at the start. A question
        with little of its own stays on that page and gets its next passage; the last one stays.
        """
        reading = self._reader.read(question)
        scores = self._scorer.scores(reading)
        here = self._number_of(previous)
        more = self._by_slug.get(ASKING_FOR_MORE)
        if here is not None and previous is not None and is_follow_up(reading, scores, here, more):
            return self._part(here, self._next_passage(here, previous))
        if not scores or scores[0].confidence < ENOUGH:
            return Part(PartKind.MANUAL, NO_PAGE)
        best = scores[0].page
        return self._part(best, self._best_passage(reading, best))

    def page(self, slug: str) -> Page | None:
        """Return the page of this name, or None."""
        number = self._by_slug.get(slug)
        return None if number is None else self.pages[number]

    def close(self) -> None:
        """Give the index's memory back; the finder cannot be used afterwards."""
        self._index.close()

    def _hit(self, reading: Reading, score: Score) -> Hit:
        passage = self._best_passage(reading, score.page)
        return Hit(self.pages[score.page], passage, score.confidence, score.confidence >= ENOUGH)

    def _number_of(self, part: Part | None) -> int | None:
        if part is None or part.kind is not PartKind.MANUAL:
            return None
        return self._by_slug.get(part.name)

    def _best_passage(self, reading: Reading, number: int) -> int:
        """Return the passage that says clearly more on the question than the first, or the first."""
        values = [0.0] * len(self.pages[number].passages)
        title = frozenset(self._index.stems(plain_words(self.pages[number].title)))
        for term in reading.terms:
            if any(title.issuperset(variant.stems) for variant in term.variants):
                continue  # what the whole page is about does not choose among its passages
            for place in range(len(values)):
                found = [
                    item.worth for item in term.variants if (number, place) in item.postings.passages
                ]
                values[place] += term.worth * max(found, default=0.0)
        best = max(range(len(values)), key=lambda place: (values[place], -place))
        return best if values[best] > values[0] + _BETTER_PASSAGE else 0

    def _next_passage(self, number: int, previous: Part) -> int:
        page = self.pages[number]
        for place in range(len(page.passages)):
            if placed_text(page, place) == previous.text:
                return min(place + 1, len(page.passages) - 1)
        return 0

    def _part(self, number: int, place: int) -> Part:
        page = self.pages[number]
        return Part(PartKind.MANUAL, placed_text(page, place), name=page.slug)


def placed_text(page: Page, passage: int) -> str:
    """Return the text of the part that places this passage: its title, a line break, its words."""
    return f"Manual: {page.title}\n{page.passages[passage]}"
