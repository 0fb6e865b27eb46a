"""A segment that may be wider than the message.

Job: scroll sideways in a frame of its own, with a bar below. Rule: what is wider than the column moves,
never the message around it.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from app.ui.transcript.segments.segment import Segment
from app.ui.transcript.style import TranscriptStyle

BAR = 4
"""The height of the bar."""
BAR_ROOM = BAR + 6
_SHORTEST = 32.0


class SidewaysSegment(Segment):
    """Base of the segments that scroll. ``offset`` is how many pixels are out of sight at the left."""

    def __init__(self, style: TranscriptStyle) -> None:
        super().__init__(style)
        self.offset = 0

    @property
    def natural_width(self) -> int:
        """How wide the whole content is; as wide as the column if nothing says otherwise."""
        return self.width

    @property
    def reach(self) -> int:
        """The greatest offset; 0 if all is in sight."""
        return max(0, self.natural_width - self.width)

    @property
    def bar_room(self) -> int:
        """How much higher the segment is for its bar."""
        return BAR_ROOM if self.reach else 0

    def paint_bar(self, painter: QPainter) -> None:
        """Paint the bar, if there is anything to scroll."""
        if not self.reach:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.style.theme.track)
        painter.drawRoundedRect(self._bar(), BAR / 2, BAR / 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def scroll_by(self, dx: int, _dy: int) -> bool:
        """Scroll sideways."""
        before = self.offset
        self.offset = max(0, min(self.offset + dx, self.reach))
        return self.offset != before

    def bar_at(self, _x: int, y: int) -> bool:
        """Say whether a point lies on the scroll bar's track."""
        return bool(self.reach) and y >= self.height - BAR - 4

    def drag_bar(self, x: int) -> None:
        """Centre the scroll bar on ``x``."""
        size = self._bar().width()
        share = (x - size / 2) / max(1.0, self.width - size)
        self.offset = round(max(0.0, min(share, 1.0)) * self.reach)

    def _bar(self) -> QRectF:
        size = max(_SHORTEST, self.width * self.width / max(1, self.natural_width))
        left = (self.width - size) * self.offset / max(1, self.reach)
        return QRectF(left, self.height - BAR, size, BAR)
