"""The keyboard inside one message.

Job: go from control to control and link to link of the turn that Enter opened, press them, and say
where the ring stands. Rule: a stop is found again by what it is, not by where it was, so that a message
that grows or is drawn anew keeps the reader's place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app.ui.theme import Theme
from app.ui.transcript.controls import Control
from app.ui.transcript.segments.links import Link, links_of

if TYPE_CHECKING:
    from app.ui.transcript.message.layout import MessageLayout
    from app.ui.transcript.view import TranscriptView

Stop = Control | Link
_KEYS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1}
MARGIN = 24
"""Pixels between a stop and the edge it came in from."""
RING, GAP, TURN_RADIUS, STOP_RADIUS = 2, 4, 10, 6
_PRESS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})


def stops_of(layout: MessageLayout) -> list[Stop]:
    """Return what can be pressed in a message, from top to bottom, each line in reading order."""
    found: list[Stop] = [control for control in layout.controls() if control.enabled]
    for segment in layout.segments:
        if segment.height:
            found += links_of(segment)
    return sorted(found, key=lambda stop: (stop.rect.center().y() // 8, stop.rect.x()))


def same(first: Stop, second: Stop) -> bool:
    """Say whether two stops are the same thing, perhaps at another place."""
    if isinstance(first, Control) and isinstance(second, Control):
        return (first.action, first.value) == (second.action, second.value)
    if isinstance(first, Link) and isinstance(second, Link):
        return (first.href, first.words) == (second.href, second.words)
    return False


class Stops:
    """The stop that has the keyboard, if the reader went into a turn."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view
        self._stop: Stop | None = None
        self._rank = 0
        """Which of those that look the same it is, from the top."""

    @property
    def inside(self) -> bool:
        """Say whether the keyboard is inside a turn."""
        return self._stop is not None and self._view.current_row is not None

    def _found(self) -> tuple[list[Stop], int]:
        """Return the stops of the present turn and the place of the one that has the keyboard."""
        row = self._view.current_row
        if row is None:
            return [], -1
        stops = stops_of(self._view.realiser.layout(row))
        if self._stop is None:
            return stops, -1
        alike = [place for place, stop in enumerate(stops) if same(stop, self._stop)]
        return stops, alike[min(self._rank, len(alike) - 1)] if alike else -1

    @property
    def current(self) -> Stop | None:
        """The stop that has the keyboard as it is now; None if it is gone, or there is none."""
        stops, place = self._found()
        return stops[place] if place >= 0 else None

    @property
    def rect(self) -> QRect | None:
        """Where the ring stands, in the message's coordinates."""
        current = self.current
        return current.rect if current is not None else None

    def enter(self) -> bool:
        """Go into the present turn; returns False if nothing in it can be pressed."""
        stops, _ = self._found()
        return bool(stops) and self._go(stops, 0)

    def leave(self) -> None:
        """Go back to the turn as a whole."""
        self._stop = None
        row = self._view.current_row
        if row is not None:
            self._view.update_row(row)
            self._view.bridge.focus_moved()

    def put(self, stop: Stop) -> None:
        """Give the keyboard to a stop of the present turn."""
        stops, _ = self._found()
        place = next((number for number, each in enumerate(stops) if each == stop), -1)
        if place >= 0:
            self._go(stops, place)

    def forget(self) -> None:
        """Take note that another turn is the present one."""
        self._stop = None

    def step(self, by: int) -> bool:
        """Go to the next (1) or previous (-1) stop, round at the ends; False when not inside."""
        if not self.inside:
            return False
        stops, place = self._found()
        if not stops:
            self.leave()
            return True
        return self._go(stops, (place + by) % len(stops) if place >= 0 else 0)

    def _go(self, stops: list[Stop], place: int) -> bool:
        view = self._view
        self._stop = stops[place]
        self._rank = sum(same(stop, stops[place]) for stop in stops[:place])
        row = view.current_row
        if row is not None:
            self._show(row, stops[place].rect)
            view.update_row(row)
            view.bridge.focus_moved()
        return True

    def _show(self, row: int, rect: QRect) -> None:
        """Bring a part of a row into sight, moving as little as possible."""
        view = self._view
        if row not in view.stage.visible:
            view.show_row(row)
        top = view.stage.visible[row] + rect.top()
        below = top + rect.height() - view.stage.height
        if top < 0:
            view.scroll_by(top - MARGIN)
        elif below > 0:
            view.scroll_by(below + MARGIN)

    def key(self, key: Qt.Key) -> bool:
        """Take a key while inside; returns False if it means nothing here."""
        if not self.inside:
            return False
        if key in _KEYS:
            return self.step(_KEYS[key])
        if key in _PRESS:
            self.press()
            return True
        if key == Qt.Key.Key_Escape:
            self.leave()
            return True
        return False

    def press(self) -> None:
        """Do what the present stop does."""
        row, stop = self._view.current_row, self.current
        if row is None or stop is None:
            self.leave()
        elif isinstance(stop, Control):
            self._view.actions_.perform(row, stop)
        else:
            self._view.link_activated.emit(stop.href)


def paint_ring(painter: QPainter, theme: Theme, stop: QRect | None, layout: MessageLayout) -> None:
    """Paint the keyboard's ring around a stop of a message, or (None) around all of it."""
    painter.setPen(QPen(theme.accent, RING + (1 if theme.high_contrast else 0)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if stop is not None:
        rect, radius, gap = QRectF(stop), STOP_RADIUS, GAP - 1
    else:
        rect, radius, gap = QRectF(0, 0, layout.width, layout.frame.bottom), TURN_RADIUS, GAP
    painter.drawRoundedRect(rect.adjusted(-gap, -gap, gap, gap), radius + gap, radius + gap)
