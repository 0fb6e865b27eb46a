"""The questions suggested in an empty conversation.

Job: give out the suggestions that stand in the pages' ``ask`` field, in a fixed order. Rule: every one
is found by the search for sure (a test asks them all).
"""

from __future__ import annotations

from collections.abc import Iterable

from app.manual.pages import Page

_ORDER = (
    "what-is-cloister",
    "privacy",
    "effort",
    "stop",
    "recovery-code",
    "use-model-file",
)


def suggested_questions(pages: Iterable[Page]) -> tuple[str, ...]:
    """Return the suggested questions, most general first; pages without one are left out."""
    asked = {page.slug: page.ask for page in pages if page.ask}
    first = [slug for slug in _ORDER if slug in asked]
    return tuple(asked[slug] for slug in (*first, *sorted(set(asked) - set(first))))
