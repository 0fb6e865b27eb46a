"""The pages of the manual, read from their files.

Job: turn ``resources/guide/manual/*.md``, and the word lists beside them, into frozen :class:`Page`
values and refuse a page that breaks the rules of the house. Rule: a page is a title, the other words
people use for it, at most one suggested question and one to three passages that each stand on their own;
a fault in a page is a bug of ours (:class:`PageError`), a missing folder is a broken installation
(:class:`UserError`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from app.core.errors import UserError
from app.core.paths import resources_dir

MIN_WORDS = 15
"""The fewest words of a passage: less does not stand on its own."""
MAX_WORDS = 90
"""The most words of a passage: the guide reads all of it with every question."""
MAX_PASSAGES = 3
PHRASES_FILE = "phrases.toml"
RELATED_FILE = "related.toml"
_FENCE = "---"
_FIELDS = frozenset({"title", "keywords", "ask"})
_MARKUP = ("**", "__", "](", "<|", "# ", "* ", "- ", "> ")


class PageError(ValueError):
    """A page of the manual breaks the rules; the text says which page and which rule."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: ``slug`` is its file name without the ending.

    ``keywords`` are other words and short phrases people use for the subject; ``ask`` is a question
    suggested in an empty conversation, empty for most pages; ``passages`` has one to three texts;
    ``phrases`` are more ways in which people ask for it and ``related`` single words they connect with
    it, both for the search only.
    """

    slug: str
    title: str
    keywords: tuple[str, ...]
    passages: tuple[str, ...]
    ask: str = ""
    phrases: tuple[str, ...] = ()
    related: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything a person may call the page: its title, question, keywords and phrases."""
        return tuple(filter(None, (self.title, self.ask, *self.keywords, *self.phrases)))


def manual_dir() -> Path:
    """Return the folder of the manual's pages."""
    return resources_dir() / "guide" / "manual"


def load_pages(directory: Path | None = None) -> tuple[Page, ...]:
    """Return the pages in ``directory`` (default: the program's own) sorted by slug.

    Raises UserError("manual.missing") when the folder has no readable pages, PageError on a bad page.
    """
    folder = manual_dir() if directory is None else directory
    try:
        texts = [(path.stem, path.read_text("utf-8")) for path in sorted(folder.glob("*.md"))]
    except OSError as problem:
        raise UserError("manual.missing") from problem
    if not texts:
        raise UserError("manual.missing")
    phrases, related = _texts_of(folder / PHRASES_FILE), _texts_of(folder / RELATED_FILE)
    pages = tuple(
        replace(
            parse_page(slug, text),
            phrases=tuple(filter(None, map(str.strip, phrases.pop(slug, "").splitlines()))),
            related=tuple(related.pop(slug, "").split()),
        )
        for slug, text in texts
    )
    for name, left in ((PHRASES_FILE, phrases), (RELATED_FILE, related)):
        if left:
            raise PageError(f"{name}: no page is named {', '.join(sorted(left))}")
    _check_unique(pages)
    return pages


def _texts_of(path: Path) -> dict[str, str]:
    """Return what a list beside the pages says of each page; empty when there is no such list."""
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


def parse_page(slug: str, text: str) -> Page:
    """Return the page written in ``text``; raises PageError when it breaks a rule."""
    lines = text.splitlines()
    if not lines or lines[0] != _FENCE or _FENCE not in lines[1:]:
        raise PageError(f"{slug}: the front matter is missing")
    end = lines.index(_FENCE, 1)
    fields = _front_matter(slug, lines[1:end])
    page = Page(
        slug=slug,
        title=fields.get("title", ""),
        keywords=tuple(word for item in fields.get("keywords", "").split(",") if (word := item.strip())),
        passages=tuple(_paragraphs(lines[end + 1 :])),
        ask=fields.get("ask", ""),
    )
    _check(page)
    return page


def _front_matter(slug: str, lines: Iterable[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or name not in _FIELDS or name in fields:
            raise PageError(f"{slug}: a line of the front matter is not a known field: {name}")
        fields[name] = value.strip()
    return fields


def _paragraphs(lines: Iterable[str]) -> list[str]:
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            paragraphs[-1].append(line.strip())
        elif paragraphs[-1]:
            paragraphs.append([])
    return [" ".join(paragraph) for paragraph in paragraphs if paragraph]


def _check(page: Page) -> None:
    if not page.title or not page.keywords:
        raise PageError(f"{page.slug}: the title or the keywords are missing")
    if not 1 <= len(page.passages) <= MAX_PASSAGES:
        raise PageError(
            f"{page.slug}: a page has 1 to {MAX_PASSAGES} passages, not {len(page.passages)}"
        )
    for passage in page.passages:
        words = len(passage.split())
        if not MIN_WORDS <= words <= MAX_WORDS:
            raise PageError(
                f"{page.slug}: a passage has {words} words, outside {MIN_WORDS} to {MAX_WORDS}"
            )
        if "!" in passage or any(mark in f"{passage} " for mark in _MARKUP):
            raise PageError(f"{page.slug}: a passage holds markup or an exclamation mark")
    if len(set(page.passages)) != len(page.passages):
        raise PageError(f"{page.slug}: two passages are the same")


def _check_unique(pages: Iterable[Page]) -> None:
    seen: dict[str, str] = {}
    for page in pages:
        for name in (*map(str.casefold, filter(None, (page.title, page.ask))), *page.phrases):
            if seen.get(name, page.slug) != page.slug:
                raise PageError(f"{page.slug} and {seen[name]} share a title or a phrase: {name}")
            seen[name] = page.slug
