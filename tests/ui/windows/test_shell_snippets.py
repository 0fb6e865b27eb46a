"""A search result shows the words that were found, not only the words before them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.storage.records import SearchHit
from app.ui.models.search_results import SEEN_BEFORE_MARK, begin_near_mark


def hit(snippet: str, *marks: tuple[int, int]) -> SearchHit:
    return SearchHit(1, 1, "Title", 0.0, snippet, marks)


def test_a_mark_far_back_comes_near_the_beginning() -> None:
    snippet = (
        "The recovery code opens your history when the passphrase is forgotten, the key store empty."
    )
    start = snippet.index("key")
    moved = begin_near_mark(hit(snippet, (start, start + 3)))
    first, last = moved.marks[0]
    assert moved.snippet[first:last] == "key"
    assert first <= SEEN_BEFORE_MARK + 1
    assert moved.snippet.startswith("…")


def test_a_mark_near_the_beginning_stays() -> None:
    near = hit("the key store", (4, 7))
    assert begin_near_mark(near) == near


@given(st.text(max_size=200), st.integers(0, 200), st.integers(1, 20))
def test_marks_keep_their_words(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    end = min(start + length, len(text))
    moved = begin_near_mark(hit(text, (start, end)))
    first, last = moved.marks[0]
    assert moved.snippet[first:last] == text[start:end]
