"""A conversation's name before the person gives it one.

Job: make a short, one-line title of the first question. Rule: the person's own words, never a model
run; control and bidirectional characters are left out, because titles stand in lists and menus.
"""

from __future__ import annotations

import unicodedata

MAX_LENGTH = 60


def title_from(question: str) -> str:
    """Return a title of at most 60 characters, cut at a word where possible; never empty."""
    visible = "".join(
        " " if character.isspace() else character
        for character in question[:2000]
        if character.isspace() or unicodedata.category(character)[0] != "C"
    )
    words = " ".join(visible.split())
    if len(words) <= MAX_LENGTH:
        return words or "…"
    cut = words[:MAX_LENGTH].rsplit(" ", 1)[0]
    return f"{cut if len(cut) > MAX_LENGTH // 2 else words[:MAX_LENGTH]}…"
