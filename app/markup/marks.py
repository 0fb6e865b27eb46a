"""The colours of code, by group.

Job: which stretches of a line of code are keywords, strings, comments. Rule: groups, never colours:
screen and export have their own; a line is lexed when it is asked for. Code with a line or a blank
stretch that no person writes stays plain: the lexers' patterns take time by the square of it, and
nothing can stop one in the middle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pygments.token import Comment, Generic, Keyword, Name, Operator, String, _TokenType

from app.markup.lexers import language, lexer
from app.markup.sources import utf16_length

_GROUPS: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "comment"),
    (String, "string"),
    (Keyword, "keyword"),
    (Operator, "keyword"),
    (Name.Builtin, "keyword"),
    (Name.Tag, "keyword"),
    (Name.Decorator, "keyword"),
    (Generic.Deleted, "removed"),
    (Generic.Inserted, "keyword"),
    (Generic.Heading, "comment"),
    (Generic.Subheading, "comment"),
)

LONGEST_STRETCH = 1000
"""Characters of a line, or of white space over several, that are still lexed: a quarter of a second."""
_TOO_LONG = re.compile(rf"[^\n]{{{LONGEST_STRETCH + 1}}}|\s{{{LONGEST_STRETCH + 1}}}")

Marks = list[tuple[int, int, str]]
"""Of one line: (start, length, group) in UTF-16 units."""


@cache
def group_of(token: _TokenType) -> str:
    """Return the colour group of a token, empty for ordinary text."""
    if token is Operator.Word:
        return "keyword"
    return next((group for kind, group in _GROUPS if kind in (token, *token.split())), "")


def marked_lines(text: str, info: str) -> Iterator[Marks]:
    """Yield the marks of each line of ``text`` in order, lexing no further than asked."""
    found = None if _TOO_LONG.search(text) else lexer(language(info))
    pieces = (
        ((group_of(kind), value) for _, kind, value in found.get_tokens_unprocessed(text))
        if found is not None
        else iter([("", text)])
    )
    line: Marks = []
    column = 0
    for group, value in pieces:
        for number, part in enumerate(value.split("\n")):
            if number:
                yield line
                line, column = [], 0
            size = utf16_length(part)
            if group and size:
                line.append((column, size, group))
            column += size
    yield line
