"""One piece of a message on screen.

Job: what every kind of segment can do: take a width, paint, find positions, name its controls. Rule:
coordinates are the segment's own (top left is 0, 0); positions count UTF-16 units of its source's
text, so selections and the clipboard agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QTextCharFormat

from app.markup.sources import Source, utf16_length
from app.ui.transcript.controls import Control
from app.ui.transcript.style import TranscriptStyle

Span = tuple[int, int]
"""A range of positions inside one segment."""
Mark = tuple[int, int, QTextCharFormat]
"""A range of positions and how it looks."""


class Segment:
    """Base of all segments. ``x`` and ``y`` are set by the message's layout."""

    selectable = True

    def __init__(self, style: TranscriptStyle) -> None:
        self.style = style
        self.x = 0
        self.y = 0
        self.width = 0
        self.height = 0
        self.changed_from = 0
        """The topmost pixel that the last update changed."""
        self.hits: tuple[Span, ...] = ()
        """What a search found in it."""
        self.hit: Span | None = None
        """The one of them that is shown."""

    @property
    def source(self) -> Source | None:
        """What the segment shows; None for notices and the like."""
        return None

    @property
    def length(self) -> int:
        """How many positions the segment has."""
        source = self.source
        return utf16_length(source.text) if source is not None else 0

    @property
    def rect(self) -> QRect:
        """The segment's place in its message."""
        return QRect(self.x, self.y, self.width, self.height)

    def set_width(self, width: int) -> None:
        """Lay out for ``width`` pixels; sets ``height``."""
        self.width = width

    def paint(self, painter: QPainter, clip: QRect, span: Span | None) -> None:
        """Paint what lies in ``clip``; positions in ``span`` are selected."""

    def marks(self, span: Span | None) -> list[Mark]:
        """Return what is marked, in the order it is drawn: finds, the one shown, the selection."""
        style = self.style
        found: list[Mark] = [(start, end, style.found) for start, end in self.hits]
        if self.hit is not None:
            found.append((*self.hit, style.found_here))
        if span is not None:
            found.append((*span, style.selected))
        return found

    def line_at(self, _position: int) -> QRect:
        """Return where the line of a position stands."""
        return QRect(0, 0, self.width, min(self.height, self.style.line))

    def breaks(self) -> Iterable[int]:
        """Return the heights at which it may be broken between two pages; its end is one always."""
        return (self.height,)

    def reveal(self, position: int) -> None:
        """Scroll sideways, where the segment does that, until a position is in sight."""

    def take_formulas(self) -> bool:
        """Show formulas that were waited for; returns False if there are none."""
        return False

    def position_at(self, _x: int, _y: int) -> int:
        """Return the position nearest to a point."""
        return 0

    def link_at(self, _x: int, _y: int) -> str:
        """Return the target of the link at a point, else empty."""
        return ""

    def over_text(self, _x: int, _y: int) -> bool:
        """Say whether the pointer stands on words that can be selected."""
        return self.selectable

    def controls(self) -> Sequence[Control]:
        """Return the controls, in the segment's coordinates."""
        return ()

    def scroll_by(self, _dx: int, _dy: int) -> bool:
        """Scroll the segment's own content; returns False if it does not move."""
        return False

    def bar_at(self, _x: int, _y: int) -> bool:
        """Say whether a point lies on the segment's own scroll bar."""
        return False

    def drag_bar(self, _x: int) -> None:
        """Move the segment's own scroll bar so that its middle is at ``x``."""
