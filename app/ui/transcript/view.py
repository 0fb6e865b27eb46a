"""The transcript on screen.

Job: a scroll area that paints the messages in sight, follows an answer as it streams and keeps the
reader's place. Rule: it repaints only what changed and nothing that is out of sight; pointing and
pressing are in ``pointer`` and ``actions``.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app.core.conversation import Role
from app.core.texts import text
from app.engine.protocol.events import PartDelta
from app.ui.theme import Theme
from app.ui.transcript.actions import Actions
from app.ui.transcript.highlight import Highlighter
from app.ui.transcript.jump_button import JumpButton
from app.ui.transcript.model import TranscriptItem, TranscriptModel
from app.ui.transcript.pointer import Pointer
from app.ui.transcript.realiser import Realiser
from app.ui.transcript.selection import Selection
from app.ui.transcript.stage import Stage
from app.ui.transcript.streaming import Streamer
from app.ui.transcript.style import TranscriptStyle
from app.ui.widgets.measure_box import measure

RING_RADIUS = 10


class TranscriptView(QAbstractScrollArea):
    """Shows a :class:`TranscriptModel`.

    The signals carry message ids as the vault knows them. ``feed`` may be called from any thread, all
    else from the thread of the view.
    """

    regenerate_requested = Signal(int)
    edit_requested = Signal(int)
    sibling_requested = Signal(int, int)
    """Message id and step (-1 or 1)."""
    answer_now_requested = Signal()
    link_activated = Signal(str)
    """A link of an allowed kind was clicked; opening it is the receiver's decision."""
    continue_requested = Signal(int)
    """Go on writing the answer with this id, which was stopped or reached its length."""
    why_requested = Signal()
    """The reader asks why messages are not read."""
    copied = Signal()

    def __init__(self, theme: Theme, model: TranscriptModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.style_ = TranscriptStyle(theme)
        self.highlighter = Highlighter(self)
        self.highlighter.set_style(self.style_)
        self.realiser = Realiser(model, self.style_, self.highlighter)
        self.stage = Stage(self.realiser)
        self.selection = Selection()
        self.current_row: int | None = None
        self.paints = 0
        """How often the viewport was painted, for the performance bars."""
        self._syncing = False
        self._value = 0
        self.streamer = Streamer(self)
        self.actions_ = Actions(self)
        self.pointer = Pointer(self)
        self._jump = JumpButton(theme, self)
        self._dress()
        model.was_reset.connect(self._on_reset)
        model.appended.connect(self._on_appended)
        model.replaced.connect(self._on_replaced)
        model.truncated.connect(self._on_truncated)
        model.left_out_changed.connect(self._on_left_out)
        self.realiser.reset()

    def _dress(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setAccessibleName(text("transcript.name"))
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.verticalScrollBar().setSingleStep(40)
        self.verticalScrollBar().valueChanged.connect(self._on_value)
        self._jump.clicked.connect(self.jump_to_end)

    # --- the public side ------------------------------------------------------------------------

    @property
    def streaming(self) -> bool:
        """Say whether an answer is being written."""
        return self.streamer.running

    def set_theme(self, theme: Theme) -> None:
        """Draw with another theme or text size; the reader's place is kept."""
        self.style_ = TranscriptStyle(theme)
        self.highlighter.set_style(self.style_)
        self.realiser.set_style(self.style_)
        self._jump.set_theme(theme)
        self.relayout()

    def begin_stream(self, message_id: int) -> None:
        """Let a message of the model stream. Raises KeyError if it is not shown."""
        self.streamer.begin(message_id)

    def feed(self, delta: PartDelta) -> None:
        """Add text to the answer that streams; any thread may call it."""
        self.streamer.put(delta)

    def end_stream(self, item: TranscriptItem) -> None:
        """Show the answer's final form. Ignored if its message is not shown any more."""
        self.streamer.end(item)

    def jump_to_end(self) -> None:
        """Go to the end and stay there."""
        self.stage.stuck = True
        self.relayout()

    def copy_last_answer(self) -> bool:
        """Copy the last answer as plain text; returns False if there is none."""
        return self.actions_.with_last_answer(self.actions_.copy_answer)

    def answer_now(self) -> None:
        """Have the model answer with what it has so far; nothing happens while it does not think."""
        self.actions_.answer_now()

    def toggle_last_notes(self) -> bool:
        """Open or close the reasoning of the last answer; returns False if there is none."""
        return self.actions_.with_last_answer(self.actions_.toggle_notes)

    def grew(self, row: int, top: int) -> None:
        """Show that a row in sight changed from pixel ``top`` down."""
        layout = self.realiser.layouts[row]
        before = layout.height
        self.resettle()
        if row in self.stage.visible and top < max(before, layout.height):
            corner = self.stage.visible[row] + top
            self.viewport().update(0, corner, self.viewport().width(), self.viewport().height())

    # --- the model changed ----------------------------------------------------------------------

    def _on_reset(self) -> None:
        self.streamer.stop()
        self.selection.clear()
        self.current_row = None
        self.realiser.reset()
        self.stage.start()
        self.relayout()

    def _on_appended(self, row: int) -> None:
        self.realiser.append()
        self.realiser.no_longer_last(row - 1)
        if self.model.items[row].role is Role.USER:
            self.stage.stuck = True
        self.resettle()
        self.viewport().update()

    def _on_replaced(self, row: int) -> None:
        if row == self.realiser.live_row:
            top = self.realiser.settle_live(self.model.items[row])
            if top is not None and row in self.stage.visible:
                self.grew(row, top)
                return
        else:
            self.realiser.drop(row)
        self.refresh_row(row)

    def _on_truncated(self, row: int) -> None:
        if self.realiser.live_row is not None and self.realiser.live_row >= row:
            self.streamer.stop()
        self.selection.clear()
        self.current_row = None
        self.realiser.truncate(row)
        self.realiser.drop(row - 1)  # it is the last now, and may be continued
        self.relayout()

    def _on_left_out(self) -> None:
        self.realiser.set_style(self.style_)
        self.relayout()

    # --- keeping place --------------------------------------------------------------------------

    def relayout(self) -> None:
        """Lay everything in sight out and paint it."""
        wide = self.width()
        self.realiser.width = measure(self.style_.theme, wide)
        self.stage.height = max(1, self.viewport().height())
        self.stage.settle()
        self._sync_bar()
        self.viewport().update()

    def resettle(self) -> None:
        """Find the places again after a change, moving the picture instead of painting it anew."""
        before = dict(self.stage.visible)
        self.stage.settle()
        self._sync_bar()
        self._shift(before)

    def refresh_row(self, row: int) -> None:
        """Show that a row changed, wherever it is."""
        before = dict(self.stage.visible)
        self.stage.settle()
        self._sync_bar()
        if row in before or row in self.stage.visible:
            self.viewport().update()

    def scroll_by(self, pixels: int) -> None:
        """Scroll by exactly this many pixels, as far as there is text."""
        before = dict(self.stage.visible)
        self.stage.scroll_by(pixels)
        self._sync_bar()
        self._shift(before)

    def scroll_to(self, value: int) -> None:
        """Go to a place counted in pixels from the start."""
        before = dict(self.stage.visible)
        self.stage.go_to(value)
        self._sync_bar()
        self._shift(before)

    def set_current(self, row: int | None) -> None:
        """Put the keyboard's ring around a row, or nowhere."""
        before, self.current_row = self.current_row, row
        if before != row:
            for each in (before, row):
                if each is not None:
                    self.update_row(each)

    def show_row(self, row: int) -> None:
        """Bring a row into sight."""
        before = dict(self.stage.visible)
        self.stage.show_row(row)
        self._sync_bar()
        self._shift(before)

    def _on_value(self, value: int) -> None:
        if self._syncing:
            return
        moved = value - self._value
        before = dict(self.stage.visible)
        if abs(moved) <= 3 * self.stage.height and not self.verticalScrollBar().isSliderDown():
            self.stage.scroll_by(moved)
        else:
            self.stage.go_to(value)
        self._sync_bar()
        self._shift(before)

    def _sync_bar(self) -> None:
        bar = self.verticalScrollBar()
        self._syncing = True
        bar.setPageStep(self.stage.height)
        bar.setRange(0, self.stage.maximum)
        bar.setValue(self.stage.value)
        self._value = bar.value()
        self._syncing = False
        away = not self.stage.at_end
        far = self.stage.maximum - self.stage.value > self.stage.height // 2
        self._jump.setVisible(away and (far or self.streaming))

    def _shift(self, before: dict[int, int]) -> None:
        """Move what is painted already; paint the rest."""
        after = self.stage.visible
        moves = {after[row] - before[row] for row in after if row in before}
        if not moves or len(moves) > 1:
            if before != after:
                self.viewport().update()
            return
        by = moves.pop()
        if by and abs(by) < self.stage.height:
            self.viewport().scroll(0, by)
        elif by:
            self.viewport().update()
        self.pointer.moved_under()

    # --- geometry -------------------------------------------------------------------------------

    @property
    def column_left(self) -> int:
        """Where the column starts; counted in the whole view, so the composer below lines up."""
        return max(0, (self.width() - self.realiser.width) // 2)

    def row_at(self, y: int) -> int | None:
        """Return the visible row nearest to ``y``, None if there is none."""
        found = None
        for row, top in self.stage.visible.items():
            if found is None or top <= y:
                found = row
        return found

    def row_rect(self, row: int) -> QRect:
        """Return a visible row's place in the viewport."""
        layout = self.realiser.layouts[row]
        return QRect(self.column_left, self.stage.visible[row], layout.width, layout.height)

    def update_row(self, row: int, area: QRect | None = None) -> None:
        """Paint a row, or an area of it in its own coordinates, again."""
        if row in self.stage.visible and row in self.realiser.layouts:
            rect = self.row_rect(row)
            if area is not None:
                rect = area.translated(rect.topLeft())
            self.viewport().update(rect.adjusted(-6, -6, 6, 6))

    # --- Qt's side ------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows that lie in the event's rectangle."""
        self.paints += 1
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = event.rect()
        painter.fillRect(area, QColor(self.style_.theme.canvas))
        left = self.column_left
        for row, top in self.stage.visible.items():
            layout = self.realiser.layouts.get(row)
            if layout is None or top > area.bottom() or top + layout.height < area.top():
                continue
            painter.save()
            painter.translate(left, top)
            layout.paint(
                painter,
                area.translated(-left, -top),
                self.selection.in_row(row),
                self.pointer.hovered_in(row),
                self.pointer.pressed_in(row),
                attended=row in (self.pointer.row, self.current_row),
            )
            if row == self.current_row and self.hasFocus():
                self._paint_ring(painter, layout.width, layout.frame.bottom)
            painter.restore()
        painter.end()

    def _paint_ring(self, painter: QPainter, width: int, height: int) -> None:
        line = 3 if self.style_.theme.high_contrast else 2
        painter.setPen(QPen(self.style_.theme.accent, line))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        rect = QRectF(-4, -4, width + 8, height + 8)
        painter.drawRoundedRect(rect, RING_RADIUS + 4, RING_RADIUS + 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out what is in sight for the new size."""
        super().resizeEvent(event)
        self.relayout()
        self._jump.place(self.width(), self.height())

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        """Do nothing: the scroll bar's value is followed by ``_on_value``."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll what is under the pointer sideways, else the conversation."""
        if not self.pointer.wheel(event):
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, toggle, copy."""
        if not self.actions_.key(event):
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Press a control or start a selection."""
        self.pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hover or extend the selection."""
        self.pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Act on the control that was pressed."""
        self.pointer.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select a word."""
        self.pointer.double_click(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done here."""
        self.actions_.menu(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Show names of controls and targets of links; forget the hover when the pointer leaves."""
        if event.type() == QEvent.Type.ToolTip:
            return self.pointer.tool_tip(event)
        if event.type() == QEvent.Type.Leave:
            self.pointer.leave()
        return super().viewportEvent(event)
