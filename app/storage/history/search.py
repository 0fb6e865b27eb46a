"""Search through everything that was said.

Job: find messages by words, the newest first, with a short piece of text around the hits. Rule: what a
person types is words, never a query language: each piece is quoted, so no text can be an operator, and
a text without letters or digits finds nothing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from app.storage.database.connection import Database
from app.storage.history.stored_text import JOINT, searchable
from app.storage.records import SearchHit

_MAX_PIECES: Final = 24
_MAX_CHARACTERS: Final = 400
_SNIPPET_TOKENS: Final = 24
# Control characters never stand in searchable text, so they can mark the hits.
_OPEN: Final = "\x01"
_CLOSE: Final = "\x02"
_BLANKS = re.compile(r"\s+")

# In the order of the index, backwards, nothing is sorted and only what is returned is looked at.
_SQL: Final = """SELECT m.conversation_id, m.id, c.title, c.updated,
        snippet(word_index, 0, char(1), char(2), '…', ?)
    FROM word_index JOIN messages m ON m.id = word_index.rowid
    JOIN conversations c ON c.id = m.conversation_id
    WHERE word_index MATCH ? AND c.binned IS NULL ORDER BY word_index.rowid DESC LIMIT ?"""


class Search:
    """The search over one history."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, words: str, limit: int = 50) -> tuple[SearchHit, ...]:
        """Return messages that hold all ``words``, the last of which may be just begun.

        What is in the bin is not looked through.
        """
        query = match_expression(words)
        if not query or limit <= 0:
            return ()
        return tuple(
            SearchHit(row[0], row[1], row[2], row[3], *_marked(row[4]))
            for row in self._database.rows(_SQL, (_SNIPPET_TOKENS, query, limit))
        )


def match_expression(words: str) -> str:
    """Return the FTS5 expression for what a person typed, empty if there is nothing to look for."""
    pieces = [
        piece for piece in searchable(words[:_MAX_CHARACTERS]).split() if any(map(_is_token, piece))
    ]
    quoted = ['"' + piece.replace('"', '""') + '"' for piece in pieces[:_MAX_PIECES]]
    if not quoted:
        return ""
    # The last word may be just begun; a single letter begins too many words to be worth ranking.
    ends_open = not words[-1].isspace() and len(pieces[-1].replace(JOINT, "")) > 1
    return " ".join(quoted) + ("*" if ends_open else "")


def _is_token(character: str) -> bool:
    # The categories that the tokenizer unicode61 takes for parts of a word.
    return unicodedata.category(character)[0] in "LN" or unicodedata.category(character) == "Co"


def _marked(snippet: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    text: list[str] = []
    marks: list[tuple[int, int]] = []
    length = start = 0
    for piece in re.split(f"([{_OPEN}{_CLOSE}])", _BLANKS.sub(" ", snippet.replace(JOINT, ""))):
        if piece == _OPEN:
            start = length
        elif piece == _CLOSE:
            if length > start:
                marks.append((start, length))
        else:
            text.append(piece)
            length += len(piece)
    return "".join(text), tuple(marks)
