"""The words of a conversation, made ready for being looked through.

Job: the text of every message as it is read, folded so that capitals do not matter, and where some words
stand in it. Rule: no Qt; what Markdown hides is not found, and folding never moves a place. A message
is read once, for as long as it says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.markup.sources import utf16_length
from app.ui.transcript.content import Content, notes_source
from app.ui.transcript.model import TranscriptItem

NOTES = -1
"""The section of the working notes; the answer's own sections count from 0."""


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """Where the words stand: in which section, from which of Qt's positions to which."""

    section: int
    start: int
    end: int


class WordIndex:
    """Folded texts by message id."""

    def __init__(self) -> None:
        self._read: dict[int, tuple[TranscriptItem, str, tuple[str, ...]]] = {}

    def knows(self, item: TranscriptItem) -> bool:
        """Say whether a message was read already, as it stands."""
        found = self._read.get(item.id)
        return found is not None and found[0] is item

    def read(self, item: TranscriptItem, content: Content | None = None) -> None:
        """Read a message; ``content`` is what is shown of it, where it grows while it is read."""
        shown = content or Content(item)
        notes = shown.reasoning
        self._read[item.id] = (
            item,
            folded(notes_source(notes).text) if notes else "",
            tuple(folded(source.text) for source in shown.sources(folds=False)),
        )

    def hits(self, item: TranscriptItem, words: str, *, notes: bool) -> list[Hit]:
        """Return where folded ``words`` stand in a message that was read; ``notes`` looks there too."""
        _, noted, sections = self._read[item.id]
        found: list[Hit] = []
        if notes and noted:
            _look(found, NOTES, noted, words)
        for number, section in enumerate(sections):
            _look(found, number, section, words)
        return found

    def begun_by(self, item: TranscriptItem, words: Sequence[str]) -> list[Hit]:
        """Return where one of some folded ``words`` begins a word of a message that was read.

        Where none does (a script without spaces), they are looked for inside words too. Of places that
        lie in each other the longest counts.
        """
        _, _, sections = self._read[item.id]
        for at_start in (True, False):
            found: list[Hit] = []
            for number, section in enumerate(sections):
                for each in filter(None, words):
                    _look(found, number, section, each, at_start=at_start)
            if found:
                return _apart(found)
        return []


def folded(text: str) -> str:
    """Return ``text`` without capitals, every character where it was."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(small if len(small := sign.lower()) == 1 else sign for sign in text)


def _apart(hits: list[Hit]) -> list[Hit]:
    """Return the places in order, without those that lie in another."""
    found: list[Hit] = []
    for hit in sorted(hits, key=lambda one: (one.section, one.start, -one.end)):
        if not found or hit.section != found[-1].section or hit.start >= found[-1].end:
            found.append(hit)
    return found


def _look(found: list[Hit], section: int, text: str, words: str, *, at_start: bool = False) -> None:
    place = text.find(words)
    if place < 0:
        return
    size = utf16_length(words)
    narrow = text.isascii() or max(text) <= "\uffff"
    before, units = 0, 0
    while place >= 0:
        units += place - before if narrow else utf16_length(text[before:place])
        if not (at_start and place and text[place - 1].isalnum()):
            found.append(Hit(section, units, units + size))
        before, place = place, text.find(words, place + len(words))


def first_at_or_after(rows: Sequence[int], row: int) -> int:
    """Return the first of ``rows`` (in order) that is not before ``row``, else the last one."""
    return next((each for each in rows if each >= row), rows[-1])
