"""The full-text index of the manual: SQLite's FTS5 with its Porter stemmer and BM25.

Job: answer, for one word or phrase, which pages hold it and how much that says (BM25 with the title
and the keywords weighing more than the text), and stem words exactly as the index does. Rule: an
in-memory database of its own, never the vault; nothing a person writes is stored in it, and their words
reach it as bound values in quotes, never as query syntax.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import sqlcipher3

from app.manual.pages import Page
from app.manual.words import plain_words

_TOKENIZER = "tokenize = 'porter unicode61 remove_diacritics 2'"
_MOST_CACHED = 4096
TITLE_WEIGHT, KEYWORDS_WEIGHT, BODY_WEIGHT = 6.0, 4.0, 1.0


@dataclass(frozen=True, slots=True)
class Postings:
    """Where a word or phrase stands.

    ``scores`` gives page numbers their BM25 score, ``strong`` are pages naming it in title or
    keywords, ``passages`` are (page, passage) pairs.
    """

    scores: dict[int, float]
    strong: frozenset[int]
    passages: frozenset[tuple[int, int]]


_NOWHERE = Postings({}, frozenset(), frozenset())


class ManualIndex:
    """FTS5 tables over the pages; pages are named by their place in the given sequence.

    Safe to use from several threads, one at a time inside.
    """

    def __init__(self, pages: Sequence[Page]) -> None:
        self._lock = threading.Lock()
        self._cache: dict[str, Postings] = {}
        self.queries = 0
        self._database = sqlcipher3.connect(":memory:", check_same_thread=False, isolation_level=None)
        run = self._database.execute
        run(f"CREATE VIRTUAL TABLE pages USING fts5(title, keywords, body, {_TOKENIZER})")
        run(f"CREATE VIRTUAL TABLE passages USING fts5(body, {_TOKENIZER})")
        run(f"CREATE VIRTUAL TABLE scratch USING fts5(words, content = '', {_TOKENIZER})")
        run("CREATE VIRTUAL TABLE scratch_terms USING fts5vocab('scratch', 'instance')")
        run("BEGIN")
        self._fill(pages)
        run("COMMIT")

    def _fill(self, pages: Sequence[Page]) -> None:
        for number, page in enumerate(pages):
            columns = (
                page.title,
                " , ".join((page.ask, *page.keywords, *page.phrases)),
                " ".join(page.passages),
            )
            values = (number + 1, *(" ".join(plain_words(column)) for column in columns))
            self._database.execute(
                "INSERT INTO pages(rowid, title, keywords, body) VALUES (?, ?, ?, ?)", values
            )
            for place, passage in enumerate(page.passages):
                row = (number * 8 + place + 1, " ".join(plain_words(passage)))
                self._database.execute("INSERT INTO passages(rowid, body) VALUES (?, ?)", row)

    def stems(self, words: Sequence[str]) -> list[str]:
        """Return the stems of plain words (see :func:`app.manual.words.plain_words`), in order."""
        if not words:
            return []
        with self._lock:
            run = self._database.execute
            run("INSERT INTO scratch(rowid, words) VALUES (1, ?)", (" ".join(words),))
            found = run("SELECT term FROM scratch_terms ORDER BY offset").fetchall()
            run("INSERT INTO scratch(scratch) VALUES ('delete-all')")
        return [term for (term,) in found]

    def postings(self, words: str) -> Postings:
        """Return where this plain word, or these words side by side, stand in the manual."""
        with self._lock:
            known = self._cache.get(words)
            if known is None:
                if len(self._cache) >= _MOST_CACHED:
                    self._cache.clear()
                known = self._cache[words] = self._look_up(words)
            return known

    def _look_up(self, words: str) -> Postings:
        self.queries += 1
        phrase = '"' + words.replace('"', "") + '"'
        run = self._database.execute
        rows = run(
            "SELECT rowid, -bm25(pages, ?, ?, ?) FROM pages WHERE pages MATCH ?",
            (TITLE_WEIGHT, KEYWORDS_WEIGHT, BODY_WEIGHT, phrase),
        ).fetchall()
        if not rows:
            return _NOWHERE
        strong = run(
            "SELECT rowid FROM pages WHERE pages MATCH ?", (f"{{title keywords}} : {phrase}",)
        ).fetchall()
        places = run("SELECT rowid FROM passages WHERE passages MATCH ?", (phrase,)).fetchall()
        return Postings(
            scores={row - 1: score for row, score in rows},
            strong=frozenset(row - 1 for (row,) in strong),
            passages=frozenset(divmod(row - 1, 8) for (row,) in places),
        )

    def close(self) -> None:
        """Give the database's memory back; the index cannot be used afterwards."""
        with self._lock:
            self._database.close()
