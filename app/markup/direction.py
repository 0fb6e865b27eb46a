"""Which way words run.

Job: the direction of a paragraph, and code inside it kept from left to right. Rule: the signs that keep
code together are unseen, stand only in runs of code, and never reach the clipboard.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from app.markup.sources import Run, Style

_BEGIN, _END = "\u2066", "\u2069"
"""A left-to-right isolate. Code that holds such signs itself has them spelled out long before."""


def is_right_to_left(text: str) -> bool:
    """Say which way a paragraph runs: as its first letter with a direction does."""
    for sign in text:
        direction = unicodedata.bidirectional(sign)
        if direction in {"L", "R", "AL"}:
            return direction != "L"
    return False


def keep_code_straight(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Return runs in which code reads from left to right whatever stands around or inside it."""
    found = tuple(runs)
    if not any(run.style & Style.CODE for run in found):
        return found
    whole = "".join(run.text for run in found)
    if whole.isascii() or not any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in whole):
        return found
    return tuple(
        Run(f"{_BEGIN}{run.text}{_END}", run.style, run.href) if run.style & Style.CODE else run
        for run in found
    )


def as_written(run: Run) -> str:
    """Return a run's characters without the signs that :func:`keep_code_straight` put there."""
    return run.text.strip(_BEGIN + _END) if run.style & Style.CODE else run.text


def without_marks(text: str) -> str:
    """Return the words of a table, which may hold code, without those signs."""
    return text.replace(_BEGIN, "").replace(_END, "")
