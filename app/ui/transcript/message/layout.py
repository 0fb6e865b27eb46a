"""One message laid out: header, segments, actions.

Job: have the content made into segments, keep them when it grows, place them at one width, paint them
and say what lies at a point. Rule: coordinates are the message's own, x from the column's left edge; the
width of the column is the only thing it knows about the window.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QPainter

from app.core.conversation.message import Role
from app.markup.sources import CodeSource, MathsSource, TableSource, TextSource
from app.ui.transcript.content import Content, Entry, Notice
from app.ui.transcript.controls import Control, draw
from app.ui.transcript.message.frame import Frame
from app.ui.transcript.message.left_out_line import LeftOutLine
from app.ui.transcript.message.making import SegmentMaker, common_start, entries_of
from app.ui.transcript.message.source_list import Citation, SourceList
from app.ui.transcript.model import TranscriptItem
from app.ui.transcript.segments.attached import AttachedSegment
from app.ui.transcript.segments.chrome import FoldSegment
from app.ui.transcript.segments.code import CodeSegment
from app.ui.transcript.segments.highlight import Highlighter
from app.ui.transcript.segments.notes import Live, NotesSegment
from app.ui.transcript.segments.segment import Segment
from app.ui.transcript.style import TranscriptStyle

Place = tuple[int, int]
"""A position inside a message: (segment, position)."""
BETWEEN_PARTS = 12
SPILL = 4
"""By how many pixels a segment may paint outside itself, above or below."""


class MessageLayout:
    """The segments of one message. ``live`` is set while it streams.

    ``left_out`` when the model does not read it, ``border`` the line below the last such message;
    ``last`` when nothing follows it.
    """

    def __init__(
        self,
        style: TranscriptStyle,
        content: Content,
        highlighter: Highlighter,
        *,
        citations: Sequence[Citation] = (),
        notes_open: bool = False,
        folds_open: frozenset[int] = frozenset(),
        live: Live | None = None,
        border: LeftOutLine | None = None,
        left_out: bool = False,
        last: bool = True,
    ) -> None:
        self.style = style
        self.content = content
        self.live = live
        self.notes_open = notes_open
        self.folds_open = set(folds_open)
        self.sources = SourceList(style, citations)
        self.border = border
        self._maker = SegmentMaker(style, highlighter, "unread" if left_out else "reading")
        self._last = last
        self.copied = False
        self.dressed = 0
        """Which search's finds are marked in it; 0 for none."""
        self.segments: list[Segment] = []
        self._shown: list[Entry | None] = []
        self._tops: list[int] = []
        self.width = 0
        self.height = 0
        self.notes: NotesSegment | None = None
        self.frame = Frame(style, self)
        self.refresh()

    @property
    def item(self) -> TranscriptItem:
        """The message."""
        return self.content.item

    @property
    def is_user(self) -> bool:
        """Say whether the person wrote it."""
        return self.item.role is Role.USER

    @property
    def is_card(self) -> bool:
        """Say whether a card stands behind it: the person's words, or a summary."""
        return self.is_user or self.item.is_summary

    @property
    def can_continue(self) -> bool:
        """Say whether it offers to go on writing."""
        return self._last and any(isinstance(e, Notice) and e.go_on for e in self.content.plan())

    # --- building -------------------------------------------------------------------------------

    def refresh(self) -> int:
        """Take what the content shows now; returns the topmost pixel that changed (height if none)."""
        self.dressed = min(self.dressed, 1)
        notes: list[Entry | None] = [] if self.is_card else [None]
        entries = [*notes, *entries_of(self.content, self.folds_open, last=self._last)]
        kept = common_start(entries, self._shown)
        first = kept
        if entries and entries[0] is None and kept:
            # The notes change from inside, and the header's toggle follows them.
            _, touched = self._segment_for(None, self.segments[0])
            first = 0 if touched else kept
        dirty = 0 if first < kept else self.height
        made = self.segments[:kept]
        for number in range(kept, len(entries)):
            before = self.segments[number] if number < len(self.segments) else None
            segment, touched = self._segment_for(entries[number], before)
            if touched and before is not None:
                same = segment is before
                dirty = min(dirty, before.y + (before.changed_from if same else 0))
            made.append(segment)
        if len(made) < len(self.segments):
            dirty = min(dirty, self.segments[len(made)].y)
        changed = dirty < self.height or len(made) != len(self.segments)
        self.segments = made
        self._shown = entries
        self.notes = made[0] if made and isinstance(made[0], NotesSegment) else None
        if self.width:
            before_height = self.height
            self._place(first)
            if changed or before_height != self.height:
                dirty = min(dirty, self.frame.footer_top, before_height)
        return max(0, dirty)

    def _segment_for(self, entry: Entry | None, before: Segment | None) -> tuple[Segment, bool]:
        """Return the segment for an entry (None: the notes) and whether it changed."""
        if entry is not None:
            return self._maker.segment_for(entry, before, self.folds_open)
        notes = before if isinstance(before, NotesSegment) else NotesSegment(self.style)
        return notes, notes.show(self.content.reasoning, self.live, is_open=self.notes_open)

    def take_formulas(self) -> bool:
        """Show formulas that are drawn now; returns whether there were any."""
        changed = [segment for segment in self.segments if segment.take_formulas()]
        if changed and self.width:
            self._place()
        return bool(changed)

    def settle_heights(self) -> None:
        """Put the segments below each other again, after one changed its height by itself."""
        self._place()

    # --- placing --------------------------------------------------------------------------------

    def set_width(self, width: int) -> None:
        """Lay out for a column of ``width`` pixels."""
        if width != self.width:
            self.width = width
            self._place()

    def _place(self, start: int = 0) -> None:
        """Put segments below each other, from number ``start`` on."""
        style = self.style
        inner = max(1, self.width - 2 * style.inset)
        top = self.frame.body_top
        y = top
        if start:
            last = self.segments[start - 1]
            y = last.y + last.height
        for segment in self.segments[start:]:
            source = segment.source
            indent = 0
            if isinstance(source, CodeSource | MathsSource | TableSource):
                indent = source.indent * style.indent + source.quote * style.quote
            width = max(1, inner - indent)
            if segment.width != width or not segment.height:
                segment.set_width(width)
            segment.x = style.inset + indent
            if segment.height and y > top:
                y += style.gap(_gap_of(segment))
            segment.y = y
            y += segment.height
        self._tops[start:] = [segment.y for segment in self.segments[start:]]
        self.height = self.frame.place_footer(y)

    def _between(self, top: int, bottom: int) -> range:
        """Return the numbers of the segments that reach into a stretch of the message."""
        first = max(0, bisect_left(self._tops, top) - 1)
        while first and not self.segments[first].height:
            first -= 1
        return range(first, bisect_right(self._tops, bottom))

    # --- painting -------------------------------------------------------------------------------

    def paint(
        self,
        painter: QPainter,
        clip: QRect,
        chosen: tuple[Place, Place] | None,
        hovered: tuple[str, int, int] | None,
        pressed: tuple[str, int, int] | None,
        *,
        attended: bool = False,
    ) -> None:
        """Paint what lies in ``clip``; ``chosen`` is the selected range, if any of it is here.

        ``attended`` says that the pointer or the keyboard is in this message.
        """
        self._paint_segments(painter, clip, chosen)
        for control in self._controls(self._between(clip.top(), clip.bottom())):
            if control.rect.intersects(clip) and (attended or not control.shy):
                key = control.key
                draw(painter, self.style, control, hovered=key == hovered, pressed=key == pressed)
                if control.look == "bare" and key == hovered:
                    self._again(painter, control)

    def print(self, painter: QPainter, clip: QRect) -> None:
        """Paint what lies in ``clip``, without anything to press, and nothing that begins after it."""
        self._paint_segments(painter, clip, None, spill=0)

    def _paint_segments(
        self,
        painter: QPainter,
        clip: QRect,
        chosen: tuple[Place, Place] | None,
        spill: int = SPILL,
    ) -> None:
        self.frame.paint(painter, clip)
        for number in self._between(clip.top() - spill, clip.bottom() + spill):
            segment = self.segments[number]
            if not segment.height or segment.y + segment.height + spill <= clip.top():
                continue
            painter.save()
            painter.translate(segment.x, segment.y)
            inner = clip.translated(-segment.x, -segment.y)
            segment.paint(painter, inner, span_in(chosen, number, segment))
            painter.restore()

    def _again(self, painter: QPainter, control: Control) -> None:
        """Paint the words again that a control's hover fill has covered."""
        self.frame.paint_again(painter, control.action)
        for segment in self.segments if control.action == "fold" else ():
            mine = isinstance(segment, FoldSegment) and segment.fold.key == control.value
            if mine or isinstance(segment, AttachedSegment):
                painter.save()
                painter.translate(segment.x, segment.y)
                segment.paint(painter, QRect(0, 0, segment.width, segment.height), None)
                painter.restore()

    # --- pointing -------------------------------------------------------------------------------

    def controls(self) -> Sequence[Control]:
        """Return every control of the message, in reading order."""
        return self._controls(range(len(self.segments)))

    def _controls(self, numbers: range) -> Sequence[Control]:
        found = list(self.frame.header_controls())
        for number in numbers:
            segment = self.segments[number]
            if segment.height:
                corner = QPoint(segment.x, segment.y)
                found += [control.moved(corner) for control in segment.controls()]
        return found + list(self.frame.footer_controls())

    def control_at(self, point: QPoint) -> Control | None:
        """Return the control under a point."""
        for control in self._controls(self._between(point.y(), point.y())):
            if control.rect.contains(point):
                return control
        return None

    def segment_at(self, point: QPoint) -> Segment | None:
        """Return the segment under a point."""
        for number in self._between(point.y(), point.y()):
            segment = self.segments[number]
            if segment.height and segment.rect.contains(point):
                return segment
        return None

    def place_at(self, point: QPoint) -> Place:
        """Return the position nearest to a point."""
        best: Place = (0, 0)
        distance = None
        for number, segment in enumerate(self.segments):
            if not segment.height or not segment.length:
                continue
            away = max(segment.y - point.y(), point.y() - (segment.y + segment.height), 0)
            if distance is None or away < distance:
                distance = away
                inner = point - QPoint(segment.x, segment.y)
                best = (number, segment.position_at(inner.x(), inner.y()))
                if point.y() < segment.y:
                    best = (number, 0)
                elif point.y() > segment.y + segment.height:
                    best = (number, segment.length)
        return best

    @property
    def end(self) -> Place:
        """The last position."""
        if not self.segments:
            return (0, 0)
        return (len(self.segments) - 1, self.segments[-1].length)

    def state_key(self) -> tuple[object, ...]:
        """Return what stays equal as long as the message consists of the same things."""
        live = self.live
        return (
            *(self.item, self.width, self.height, self.copied, self.notes_open, self._last),
            *(None if live is None else (live.seconds, live.thought, live.hurried, live.reading),),
            *(segment.copied for segment in self.segments if isinstance(segment, CodeSegment)),
            *self._shown,
        )

    def toggle_notes(self) -> None:
        """Open or close the working notes."""
        self.notes_open = not self.notes_open


def _gap_of(segment: Segment) -> int:
    source = None if isinstance(segment, NotesSegment) else segment.source
    if isinstance(source, TextSource) and source.paragraphs[0].tight:
        return source.gap  # the lines before it were only too many for one segment
    return (source.gap if source is not None else 0) or BETWEEN_PARTS


def span_in(chosen: tuple[Place, Place] | None, number: int, segment: Segment) -> tuple[int, int] | None:
    """Return the part of a selected range that lies in segment ``number``."""
    if chosen is None or not segment.selectable:
        return None
    (first, start), (last, end) = chosen
    if not first <= number <= last:
        return None
    low = start if number == first else 0
    high = end if number == last else segment.length
    return (low, high) if low < high else None
