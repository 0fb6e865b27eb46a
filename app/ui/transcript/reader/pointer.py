"""The mouse in the transcript.

Job: find what the pointer is over, press controls, select text by dragging, scroll code sideways, and
choose the cursor's shape. Rule: a press acts on release over the same control; dragging never leaves
the selection half updated.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QCursor, QHelpEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip

from app.ui.transcript.controls import Control
from app.ui.transcript.reader.selection import Spot
from app.ui.transcript.reader.units import Ends, Unit, grown
from app.ui.transcript.segments.notes import NotesSegment
from app.ui.transcript.segments.segment import Segment

if TYPE_CHECKING:
    from app.ui.transcript.view import TranscriptView

Key = tuple[str, int, int]
AUTOSCROLL_MS = 30
DRAG_START = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """What lies at a point: the row, and in it a control, a segment and a link, as there are."""

    row: int
    inner: QPoint
    control: Control | None
    segment: Segment | None
    link: str


class Pointer:
    """Mouse state of one view."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view
        self.row: int | None = None
        """The row the pointer is in."""
        self._hovered: tuple[int, Key] | None = None
        self._pressed: tuple[int, Control] | None = None
        self._selecting = False
        self._unit = Unit.LETTER
        self._first: Ends = ((0, 0, 0), (0, 0, 0))
        """The word or paragraph that a selection by such units began with."""
        self._clicked_at = 0
        """When the last click of a row of clicks was, in the milliseconds of Qt's events."""
        self._bar: tuple[int, Segment] | None = None
        self._link = ""
        self._from = QPoint()
        self._last = QPoint()
        self._timer = QTimer(view)
        self._timer.setInterval(AUTOSCROLL_MS)
        self._timer.timeout.connect(self._autoscroll)

    def hovered_in(self, row: int) -> Key | None:
        """Return the control under the pointer if it is in ``row``."""
        return self._hovered[1] if self._hovered and self._hovered[0] == row else None

    def pressed_in(self, row: int) -> Key | None:
        """Return the control that is held down if it is in ``row``."""
        return self._pressed[1].key if self._pressed and self._pressed[0] == row else None

    # --- finding --------------------------------------------------------------------------------

    def hit(self, point: QPoint) -> Hit | None:
        """Return what lies at a point of the viewport, None outside every message."""
        row = self._view.row_at(point.y())
        if row is None or row not in self._view.realiser.layouts:
            return None
        layout = self._view.realiser.layouts[row]
        inner = point - self._view.row_rect(row).topLeft()
        control = layout.control_at(inner)
        segment = layout.segment_at(inner)
        link = ""
        if segment is not None and control is None:
            link = segment.link_at(inner.x() - segment.x, inner.y() - segment.y)
        return Hit(row, inner, control, segment, link)

    def spot(self, point: QPoint) -> Spot | None:
        """Return the text position nearest to a point of the viewport."""
        row = self._view.row_at(point.y())
        if row is None or row not in self._view.realiser.layouts:
            return None
        inner = point - self._view.row_rect(row).topLeft()
        return (row, *self._view.realiser.layouts[row].place_at(inner))

    # --- hovering -------------------------------------------------------------------------------

    def _hover(self, found: Hit | None) -> None:
        enabled = found is not None and found.control is not None and found.control.enabled
        now = (found.row, found.control.key) if found and found.control and enabled else None
        if now != self._hovered:
            for place in (self._hovered, now):
                if place is not None:
                    self._update_control(*place)
            self._hovered = now
        row = found.row if found is not None else None
        if row != self.row:
            before, self.row = self.row, row
            for each in (before, row):
                if each is not None:
                    self._update_shy(each)
        self._view.viewport().setCursor(self._shape(found))

    def _update_shy(self, row: int) -> None:
        layout = self._view.realiser.layouts.get(row)
        for control in layout.controls() if layout is not None else ():
            if control.shy:
                self._view.update_row(row, control.rect)

    def _update_control(self, row: int, key: Key) -> None:
        layout = self._view.realiser.layouts.get(row)
        if layout is not None:
            for control in layout.controls():
                if control.key == key:
                    self._view.update_row(row, control.rect)

    @staticmethod
    def _shape(found: Hit | None) -> Qt.CursorShape:
        if found is None:
            return Qt.CursorShape.ArrowCursor
        if found.control is not None:
            pointing = found.control.enabled
            return Qt.CursorShape.PointingHandCursor if pointing else Qt.CursorShape.ArrowCursor
        if found.link:
            return Qt.CursorShape.PointingHandCursor
        segment = found.segment
        if segment is not None:
            x, y = found.inner.x() - segment.x, found.inner.y() - segment.y
            if segment.over_text(x, y) and not segment.bar_at(x, y):
                return Qt.CursorShape.IBeamCursor
        return Qt.CursorShape.ArrowCursor

    def moved_under(self) -> None:
        """Take note that the text moved under a resting pointer."""
        self._hovered = None

    def leave(self) -> None:
        """Forget the hover."""
        self._hover(None)

    # --- pressing -------------------------------------------------------------------------------

    def press(self, event: QMouseEvent) -> None:
        """Begin with what lies under the pointer."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        point = event.position().toPoint()
        third = self._is_third(event, point)
        self._unit = Unit.LETTER
        self._from = self._last = point
        self._view.set_current(None)
        found = self.hit(point)
        self._link = ""
        if found is not None and found.control is not None:
            if found.control.enabled:
                self._pressed = (found.row, found.control)
                self._view.update_row(found.row, found.control.rect)
            return
        if found is not None and found.segment is not None:
            segment = found.segment
            x, y = found.inner.x() - segment.x, found.inner.y() - segment.y
            if segment.bar_at(x, y):
                self._bar = (found.row, segment)
                self._drag_bar(point)
                return
            self._link = found.link
        spot = self.spot(point)
        if spot is None:
            return
        if third:
            self._begin(Unit.PARAGRAPH, spot)
            return
        extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        anchor = self._view.selection.anchor if extend else spot
        self._select(anchor, spot)
        self._selecting = True

    def move(self, event: QMouseEvent) -> None:
        """Hover, or carry on with what was pressed."""
        point = event.position().toPoint()
        self._last = point
        if self._bar is not None:
            self._drag_bar(point)
        elif self._selecting:
            self._extend(point)
            outside = not 0 <= point.y() < self._view.viewport().height()
            if outside and not self._timer.isActive():
                self._timer.start()
            elif not outside:
                self._timer.stop()
        elif self._pressed is None:
            self._hover(self.hit(point))

    def release(self, event: QMouseEvent) -> None:
        """End; act on the control under the pointer if it is the one that was pressed."""
        self._timer.stop()
        self._bar = None
        point = event.position().toPoint()
        found = self.hit(point)
        if self._pressed is not None:
            row, control = self._pressed
            self._pressed = None
            self._view.update_row(row, control.rect)
            over = found.control if found is not None and found.row == row else None
            if over is not None and over.key == control.key:
                self._view.actions_.perform(row, over)
        elif self._selecting:
            self._selecting = False
            self._view.actions_.lend_selection()
            near = (point - self._from).manhattanLength() < DRAG_START
            if self._link and near and found is not None and found.link == self._link:
                self._view.link_activated.emit(self._link)
        self._hover(self.hit(point))

    def double_click(self, event: QMouseEvent) -> None:
        """Select the word under the pointer."""
        point = event.position().toPoint()
        found = self.hit(point)
        if found is not None and found.control is not None:
            self.press(event)
            return
        spot = self.spot(point)
        if spot is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self._from = self._last = point
        self._clicked_at = event.timestamp()
        self._begin(Unit.WORD, spot)

    def _is_third(self, event: QMouseEvent, point: QPoint) -> bool:
        """Say whether this press comes soon after a double click, at the same place."""
        if self._unit is not Unit.WORD or (point - self._from).manhattanLength() >= DRAG_START:
            return False
        return event.timestamp() - self._clicked_at < QApplication.doubleClickInterval()

    def _begin(self, unit: Unit, spot: Spot) -> None:
        """Select the word or paragraph at a position; a drag grows it by such."""
        self._unit = unit
        self._link = ""
        self._first = self._around(spot)
        self._select(*self._first)
        self._selecting = True

    def _around(self, spot: Spot) -> Ends:
        row, number, place = spot
        segments = self._view.realiser.layouts[row].segments
        source = segments[number].source if number < len(segments) else None
        start, end = self._unit.around(source.text, place) if source is not None else (place, place)
        return (row, number, start), (row, number, end)

    # --- selecting ------------------------------------------------------------------------------

    def _select(self, anchor: Spot, head: Spot) -> None:
        before = set(self._view.selection.rows)
        self._view.selection.set(anchor, head)
        for row in before | set(self._view.selection.rows):
            self._view.update_row(row)

    def _extend(self, point: QPoint) -> None:
        spot = self.spot(point)
        selection = self._view.selection
        if spot is None:
            return
        if self._unit is not Unit.LETTER:
            self._select(*grown(self._first, self._around(spot)))
            return
        if spot == selection.head:
            return
        changed = range(min(spot[0], selection.head[0]), max(spot[0], selection.head[0]) + 1)
        selection.set(selection.anchor, spot)
        for row in changed:
            self._view.update_row(row)

    def _autoscroll(self) -> None:
        height = self._view.viewport().height()
        y = self._last.y()
        beyond = y if y < 0 else y - height + 1
        if not self._selecting or not beyond:
            self._timer.stop()
            return
        self._view.scroll_by(max(-60, min(beyond, 60)))
        self._extend(QPoint(self._last.x(), max(0, min(y, height - 1))))

    # --- scrolling inside a segment -------------------------------------------------------------

    def _drag_bar(self, point: QPoint) -> None:
        if self._bar is None or self._bar[0] not in self._view.stage.visible:
            return
        row, segment = self._bar
        inner = point - self._view.row_rect(row).topLeft()
        segment.drag_bar(inner.x() - segment.x)
        self._view.update_row(row, segment.rect)

    def wheel(self, event: QWheelEvent) -> bool:
        """Scroll the segment under the pointer; returns False if it is the view's turn."""
        found = self.hit(event.position().toPoint())
        if found is None or found.segment is None:
            return False
        turn = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta()
        dx, dy = -turn.x(), -turn.y()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not dx:
            dx, dy = dy, 0
        if abs(dx) <= abs(dy):
            dx = 0
            if not isinstance(found.segment, NotesSegment) or not found.segment.thinking:
                return False
        if not found.segment.scroll_by(dx // 2 if dx else 0, dy // 2 if dy else 0):
            return bool(dx)
        self._view.update_row(found.row, found.segment.rect)
        event.accept()
        return True

    # --- telling --------------------------------------------------------------------------------

    def tool_tip(self, event: QEvent) -> bool:
        """Show the name of a control or the target of a link."""
        if not isinstance(event, QHelpEvent):
            return False
        found = self.hit(event.pos())
        words = ""
        if found is not None:
            layout = self._view.realiser.layouts[found.row]
            words = found.control.name if found.control is not None else found.link
            words = words or layout.frame.tip_at(found.inner)
        # A tooltip reads tags: what comes from a model is escaped, never passed on as it is.
        shown = f"<p style='white-space:pre-wrap'>{escape(words[:300])}</p>" if words else ""
        QToolTip.showText(QCursor.pos(), shown, self._view.viewport())
        return True
