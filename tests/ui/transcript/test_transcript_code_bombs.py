"""Code that is made to keep a lexer busy: it stays plain, and ordinary code keeps its colours."""

from __future__ import annotations

import time

import pytest

from app.markup.marks import LONGEST_STRETCH, marked_lines

LONGEST_S = 2.0
"""Of a processor, for all of a block; each of these took from six seconds to minutes."""
LONG = 60_000


@pytest.mark.parametrize(
    ("info", "unit"),
    [
        ("diff", "a"),
        ("make", "1"),
        ("cpp", "/"),
        ("cpp", "\n "),
        ("java", "\n "),
        ("matlab", "\n "),
        ("console", "a"),
        ("ini", ":"),
        ("html", "&"),
        ("erlang", "%"),
    ],
)
def test_a_line_without_an_end_is_not_lexed(info: str, unit: str) -> None:
    text = (unit * LONG)[:LONG]
    begun = time.process_time()
    lines = list(marked_lines(text, info))
    assert time.process_time() - begun < LONGEST_S
    assert len(lines) == text.count("\n") + 1, "every line is there, for whoever counts them"


def test_the_longest_line_that_people_write_is_coloured() -> None:
    code = 'name = "' + "x" * (LONGEST_STRETCH - 20) + '"\n'
    assert any(group == "string" for *_, group in next(marked_lines(code, "python")))
