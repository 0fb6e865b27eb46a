"""The model's working notes: a live row while it thinks, a pane when opened.

Job: draw spinner, seconds, one-line summary, "Answer now" and the notes below. Rule: never shown as
the answer, closed unless the reader opened it, and a pane always says that notes are not checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen

from app.core.texts import text
from app.markup.sources import TextSource
from app.ui.theme import IconName, TextRole
from app.ui.transcript.content import last_sentence, notes_source
from app.ui.transcript.controls import Control, label_width, placed
from app.ui.transcript.segments.segment import Segment, Span
from app.ui.transcript.segments.text import TextSegment
from app.ui.transcript.style import STRONG, TranscriptStyle

PAD_X, PAD_Y = 15, 10
RADIUS = 10
LIVE_LIMIT = 240
SUMMARY_SECONDS = 1.5
SPINNER_SECONDS = 1.2
LEAST_SUMMARY = 56
"""Pixels at 100 % text: less of a sentence says nothing."""


def spell_seconds(seconds: float) -> str:
    """Return a duration in words: ``12 s``, ``2 min 5 s``; never less than a second."""
    whole = max(1, round(seconds))
    if whole < 60:
        return text("transcript.seconds", seconds=whole)
    return text("transcript.minutes", minutes=whole // 60, seconds=whole % 60)


def spell_thought(seconds: float) -> str:
    """Return how long a thought took that is over, which may be less than a second, in words."""
    return text("transcript.under_a_second") if seconds < 1 else spell_seconds(seconds)


@dataclass
class Live:
    """An answer that is being written. Times are seconds of one monotonic clock.

    ``thought`` is how long it thought, None while it still does; ``hurried`` that the person asked for
    the answer now. ``reading`` says how far the question is read, until the first word comes.
    """

    began: float
    now: float
    thought: float | None = None
    summary: str = ""
    summary_at: float = -1e9
    hurried: bool = False
    reading: str = ""
    still: bool = False

    @property
    def seconds(self) -> int:
        """Whole seconds of thinking so far."""
        return int(self.now - self.began)

    @property
    def doing(self) -> str:
        """What goes on, in words."""
        return self.reading or text("transcript.thinking", time=spell_seconds(self.seconds))

    @property
    def angle(self) -> int:
        """Where the spinner stands, in degrees."""
        return 0 if self.still else int((self.now % SPINNER_SECONDS) / SPINNER_SECONDS * 360)

    def tick(self, now: float, notes: str) -> bool:
        """Let time pass; returns whether the words of the row changed."""
        before = (self.seconds, self.summary)
        self.now = now
        if now - self.summary_at >= SUMMARY_SECONDS:
            found = last_sentence(notes)
            if found and found != self.summary:
                self.summary = found
                self.summary_at = now
        return before != (self.seconds, self.summary)


class NotesSegment(Segment):
    """The reasoning pane of one answer."""

    def __init__(self, style: TranscriptStyle) -> None:
        super().__init__(style)
        self.live: Live | None = None
        self.open = False
        self._notes = ""
        self._text: TextSegment | None = None
        self.offset = 0
        self._follow = True
        # The live values change from outside: what was drawn last is remembered, not asked again.
        self._shown = self._state()

    @property
    def source(self) -> TextSource | None:
        """The notes, while the pane is open."""
        return self._text.source if self.open and self._text is not None else None

    @property
    def thinking(self) -> bool:
        """Say whether the live row is shown."""
        return self.live is not None and self.live.thought is None

    def show(self, notes: str, live: Live | None, *, is_open: bool) -> bool:
        """Take the state to draw; returns whether anything but time changed."""
        self.live = live
        self.open = is_open and bool(notes)
        self._notes = notes
        if self.open:
            source = notes_source(notes)
            if self._text is None:
                self._text = TextSegment(self.style, source, "notes")
            else:
                self._text.update_source(source)
        else:
            self._text = None
            self.offset = 0
            self._follow = True
        state = self._state()
        changed = state != self._shown
        self._shown = state
        if changed and self.width:
            self.set_width(self.width)
        return changed

    def _state(self) -> tuple[bool, bool, bool, bool, str]:
        live = self.live
        hurried = live is not None and live.hurried
        return (self.open, self.thinking, hurried, bool(self._notes), self._notes if self.open else "")

    # --- layout ---------------------------------------------------------------------------------

    @property
    def _row(self) -> int:
        return self.style.theme.px(44) if self.thinking else 0

    def _body(self) -> int:
        if self._text is None or not self.open:
            return 0
        limit = self.style.theme.px(LIVE_LIMIT) if self.thinking else self._text.height
        return min(limit, self._text.height)

    @property
    def _card(self) -> int:
        body = self._body()
        return self._row + (body + 2 * PAD_Y + (1 if self._row else 0) if body else 0)

    def set_width(self, width: int) -> None:
        """Wrap the notes."""
        self.width = width
        if self._text is not None:
            self._text.set_width(max(1, width - 2 * PAD_X))
        note = self.style.small + 6 if self.open else 0
        self.height = self._card + note if self._card else 0
        self.changed_from = 0
        if self._follow or self.offset > self._range:
            self.offset = self._range

    @property
    def _range(self) -> int:
        return max(0, self._text.height - self._body()) if self._text is not None else 0

    # --- painting -------------------------------------------------------------------------------

    def paint(self, painter: QPainter, clip: QRect, span: Span | None) -> None:
        """Paint card, row, notes and the line below."""
        if not self._card:
            return
        theme = self.style.theme
        painter.setPen(QPen(theme.line, 1))
        painter.setBrush(theme.sunken)
        painter.drawRoundedRect(QRectF(0.5, 0.5, self.width - 1, self._card - 1), RADIUS, RADIUS)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._row and self.live is not None and clip.top() <= self._row:
            self._paint_row(painter, self.live)
        if self._body():
            self._paint_body(painter, clip, span)
            area = QRect(PAD_X - 1, self._card + 6, self.width - PAD_X, self.style.small)
            area = self.style.placed(area, self.width)
            painter.setFont(theme.font(TextRole.SMALL))
            painter.setPen(theme.text3)
            words = QFontMetrics(painter.font()).elidedText(
                text("transcript.notes_unchecked"), Qt.TextElideMode.ElideRight, area.width()
            )
            painter.drawText(area, self.style.line_start, self.style.as_line(words))

    def _paint_row(self, painter: QPainter, live: Live) -> None:
        theme = self.style.theme
        size = theme.icon_size(14)
        ring = QRectF(self.style.placed(QRect(PAD_X, 0, size, size), self.width))
        ring.moveTop((self._row - size) / 2)
        ring.adjust(1, 1, -1, -1)
        painter.setPen(QPen(theme.track, 2))
        painter.drawEllipse(ring)
        pen = QPen(theme.accent, 2)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawArc(ring, (90 - live.angle) * 16, -90 * 16)
        left = PAD_X + size + 8
        font = theme.font(TextRole.UI, STRONG, tabular=True)
        words = live.doing
        painter.setFont(font)
        painter.setPen(theme.text)
        self._words(painter, left, self.width, words)
        left += QFontMetrics(font).horizontalAdvance(words) + 9
        ends = (control.rect.left() for control in self._controls())
        right = min(ends, default=self.width) - 12
        if right - left < theme.px(LEAST_SUMMARY):
            return
        plain = theme.font(TextRole.UI)
        summary = text("transcript.answering_now") if live.hurried else live.summary
        painter.setFont(plain)
        painter.setPen(theme.text2)
        shown = QFontMetrics(plain).elidedText(summary, Qt.TextElideMode.ElideRight, right - left)
        self._words(painter, left, max(left, right), shown)

    def _words(self, painter: QPainter, left: int, right: int, words: str) -> None:
        area = self.style.placed(QRect(left, 0, right - left, self._row), self.width)
        painter.drawText(area, self.style.line_start, self.style.as_line(words))

    def _paint_body(self, painter: QPainter, clip: QRect, span: Span | None) -> None:
        if self._text is None:
            return
        if self._row:
            painter.fillRect(1, self._row, self.width - 2, 1, self.style.theme.line)
        top = self._card - PAD_Y - self._body()
        area = QRect(1, top - 4, self.width - 2, self._body() + 8).intersected(clip)
        painter.save()
        painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
        painter.translate(PAD_X, top - self.offset)
        inner = area.translated(-PAD_X, self.offset - top)
        self._text.hits, self._text.hit = self.hits, self.hit
        self._text.paint(painter, inner, span)
        if self.thinking:
            point = self._text.end_point()
            high = self.style.ui_line - 4
            painter.fillRect(QRectF(point.x() + 1, point.y() - 1, 2, high), self.style.theme.accent)
        painter.restore()
        if self._range:
            theme = self.style.theme
            size = max(24.0, self._body() * self._body() / self._text.height)
            place = top + (self._body() - size) * self.offset / self._range
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.track)
            at = 4 if self.style.mirrored else self.width - 8
            painter.drawRoundedRect(QRectF(at, place, 4, size), 2, 2)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    # --- pointing -------------------------------------------------------------------------------

    def controls(self) -> Sequence[Control]:
        """Return the controls of the live row."""
        return placed(self.style, self._controls(), self.width)

    def _controls(self) -> Sequence[Control]:
        """Return them as they would stand left to right."""
        if not self._row or self.live is None:
            return ()
        high = self.style.target
        top = (self._row - high) // 2
        right = self.width - 9 - high
        name = text("transcript.reasoning_shown" if self.open else "transcript.reasoning_hidden")
        icon = IconName.CHEVRON_DOWN if self.open else IconName.CHEVRON_RIGHT
        found: list[Control] = []
        if self._notes:
            rect = QRect(right, top, high, high)
            found.append(Control("reasoning", rect, name, "icon", icon, expanded=self.open))
            label = text("transcript.answer_now")
            wide = label_width(self.style, label, icon=False, look="button")
            rect = QRect(right - 8 - wide, top, wide, high)
            hurried = self.live.hurried
            found.append(
                Control(
                    "answer_now",
                    rect,
                    text("transcript.answer_now_name"),
                    "button",
                    label=label,
                    enabled=not hurried,
                )
            )
        return found

    def position_at(self, x: int, y: int) -> int:
        """Return the position in the notes nearest to a point."""
        if self._text is None:
            return 0
        top = self._card - PAD_Y - self._body()
        return self._text.position_at(x - PAD_X, y - top + self.offset)

    def breaks(self) -> Iterable[int]:
        """Return where the lines of the open notes end."""
        if self._text is None or self.thinking:
            return (self.height,)
        return [*(PAD_Y + place for place in self._text.breaks()), self.height]

    def line_at(self, position: int) -> QRect:
        """Return where the line of a position in the notes stands."""
        if self._text is None:
            return super().line_at(position)
        top = self._card - PAD_Y - self._body()
        return self._text.line_at(position).translated(0, top - self.offset)

    def reveal(self, position: int) -> None:
        """Scroll a pane that scrolls until a position is in sight."""
        if self._text is not None and self._range:
            line = self._text.line_at(position)
            self.offset = max(0, min(line.top() - self._body() // 3, self._range))
            self._follow = False

    def over_text(self, _x: int, y: int) -> bool:
        """Say whether a point lies in the open pane."""
        return self._text is not None and self._row < y < self._card

    def scroll_by(self, _dx: int, dy: int) -> bool:
        """Scroll the live pane; at its end it follows the notes again."""
        before = self.offset
        self.offset = max(0, min(self.offset + dy, self._range))
        self._follow = self.offset >= self._range
        return self.offset != before
