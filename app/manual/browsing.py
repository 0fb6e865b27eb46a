"""The manual as a person leafs through it.

Job: which pages are listed, which fit a few typed letters, and what page and passage an answer was
given. Rule: what is only small talk is found by the Guide and listed nowhere; a page that has changed or
gone since an answer was written is said to have done so, never replaced by another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.core.conversation.message import Part
from app.manual.finder import ManualFinder, placed_text
from app.manual.pages import Page
from app.manual.words import plain_words

SMALL_TALK = frozenset({"hello", "goodbye", "thanks"})
"""Pages that the Guide needs to be polite, and nobody looks up."""
FIRST_PAGE = "first-steps"
"""What is shown before a page was chosen."""
MOST_FOUND = 8
MOST_GUESSED = 3
_PREFIX = "Manual:"


class Kept(StrEnum):
    """What has become of a passage since an answer was given it."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class PassageRead:
    """A page as it is shown beside an answer.

    ``passage`` is the place of the one that was read, None where the page has no such passage any more.
    ``page`` is None where the manual has no such page any more: the words are the answer's own then.
    """

    title: str
    passages: tuple[str, ...]
    passage: int | None
    kept: Kept
    page: Page | None = None


def listed(pages: tuple[Page, ...]) -> tuple[Page, ...]:
    """Return the pages to choose from, in the order of their titles."""
    chosen = (page for page in pages if page.slug not in SMALL_TALK)
    return tuple(sorted(chosen, key=lambda page: page.title.casefold()))


def first_page(pages: tuple[Page, ...]) -> Page:
    """Return the page to begin with; ``pages`` is not empty."""
    return next((page for page in pages if page.slug == FIRST_PAGE), pages[0])


def found(finder: ManualFinder, words: str) -> tuple[Page, ...]:
    """Return the pages that fit ``words``, best first.

    Titles that hold every word, if only its beginning (the last one may not be written out yet), come
    before the other pages that are surely about them; where none is, the likeliest few are a guess.
    """
    hits = finder.search(words, MOST_FOUND)
    about = [hit.page for hit in hits if hit.confident] or [hit.page for hit in hits[:MOST_GUESSED]]
    pieces = plain_words(words)
    titled = [page for page in listed(finder.pages) if pieces and _begin_words(pieces, page.title)]
    ranked = dict.fromkeys((*(page for page in about if page in titled), *titled, *about))
    return tuple(page for page in ranked if page.slug not in SMALL_TALK)


def passage_read(finder: ManualFinder, part: Part) -> PassageRead:
    """Return the page and the passage that ``part`` placed beside a question."""
    page = finder.page(part.name)
    if page is None:
        title, _, words = part.text.strip().partition("\n")
        passages = (words.strip(),) if words.strip() else ()
        place = 0 if passages else None
        return PassageRead(title.removeprefix(_PREFIX).strip(), passages, place, Kept.GONE)
    places = (place for place in range(len(page.passages)) if placed_text(page, place) == part.text)
    read = next(places, None)
    kept = Kept.CHANGED if read is None else Kept.SAME
    return PassageRead(page.title, page.passages, read, kept, page)


def _begin_words(pieces: Sequence[str], title: str) -> bool:
    words = plain_words(title)
    return all(any(word.startswith(piece) for word in words) for piece in pieces)
