"""From what a message's content shows to the segments that show it.

Job: say in which order entries follow each other while notes and folds are open, and find or make the
segment of each. Rule: a segment that can show the new entry is kept, so that what is laid out in it is
not laid out again; nothing is placed here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from app.markup.sources import CodeSource, MathsSource, Source, TextSource
from app.ui.transcript.content import Attached, Content, Entry, Fold, Notice
from app.ui.transcript.segments.attached import AttachedSegment
from app.ui.transcript.segments.chrome import FoldSegment, NoticeSegment
from app.ui.transcript.segments.code import CodeSegment
from app.ui.transcript.segments.formula import FormulaSegment
from app.ui.transcript.segments.highlight import Highlighter
from app.ui.transcript.segments.segment import Segment
from app.ui.transcript.segments.table import TableSegment
from app.ui.transcript.segments.text import TextSegment
from app.ui.transcript.style import TranscriptStyle


def entries_of(content: Content, folds_open: Collection[int], *, last: bool) -> Iterator[Entry]:
    """Return what a message shows below its notes; ``last`` when no message follows it."""
    for entry in content.plan():
        if isinstance(entry, Notice) and not last:
            yield replace(entry, go_on=False)  # what follows was an answer to it as it is
            continue
        # A chip that is opened looks different, though what is attached is the same.
        yield replace(entry) if isinstance(entry, Attached) else entry
        folds = entry.folds if isinstance(entry, Attached) else (entry,)
        for fold in folds:
            if isinstance(fold, Fold) and fold.key in folds_open:
                yield fold.code


def common_start(entries: Sequence[Entry | None], shown: Sequence[Entry | None]) -> int:
    """Return how many entries at the start are the very ones shown already."""
    count = 0
    for now, before in zip(entries, shown, strict=False):
        if now is not before:
            break
        count += 1
    return count


class SegmentMaker:
    """Finds or makes segments in one style; ``tone`` says whether the model reads their text."""

    def __init__(self, style: TranscriptStyle, highlighter: Highlighter, tone: str) -> None:
        self._style = style
        self._highlighter = highlighter
        self._tone = tone

    def segment_for(
        self, entry: Entry, before: Segment | None, folds_open: Collection[int]
    ) -> tuple[Segment, bool]:
        """Return the segment for an entry, ``before`` where it fits, and whether it changed."""
        if isinstance(entry, Source):
            return self._source_segment(entry, before)
        if isinstance(entry, Fold):
            is_open = entry.key in folds_open
            if isinstance(before, FoldSegment):
                return before, before.update_entry(entry, is_open=is_open)
            fold = FoldSegment(self._style, entry)
            fold.open = is_open
            return fold, True
        if isinstance(entry, Attached):
            opened = frozenset(folds_open)
            if isinstance(before, AttachedSegment):
                return before, before.update_entry(entry, opened)
            return AttachedSegment(self._style, entry, opened), True
        assert isinstance(entry, Notice)
        if isinstance(before, NoticeSegment):
            return before, before.update_entry(entry)
        return NoticeSegment(self._style, entry), True

    def _source_segment(self, entry: Source, before: Segment | None) -> tuple[Segment, bool]:
        if isinstance(entry, TextSource):
            if isinstance(before, TextSegment):
                return before, before.update_source(entry)
            return TextSegment(self._style, entry, self._tone), True
        if isinstance(entry, CodeSource):
            if isinstance(before, CodeSegment):
                return before, before.update_source(entry)
            return CodeSegment(self._style, entry, self._highlighter), True
        if isinstance(entry, MathsSource):
            if isinstance(before, FormulaSegment):
                return before, before.update_source(entry)
            return FormulaSegment(self._style, entry, self._tone), True
        if isinstance(before, TableSegment):
            return before, before.update_source(entry)
        return TableSegment(self._style, entry, self._tone), True
