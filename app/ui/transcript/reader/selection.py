"""What the reader selected, across segments and messages.

Job: two positions, ordered, and what lies between them as text. Rule: a position is (row, segment,
offset); text comes from sources, so rows that are not laid out copy the same.
"""

from __future__ import annotations

from app.markup.sources import Source
from app.markup.writing import joined, markdown, plain
from app.ui.transcript.content import Content, notes_source
from app.ui.transcript.message.layout import MessageLayout, Place, span_in
from app.ui.transcript.model import TranscriptModel
from app.ui.transcript.placing.realiser import Realiser

Spot = tuple[int, int, int]
FAR = 2**31 - 1


class Selection:
    """A selected range; empty when both ends are one."""

    def __init__(self) -> None:
        self.anchor: Spot = (0, 0, 0)
        self.head: Spot = (0, 0, 0)

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is selected."""
        return self.anchor == self.head

    @property
    def ends(self) -> tuple[Spot, Spot]:
        """The two ends in reading order."""
        return min(self.anchor, self.head), max(self.anchor, self.head)

    @property
    def rows(self) -> range:
        """The rows it touches."""
        if self.is_empty:
            return range(0)
        first, last = self.ends
        return range(first[0], last[0] + 1)

    def clear(self) -> None:
        """Select nothing."""
        self.anchor = self.head = (0, 0, 0)

    def set(self, anchor: Spot, head: Spot) -> None:
        """Select what lies between two positions."""
        self.anchor, self.head = anchor, head

    def in_row(self, row: int) -> tuple[Place, Place] | None:
        """Return the part of it that lies in a row."""
        if row not in self.rows:
            return None
        first, last = self.ends
        start = first[1:] if row == first[0] else (0, 0)
        end = last[1:] if row == last[0] else (FAR, FAR)
        return (start[0], start[1]), (end[0], end[1])


def pieces(
    selection: Selection, realiser: Realiser, model: TranscriptModel
) -> list[tuple[Source, int, int]]:
    """Return (source, from, to) of everything selected, in reading order."""
    found: list[tuple[Source, int, int]] = []
    rows = selection.rows
    for row in rows:
        if row in (rows[0], rows[-1]) or row in realiser.layouts:
            found += _laid_out(realiser.layout(row), selection.in_row(row))
        else:
            found += [(source, 0, FAR) for source in _whole(realiser, model, row)]
    return found


def _laid_out(
    layout: MessageLayout, chosen: tuple[Place, Place] | None
) -> list[tuple[Source, int, int]]:
    found: list[tuple[Source, int, int]] = []
    for number, segment in enumerate(layout.segments):
        span = span_in(chosen, number, segment)
        if span is not None and segment.source is not None:
            found.append((segment.source, *span))
    return found


def _whole(realiser: Realiser, model: TranscriptModel, row: int) -> list[Source]:
    item = model.items[row]
    content = Content(item)
    notes = content.reasoning if realiser.notes_open(item.id) else ""
    opened: list[Source] = [notes_source(notes)] if notes else []
    return opened + content.sources(folds=False)


def to_plain(chosen: list[tuple[Source, int, int]]) -> str:
    """Return selected pieces as plain text."""
    return joined([(piece[0], plain(*piece)) for piece in chosen])


def to_markdown(chosen: list[tuple[Source, int, int]]) -> str:
    """Return selected pieces as Markdown."""
    return joined([(piece[0], markdown(*piece)) for piece in chosen])
