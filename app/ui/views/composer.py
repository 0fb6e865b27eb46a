"""The composer: where a message is written.

Job: text, reasoning effort, send and stop. Rule: usable while an answer runs (a message sent then
waits until it is done); Send is disabled without text; stopping keeps the text.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.core import texts
from app.core.conversation import Effort
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind, set_kind
from app.ui.theme.theme import Themed
from app.ui.theme.type import STRONG
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.chip import Chip
from app.ui.widgets.effort_slider import EffortSlider
from app.ui.widgets.focus_ring import RADIUS_PROPERTY
from app.ui.widgets.label import Label, plain_tip
from app.ui.widgets.message_edit import LONGEST_EDITABLE, MessageEdit, clean_text
from app.ui.widgets.panel import Card

DRAFT_AFTER_MS = 300


class Composer(Card):
    """The card under the transcript.

    ``submitted`` carries the message when it may be sent now (the field is empty by then);
    ``draft_changed`` the text as it stands, at most every 0.3 s.
    """

    submitted = Signal(str)
    stop_requested = Signal()
    effort_changed = Signal(object)
    draft_changed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "raised", "edge", 12, parent)
        self.setProperty(RADIUS_PROPERTY, 12)
        self._busy = False
        self._loading = ""
        self._waiting = False
        self._pasted = ""
        self.edit = MessageEdit(theme)
        self.edit.setAccessibleName(texts.text("ui.composer.name"))
        self.chip = Chip(
            theme,
            IconName.FILE_TEXT,
            texts.text("ui.composer.pasted"),
            texts.text("ui.composer.pasted_remove"),
        )
        self._label = Label(theme, texts.text("ui.effort.label"), TextRole.UI, "text2")
        self.effort_slider = EffortSlider(theme)
        self._value = Label(theme, "", TextRole.UI, "text", weight=STRONG)
        self._estimate = Label(theme, "", TextRole.UI, "text3")
        self._estimate.set_may_shrink(True)
        self._hint = Label(theme, "", TextRole.MICRO, "text3")
        self._hint.set_may_shrink(True)
        self.send = QPushButton()
        set_kind(self.send, Kind.SEND)
        self.send.setAccessibleName(texts.text("ui.composer.send"))
        self.stop = TextButton(theme, texts.text("ui.composer.stop"))
        self.stop.setAccessibleName(texts.text("ui.composer.stop_name"))
        self.stop.hide()
        self._build()
        self._connect()
        self.set_theme(theme)
        self._show_state()

    def _build(self) -> None:
        self._chips = QWidget()
        self._chips.hide()
        chips = QHBoxLayout(self._chips)
        chips.setContentsMargins(0, 4, 0, 4)
        chips.addWidget(self.chip)
        chips.addStretch(1)
        tools = QHBoxLayout()
        tools.setContentsMargins(4, 6, 0, 0)
        tools.setSpacing(8)
        words = QHBoxLayout()
        words.setSpacing(12)
        left: tuple[QWidget, ...] = (self._label, self.effort_slider, self._value, self._estimate)
        for part in left:
            words.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        tools.addLayout(words)
        tools.addStretch(1)
        right: tuple[QWidget, ...] = (self._hint, self.stop, self.send)
        for widget in right:
            tools.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(13, 9, 13, 13)
        column.setSpacing(0)
        column.addWidget(self._chips)
        column.addWidget(self.edit)
        column.addLayout(tools)
        QWidget.setTabOrder(self.edit, self.chip)

    def _connect(self) -> None:
        self._draft_timer = QTimer(self)
        self._draft_timer.setSingleShot(True)
        self._draft_timer.setInterval(DRAFT_AFTER_MS)
        self._draft_timer.timeout.connect(lambda: self.draft_changed.emit(self.text()))
        self.edit.textChanged.connect(self._text_changed)
        self.edit.returned.connect(self._submit)
        self.edit.escaped.connect(self._escape)
        self.edit.long_text.connect(self._keep_pasted)
        self.edit.focus_moved.connect(
            lambda inside: self.set_colours("raised", "accent" if inside else "edge")
        )
        self.chip.removed.connect(self._drop_pasted)
        self.send.clicked.connect(self._submit)
        self.stop.clicked.connect(self._stop)
        self.effort_slider.effort_changed.connect(self._effort_chosen)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        parts: tuple[Themed, ...] = (
            *(self.edit, self.chip, self._label, self.effort_slider),
            *(self._value, self._estimate, self._hint, self.stop),
        )
        for part in parts:
            part.set_theme(theme)
        side = theme.px(32)
        self.send.setFixedSize(side, side)
        self.send.setIcon(theme.icon(IconName.ARROW_UP, theme.on_accent, 20))
        self.send.setIconSize(QSize(theme.icon_size(20), theme.icon_size(20)))
        self.stop.setIcon(theme.stop_icon())
        self.stop.setIconSize(QSize(theme.icon_size(), theme.icon_size()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what the tool row has no room for."""
        super().resizeEvent(event)
        self._fit_tools()

    def _fit_tools(self) -> None:
        # The hint repeats what the buttons' tooltips say: it goes first.
        left: tuple[QWidget, ...] = (self._label, self.effort_slider, self._value, self._estimate)
        taken = sum(part.sizeHint().width() + 12 for part in left if not part.isHidden())
        button = self.stop if self._busy else self.send
        taken += button.sizeHint().width() + self._hint.sizeHint().width() + 2 * 13 + 24
        self._hint.setVisible(taken <= self.width())

    # --- the message --------------------------------------------------------------------------

    def text(self) -> str:
        """Return the message as it would be sent: what is written, then what was pasted."""
        written = self.edit.text()
        if not self._pasted:
            return written
        return f"{written.rstrip()}\n\n{self._pasted}" if written.strip() else self._pasted

    def set_text(self, text: str) -> None:
        """Replace the message, for example by a draft; no draft is reported for it."""
        text = clean_text(text)
        long = len(text) > LONGEST_EDITABLE
        self._pasted = text if long else ""
        self.edit.set_text("" if long else text)
        self._waiting = False
        self._show_pasted()
        self._show_state()
        self._draft_timer.stop()

    def flush_draft(self) -> None:
        """Report a draft that has not been reported yet, now."""
        if self._draft_timer.isActive():
            self._draft_timer.stop()
            self.draft_changed.emit(self.text())

    def focus_message(self) -> None:
        """Put the cursor into the message."""
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- state --------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether an answer is being made."""
        return self._busy

    def set_loading(self, words: str) -> None:
        """Say in the empty field that a model loads, and that it can be written in; "" for not."""
        if words != self._loading:
            self._loading = words
            self._show_state()

    def set_busy(self, busy: bool) -> None:
        """Show Stop instead of Send; when an answer is done, a waiting message is submitted."""
        if busy == self._busy:
            return
        self._busy = busy
        had_focus = self.stop.hasFocus() or self.send.hasFocus()
        self._show_state()
        if had_focus:
            self.focus_message()
        if not busy and self._waiting:
            # After the caller is through with what it is doing about the finished answer.
            QTimer.singleShot(0, self, self._submit_waiting)

    def cancel_waiting(self) -> None:
        """Keep a waiting message as a draft instead of sending it when the answer is done."""
        self._waiting = False
        self._show_state()

    def set_effort(self, effort: Effort) -> None:
        """Show ``effort``."""
        self.effort_slider.set_effort(effort)
        self._show_state()

    def set_estimate(self, words: str) -> None:
        """Show how long the effort lets the model think, by experience; "" for not known yet."""
        self._estimate.set_text(words)
        self._estimate.setVisible(bool(words))
        self._fit_tools()

    def _effort_chosen(self, effort: Effort) -> None:
        self._show_state()
        self.effort_changed.emit(effort)

    def _text_changed(self) -> None:
        if self._waiting and not self._has_text():
            self._waiting = False
        self._draft_timer.start()
        self._show_state()

    def _has_text(self) -> bool:
        return bool(self._pasted) or bool(self.edit.text().strip())

    def _submit(self) -> None:
        if not self._has_text():
            return
        if self._busy:
            self._waiting = not self._waiting
            self._show_state()
            return
        message = self.text()
        self._pasted = ""
        self._waiting = False
        self.edit.set_text("")
        self._show_pasted()
        self._draft_timer.stop()
        self._show_state()
        self.submitted.emit(message)

    def _submit_waiting(self) -> None:
        if self._waiting and not self._busy:
            self._waiting = False
            self._submit()

    def _stop(self) -> None:
        self.cancel_waiting()
        self.stop_requested.emit()

    def _escape(self) -> None:
        if self._busy:
            self._stop()

    def _keep_pasted(self, text: str) -> None:
        self._pasted = f"{self._pasted}\n\n{text}" if self._pasted else text
        self._show_pasted()
        self._text_changed()

    def _drop_pasted(self) -> None:
        self._pasted = ""
        self._show_pasted()
        self._text_changed()
        self.focus_message()

    def _show_pasted(self) -> None:
        count = texts.number(len(self._pasted))
        self.chip.set_detail(
            texts.text("ui.composer.pasted_size", count=count),
            texts.text("ui.composer.pasted_name", count=count),
        )
        self._chips.setVisible(bool(self._pasted))

    def _show_state(self) -> None:
        ready = self._has_text()
        self.send.setEnabled(ready)
        self.send.setVisible(not self._busy)
        self.stop.setVisible(self._busy)
        self.send.setToolTip(plain_tip(texts.text(f"ui.composer.{'send' if ready else 'send_empty'}")))
        self.send.setAccessibleDescription("" if ready else texts.text("ui.composer.send_empty"))
        if not self._busy:
            hint = "hint_send"
        elif self._waiting:
            hint = "hint_waiting"
        else:
            hint = "hint_wait" if ready else "hint_stop"
        self._hint.set_text(texts.text(f"ui.composer.{hint}"))
        key = "ui.composer.placeholder_busy" if self._busy else "ui.composer.placeholder"
        self.edit.set_hint(self._loading or texts.text(key))
        self._value.set_text(self.effort_slider.word())
        self._estimate.setVisible(bool(self._estimate.text()))
        self._fit_tools()
