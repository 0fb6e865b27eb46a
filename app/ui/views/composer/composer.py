"""The composer: where a message is written.

Job: join the message, what is attached to it and what waits to the row of tools below. Rule: usable
while an answer runs (a message sent then waits above it until that is done); Send is disabled without
text; stopping keeps all.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core import texts
from app.core.conversation.draft import Draft, joined
from app.core.conversation.message import Effort, Part, PartKind
from app.ui.theme import TextRole, Theme
from app.ui.views.composer.attached import Attached
from app.ui.views.composer.attachment_chips import AttachmentChips
from app.ui.views.composer.message_edit import MOST_LINES, MessageEdit, clean_text, fits_field
from app.ui.views.composer.question_history import QuestionHistory
from app.ui.views.composer.tool_row import ToolRow
from app.ui.views.composer.waiting_card import WaitingCard, most_rows
from app.ui.views.composer.waiting_queue import WaitingQueue
from app.ui.widgets.access.focus_ring import RADIUS_PROPERTY
from app.ui.widgets.surfaces.panel import Card
from app.ui.widgets.surfaces.short_scroll import ShortScroll

DRAFT_AFTER_MS = 300
FEW_LINES = 2
"""So many lines of the message are in sight before the transcript is."""


class Composer(Card):
    """The card under the transcript; ``waiting_card`` belongs above it.

    ``submitted`` carries the message (a Draft) when it may be sent now; it has left the field by then.
    ``draft_changed`` carries all that is not sent, at most every 0.3 s, ``attachments_changed`` nothing.
    ``files_offered`` carries paths that were pasted, ``files_wanted`` asks for a dialog to choose some.
    """

    submitted = Signal(object)
    stop_requested = Signal()
    stop_loading_requested = Signal()
    effort_changed = Signal(object)
    draft_changed = Signal(object)
    attachments_changed = Signal()
    files_offered = Signal(list)
    files_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "raised", "edge", 12, parent)
        self.setProperty(RADIUS_PROPERTY, 12)
        self._busy = False
        self._loading, self._load_may_stop = "", False
        self.edit = MessageEdit(theme)
        self.attached = Attached(self.edit, self._attached_changed)
        self.history = QuestionHistory(self.edit, lambda: not self.attached.parts)
        self._queue = WaitingQueue()
        self.waiting_card = WaitingCard(theme)
        self.edit.setAccessibleName(texts.text("ui.composer.name"))
        self.chips = AttachmentChips(theme)
        self._chips = ShortScroll(self.chips)
        self._chips.hide()
        self._room = self._spare = 0
        self.tools = ToolRow(theme)
        self.attach, self.effort_slider = self.tools.attach, self.tools.effort_slider
        self.stop, self.send = self.tools.stop, self.tools.send
        self._build()
        self._connect()
        self.set_theme(theme)
        self._show_state()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(13, 9, 13, 13)
        column.setSpacing(0)
        column.addWidget(self._chips)
        column.addWidget(self.edit)
        column.addWidget(self.tools)

    def _connect(self) -> None:
        self._draft_timer = QTimer(self)
        self._draft_timer.setSingleShot(True)
        self._draft_timer.setInterval(DRAFT_AFTER_MS)
        self._draft_timer.timeout.connect(lambda: self.draft_changed.emit(self.draft()))
        self.edit.textChanged.connect(self._text_changed)
        self.edit.returned.connect(self._submit)
        self.edit.escaped.connect(lambda: self._stop() if self._busy else None)
        self.edit.long_text.connect(self._keep_pasted)
        self.edit.files_offered.connect(self.files_offered)
        self.edit.focus_moved.connect(self.light_up)
        self.chips.removed.connect(self._remove)
        self.chips.put_back.connect(self._put_back)
        self.attach.clicked.connect(self.files_wanted)
        self.waiting_card.edited.connect(self._edit_waiting)
        self.waiting_card.removed.connect(self._drop_waiting)
        self.waiting_card.sent_now.connect(self._send_waiting)
        self.send.clicked.connect(self._submit)
        self.stop.clicked.connect(self._stop)
        self.effort_slider.effort_changed.connect(self._effort_chosen)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(self.edit, self.chips, self.tools, self.waiting_card)
        self._fit_lines()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a press beside field and buttons as one into the field."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.edit.setFocus(Qt.FocusReason.MouseFocusReason)

    def set_room(self, pixels: int, spare: int) -> None:
        """Say how high it may become, with what stands above it, and the pixels it may take in need."""
        self._room, self._spare = pixels, spare
        self._fit_lines()

    def _fit_lines(self) -> None:
        """Let chips and waiting messages take from the field's lines, where there is little room."""
        rows = most_rows(self.theme, self._room)
        self._chips.set_limit(rows * (self.theme.px(28) + 8))
        self.waiting_card.set_most_rows(rows)
        taken = self.waiting_card.height_taken + self.theme.px(32) + 40
        taken += self._chips.height() if self.chips.chips else 0
        line = self.theme.line_height(TextRole.READING)
        lines = (self._room - taken) // line if self._room else MOST_LINES
        in_need = (self._room + self._spare - taken) // line
        self.edit.set_most_lines(max(lines, min(FEW_LINES, in_need)))

    # --- the message --------------------------------------------------------------------------

    def text(self) -> str:
        """Return the words of the message."""
        return self.edit.text()

    def message(self) -> Draft:
        """Return the message as it would be sent."""
        return Draft(self.edit.text(), self.attached.parts)

    def draft(self) -> Draft:
        """Return all that is not sent: the message, and those that wait."""
        return Draft(self.edit.text(), self.attached.parts, self._queue.drafts)

    def set_text(self, text: str) -> None:
        """Replace the message by these words; no draft is reported for it."""
        self.set_message(Draft(text))

    def set_message(self, message: Draft) -> None:
        """Replace the message, for example by an earlier question; no draft is reported for it."""
        text = clean_text(message.text)
        parts = message.attachments
        if not fits_field(text):
            text, parts = "", (*parts, Part(PartKind.ATTACHMENT, text))
        self.attached.replace(parts)
        self.edit.set_text(text)
        self._show_attached()
        self._show_state()
        self._draft_timer.stop()

    def set_draft(self, draft: Draft) -> None:
        """Replace message and what waits, by what was kept; no draft is reported for it."""
        self._queue.bring(draft.waiting)
        self.set_message(draft)

    def flush_draft(self) -> None:
        """Report a draft that has not been reported yet, now."""
        if self._draft_timer.isActive():
            self._draft_timer.stop()
            self.draft_changed.emit(self.draft())

    def light_up(self, lit: bool) -> None:
        """Say by the border that what is typed or let go now comes here."""
        self.set_colours("raised", "accent" if lit else "edge")

    def focus_message(self) -> None:
        """Put the cursor into the message."""
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- state --------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether an answer is being made."""
        return self._busy

    def set_loading(self, words: str, may_stop: bool = False) -> None:
        """Say in the empty field that a model loads, and that it can be written in; "" for not.

        ``may_stop`` offers to stop a load that takes long.
        """
        if (words, may_stop) != (self._loading, self._load_may_stop):
            self._loading, self._load_may_stop = words, may_stop
            self._show_state()

    def set_busy(self, busy: bool) -> None:
        """Show Stop instead of Send; when an answer is done, the next message is submitted."""
        if busy == self._busy:
            return
        self._busy = busy
        had_focus = self.tools.has_focus()
        self._show_state()
        if had_focus:
            self.focus_message()
        if not busy and self._queue.due:
            # After the caller is through with what it is doing about the finished answer.
            QTimer.singleShot(0, self, self._submit_waiting)

    def hold_waiting(self) -> None:
        """Let no waiting message be sent by itself: something is in the way, or the person stopped."""
        self._queue.hold()
        self._show_state()

    def set_effort(self, effort: Effort) -> None:
        """Show ``effort``."""
        self.tools.set_effort(effort)

    def set_estimate(self, words: str) -> None:
        """Show how long the effort lets the model think, by experience; "" for not known yet."""
        self.tools.set_estimate(words)

    def _effort_chosen(self, effort: Effort) -> None:
        self.tools.show_effort()
        self.effort_changed.emit(effort)

    def _text_changed(self) -> None:
        self._draft_timer.start()
        self._show_state()

    def _has_text(self) -> bool:
        return bool(self.attached.parts) or self.edit.says_something()

    def _submit(self) -> None:
        if not self._has_text():
            return
        message = self.message()
        if self._busy:
            if self._queue.is_full:
                return
            self._queue.add(message)
        self.set_message(Draft())
        if self._busy:
            self.draft_changed.emit(self.draft())
        else:
            self.submitted.emit(message)

    def _stop(self) -> None:
        self.hold_waiting()
        (self.stop_requested if self._busy else self.stop_loading_requested).emit()

    # --- messages that wait -------------------------------------------------------------------

    def _submit_waiting(self) -> None:
        message = None if self._busy else self._queue.take_due()
        if message is not None:
            self._show_state()
            self.submitted.emit(message)

    def _edit_waiting(self, place: int) -> None:
        """Put a waiting message into the field; what stands there already stays, after it."""
        self.set_message(joined(self._queue.take(place), self.message()))
        self.focus_message()
        self.draft_changed.emit(self.draft())

    def _drop_waiting(self, place: int) -> None:
        self._queue.take(place)
        self._show_state()
        self.focus_message()
        self.draft_changed.emit(self.draft())

    def _send_waiting(self, place: int) -> None:
        """Send a waiting message before all others, ending the answer that runs."""
        self._queue.put_first(place)
        self._show_state()
        self.focus_message()
        if self._busy:
            self.stop_requested.emit()
        else:
            self._submit_waiting()

    # --- attachments --------------------------------------------------------------------------

    def add_attachment(self, part: Part) -> None:
        """Attach a file that was read."""
        self.attached.add(part)
        self._attached_changed()

    def set_reading(self, names: tuple[str, ...]) -> None:
        """Show the names of files that are being read."""
        self.attached.reading = names
        self._show_attached()

    def _keep_pasted(self, text: str) -> None:
        if self.attached.add_pasted(text):
            self._attached_changed()
        elif fits_field(text):
            self.edit.insertPlainText(text)

    def _remove(self, place: int) -> None:
        if place < len(self.attached.parts):
            self.attached.remove(place)
            self._attached_changed()
        if not self.attached.parts:
            self.focus_message()

    def _put_back(self, place: int) -> None:
        if self.attached.put_back(place):
            self._attached_changed()
            self.focus_message()

    def _attached_changed(self) -> None:
        self._show_attached()
        self._text_changed()
        self.attachments_changed.emit()

    def _show_attached(self) -> None:
        self.chips.show_attached(self.attached.parts, self.attached.reading)
        last: QWidget = self.edit
        self._chips.setVisible(bool(self.chips.chips))
        self._fit_lines()
        for chip in self.chips.chips:
            last = chip.follow(last)
        QWidget.setTabOrder(last, self.attach)

    def _show_state(self) -> None:
        ready = self._has_text()
        self.tools.show_state(
            self._queue.hint(busy=self._busy, ready=ready),
            ready=ready,
            busy=self._busy,
            load_may_stop=self._load_may_stop,
        )
        self.waiting_card.show_waiting(self._queue.all)
        self._fit_lines()
        key = "ui.composer.placeholder_busy" if self._busy else "ui.composer.placeholder"
        self.edit.set_hint(self._loading or texts.text(key))
