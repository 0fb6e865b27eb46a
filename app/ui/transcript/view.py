"""The transcript on screen.

Job: a scroll area that paints the messages in sight, follows an answer as it streams and keeps the
reader's place. Rule: it repaints only what changed and nothing that is out of sight; pointing and
pressing are in ``pointer`` and ``actions``.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import (
    QAccessibleInterface,
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QWidget

from app.core.conversation.message import Role
from app.core.texts import text
from app.engine.protocol.events import PartDelta
from app.ui.theme import Theme
from app.ui.transcript.access.bridge import Bridge
from app.ui.transcript.access.speech import Speech
from app.ui.transcript.formulas import Runner, at_once
from app.ui.transcript.model import TranscriptItem, TranscriptModel
from app.ui.transcript.placing.placed_view import PlacedView
from app.ui.transcript.reader.actions import Actions
from app.ui.transcript.reader.branch_place import BranchPlace
from app.ui.transcript.reader.find import Find
from app.ui.transcript.reader.pointer import Pointer
from app.ui.transcript.reader.selection import Selection
from app.ui.transcript.reader.stops import Stops, paint_ring
from app.ui.transcript.streaming import Streamer
from app.ui.transcript.style import TranscriptStyle

LONGEST_WORDS = 100
_BY_KEYBOARD = frozenset(
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    }
)


class TranscriptView(PlacedView):
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
    save_requested = Signal(str, str)
    """Save a block: the file name to suggest, and the words."""
    export_requested = Signal(int)
    """Write the answer with this id, and its question, to a file."""
    manual_requested = Signal(object)
    """Open the manual page that an answer was given: the part of the question that placed it."""
    copied = Signal()

    def __init__(
        self,
        theme: Theme,
        model: TranscriptModel,
        parent: QWidget | None = None,
        *,
        draw: Runner = at_once,
    ) -> None:
        super().__init__(theme, model, parent, draw=draw)
        self.selection = Selection()
        self.current_row: int | None = None
        self.paints = 0
        """How often the viewport was painted, for the performance bars."""
        self.speech = Speech(self)
        self.streamer = Streamer(self)
        self.actions_ = Actions(self)
        self.pointer = Pointer(self)
        self.finds = Find(self)
        self.stops = Stops(self)
        self.branch_place = BranchPlace(self)
        self._again: int | None = None
        """The row that had the keyboard and is being written anew."""
        self.bridge = Bridge(self)
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
        self.moved.connect(self.pointer.moved_under)
        self.sibling_requested.connect(self.branch_place.hold)
        self._steps.stepped.connect(self.actions_.go_to_question)

    # --- the public side ------------------------------------------------------------------------

    @property
    def streaming(self) -> bool:
        """Say whether an answer is being written."""
        return self.streamer.running

    def set_theme(self, theme: Theme) -> None:
        """Draw with another theme or text size; the reader's place is kept."""
        self.style_ = TranscriptStyle(theme, self.formulas)
        self.highlighter.set_style(self.style_)
        self.realiser.set_style(self.style_)
        self._jump.set_theme(theme)
        self._steps.set_theme(theme)
        self._place_buttons()
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

    def selected_line(self) -> str:
        """Return what is selected if it is a few words on one line, else ""."""
        chosen = self.actions_.selected_text() if len(self.selection.rows) == 1 else ""
        return "" if "\n" in chosen or len(chosen) > LONGEST_WORDS else chosen.strip()

    def copy_last_answer(self) -> bool:
        """Copy the last answer as plain text; returns False if there is none."""
        return self.actions_.with_last_answer(self.actions_.copy_answer)

    def set_reading(self, words: str) -> None:
        """Say in the answer that is awaited how far the question is read; "" once it is."""
        self.streamer.set_reading(words)

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
        self.branch_place.restore()
        self.finds.refresh()

    def _on_appended(self, row: int) -> None:
        self.realiser.append()
        self.realiser.no_longer_last(row - 1)
        if self.model.items[row].role is Role.USER:
            self.stage.stuck = True
        self.resettle()
        if self._again == row:
            self.set_current(row)
        self._again = None
        self.viewport().update()
        self.finds.refresh()

    def _on_replaced(self, row: int) -> None:
        if row == self.realiser.live_row:
            top = self.realiser.settle_live(self.model.items[row])
            if top is not None and row in self.stage.visible:
                self.grew(row, top)
                self.finds.refresh()
                return
        else:
            self.realiser.drop(row)
        self.refresh_row(row)
        self.finds.refresh()

    def _on_truncated(self, row: int) -> None:
        if self.realiser.live_row is not None and self.realiser.live_row >= row:
            self.streamer.stop()
        self.selection.clear()
        at = self.current_row
        self._again = row if at is not None and at >= row and self.hasFocus() else None
        self.current_row = None
        self.stage.stuck = True  # what comes in its place comes at the end
        self.realiser.truncate(row)
        self.realiser.drop(row - 1)  # it is the last now, and may be continued
        self.relayout()
        self.finds.refresh()

    def _on_left_out(self) -> None:
        self.realiser.set_style(self.style_)
        self.relayout()

    # --- the keyboard's place ---------------------------------------------------------------------

    def set_current(self, row: int | None) -> None:
        """Put the keyboard's ring around a row, or nowhere."""
        before, self.current_row = self.current_row, row
        if before != row:
            self.stops.forget()
            for each in (before, row):
                if each is not None:
                    self.update_row(each)
            self.bridge.focus_moved()

    # --- Qt's side ------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows that lie in the event's rectangle."""
        self.paints += 1
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Places are computed from the left; Qt would turn "left" round for a language that runs the
        # other way. Paragraphs find their own direction.
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        area = event.rect()
        painter.fillRect(area, QColor(self.style_.theme.canvas))
        left = self.column_left
        for row, top in self.stage.visible.items():
            layout = self.realiser.layouts.get(row)
            if layout is None or top > area.bottom() or top + layout.height < area.top():
                continue
            painter.save()
            painter.translate(left, top)
            self.finds.dress(row, layout)
            layout.paint(
                painter,
                area.translated(-left, -top),
                self.selection.in_row(row),
                self.pointer.hovered_in(row),
                self.pointer.pressed_in(row),
                attended=row in (self.pointer.row, self.current_row),
            )
            if row == self.current_row and self.hasFocus():
                paint_ring(painter, self.style_.theme, self.stops.rect, layout)
            painter.restore()
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out what is in sight for the new size."""
        super().resizeEvent(event)
        self.relayout()
        self._place_buttons()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        """Do nothing: the scroll bar's value is followed by ``_on_value``."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll what is under the pointer sideways, else the conversation."""
        if not self.pointer.wheel(event):
            super().wheelEvent(event)

    def make_accessible(self) -> QAccessibleInterface:
        """Return what a screen reader meets here: a list of all messages."""
        return self.bridge.make_root()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Put the keyboard on the last turn in sight, if it was on none; say where it is."""
        super().focusInEvent(event)
        if event.reason() in _BY_KEYBOARD and self.current_row is None and self.stage.visible:
            self.set_current(max(self.stage.visible))
        else:
            self._show_ring()
            self.bridge.focus_moved()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away: it says where the keyboard is."""
        super().focusOutEvent(event)
        self._show_ring()

    def _show_ring(self) -> None:
        """Paint the turn again that the keyboard is on, or was."""
        if self.current_row is not None:
            self.update_row(self.current_row)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Let Tab go round inside a turn that Enter opened."""
        return self.stops.step(1 if forward else -1) or super().focusNextPrevChild(forward)

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
