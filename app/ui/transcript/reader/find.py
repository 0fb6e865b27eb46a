"""Finding words in the conversation.

Job: count the places where words stand, go from one to the next, and mark those in sight; or mark those
of one message, which a search of all conversations led to. Rule: the messages nearest to the reader are
looked through first, and all of them in slices, so that a conversation of any length never holds the
window up; nothing is kept once the search is over.
"""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.ui.transcript.message.layout import MessageLayout
from app.ui.transcript.reader.word_index import NOTES, Hit, WordIndex, first_at_or_after, folded
from app.ui.transcript.segments.chrome import FoldSegment
from app.ui.transcript.segments.segment import Segment

if TYPE_CHECKING:
    from app.ui.transcript.view import TranscriptView

SLICE_S = 0.008
LIVE_MS = 500
"""How often an answer that is being written is looked through again."""


class Find(QObject):
    """One search at a time; ``changed`` when its figures or its place did."""

    changed = Signal()

    def __init__(self, view: TranscriptView) -> None:
        super().__init__(view)
        self._view = view
        self._index = WordIndex()
        self._words = ""
        self._in_notes = False
        self._led: tuple[int, tuple[str, ...]] | None = None
        """The message that a search of all conversations led to, and the words to mark in it."""
        self._hits: dict[int, list[Hit]] = {}
        self._rows: list[int] = []
        self._pending: list[int] = []
        self._current: tuple[int, int] | None = None
        self._origin = 0
        self._going = False
        """Whether the first place found is still to be shown."""
        self._version = 1
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._slice)
        self._live = QTimer(self)
        self._live.setSingleShot(True)
        self._live.setInterval(LIVE_MS)
        self._live.timeout.connect(self.refresh)

    # --- what was found -------------------------------------------------------------------------

    @property
    def active(self) -> bool:
        """Say whether anything is looked for."""
        return bool(self._words)

    @property
    def searching(self) -> bool:
        """Say whether messages are still to be looked through."""
        return bool(self._pending)

    @property
    def count(self) -> int:
        """In how many places the words stand, as far as it is known."""
        return sum(map(len, self._hits.values()))

    @property
    def number(self) -> int:
        """Which of them is shown, counted from 1; 0 for none."""
        if self._current is None:
            return 0
        row, place = self._current
        return 1 + place + sum(len(self._hits[each]) for each in self._rows if each < row)

    # --- looking --------------------------------------------------------------------------------

    def look_for(self, words: str, *, in_notes: bool = False) -> None:
        """Look for ``words`` from where the reader is; "" ends the search."""
        words = folded(words)
        if not words:
            self.stop()
            return
        self._words, self._in_notes, self._led = words, in_notes, None
        self._origin = self._current[0] if self._current else self._view.stage.row
        self._current, self._going = None, True
        self._begin()
        self._slice()

    def show_message(self, message_id: int, words: Sequence[str]) -> None:
        """Mark ``words`` in one message and show the first place; the message, if they are not in it.

        The marks end with the next search, or when the message is no longer on screen.
        """
        self.stop()
        self._led = (message_id, tuple(folded(each) for each in words))
        row = self._look_where_led()
        if self._rows:
            self._go_to(self._rows[0], 0)
        elif row is not None:
            self._view.show_row(row)

    def refresh(self) -> None:
        """Look again: the conversation changed; the place that is shown stays if it still is one."""
        if self._words:
            self._begin()
            self._slice()
        elif self._led is not None:
            before = self._current
            if self._look_where_led() is None:
                self.stop()
                return
            hits = self._hits.get(before[0], ()) if before else ()
            self._current = before if before is not None and before[1] < len(hits) else None
            self._show()

    def _look_where_led(self) -> int | None:
        """Find the words of the message that a search led to; return its row, None if it is gone."""
        assert self._led is not None
        message_id, words = self._led
        row = self._view.model.row_of(message_id)
        self._hits, self._rows = {}, []
        if row is not None:
            item = self._view.model.items[row]
            self._index.read(item)
            hits = self._index.begun_by(item, words)
            if hits:
                self._hits, self._rows = {row: hits}, [row]
        return row

    def grows(self) -> None:
        """Take note that an answer is being written; it is looked through soon."""
        if self._words and not self._live.isActive():
            self._live.start()

    def stop(self) -> None:
        """Look for nothing and forget what was read for it."""
        self._timer.stop()
        self._live.stop()
        self._words, self._led = "", None
        self._index = WordIndex()
        self._hits, self._rows, self._pending, self._current = {}, [], [], None
        self._show()

    def step(self, by: int) -> None:
        """Go to the next place (1) or the one before (-1), round the ends."""
        if not self._rows:
            return
        if self._current is None:
            self._go_to_nearest()
            return
        row, place = self._current
        place += by
        # That row may be about to be looked through again, and have no hits for the moment.
        if not 0 <= place < len(self._hits.get(row, ())):
            at = bisect_right(self._rows, row) if by > 0 else bisect_left(self._rows, row) - 1
            row = self._rows[at % len(self._rows)]
            place = 0 if by > 0 else len(self._hits[row]) - 1
        self._go_to(row, place)

    def _begin(self) -> None:
        """Take every message to be looked through, the nearest to the reader last in the list."""
        count = len(self._view.model.items)
        top = min(self._origin, max(count - 1, 0))
        self._hits, self._rows = {}, []
        self._pending = [*range(top), *range(count - 1, top - 1, -1)]

    def _slice(self) -> None:
        view, ends = self._view, time.monotonic() + SLICE_S
        items = view.model.items
        while self._pending:
            row = self._pending.pop()
            if row < len(items):
                self._look_through(row)
            if time.monotonic() > ends:
                break
        if self._pending and not self._timer.isActive():
            self._timer.start()
        elif not self._pending:
            self._timer.stop()
        if self._current is not None:
            row, place = self._current
            if row not in self._hits and row not in self._pending:
                self._current = None
            elif row in self._hits:
                self._current = (row, min(place, len(self._hits[row]) - 1))
        if self._going and self._current is None and self._rows:
            self._go_to_nearest()
        else:
            self._show()
        self._going = self._going and self.searching

    def _look_through(self, row: int) -> None:
        view = self._view
        item = view.model.items[row]
        if row == view.realiser.live_row:
            self._index.read(item, view.realiser.live_content)
        elif not self._index.knows(item):
            self._index.read(item)
        notes = self._in_notes or view.realiser.notes_open(item.id)
        hits = self._index.hits(item, self._words, notes=notes)
        if hits:
            self._hits[row] = hits
            insort(self._rows, row)

    # --- showing --------------------------------------------------------------------------------

    def _go_to_nearest(self) -> None:
        row = first_at_or_after(self._rows, self._origin)
        place = 0 if row >= self._origin else len(self._hits[row]) - 1
        self._go_to(row, place)

    def _go_to(self, row: int, place: int) -> None:
        self._current, self._going = (row, place), False
        hit = self._hits[row][place]
        view = self._view
        layout = view.realiser.layout(row)
        if hit.section == NOTES and not layout.notes_open:
            view.actions_.toggle_notes(row)
            layout = view.realiser.layout(row)
        number = _sections(layout).get(hit.section)
        if number is not None:
            segment = layout.segments[number]
            segment.reveal(hit.start)
            area = segment.line_at(hit.start)
            view.show_area(row, segment.y + area.top(), segment.y + area.bottom())
        self._show()

    def _show(self) -> None:
        self._version += 1
        self._view.viewport().update()
        self.changed.emit()

    def dress(self, row: int, layout: MessageLayout) -> None:
        """Mark what was found in a message that is about to be painted."""
        if layout.dressed == self._version or not (self._words or self._led or layout.dressed):
            return
        layout.dressed = self._version
        hits = self._hits.get(row, ())
        shown = hits[self._current[1]] if self._current and self._current[0] == row and hits else None
        for section, number in _sections(layout).items():
            segment = layout.segments[number]
            segment.hits = tuple((hit.start, hit.end) for hit in hits if hit.section == section)
            here = shown is not None and shown.section == section
            segment.hit = (shown.start, shown.end) if shown is not None and here else None


def _sections(layout: MessageLayout) -> dict[int, int]:
    """Return the number of the segment that shows each section of a message."""
    found: dict[int, int] = {}
    shown: list[Segment] = layout.segments
    number = 0
    for place, segment in enumerate(shown):
        above = shown[place - 1] if place else None
        if segment is layout.notes:
            found[NOTES] = place
        elif segment.source is not None and not (isinstance(above, FoldSegment) and above.open):
            found[number] = place
            number += 1
    return found
