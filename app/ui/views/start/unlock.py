"""Unlocking: the passphrase, the recovery code, or the key store once more.

Job: ask for what opens the history. Rule: it names no conversation, person or model; what was typed
leaves the field as soon as it has been handed on.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core import texts
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.widgets.access.announce import announce
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.drawings.arch import Arcade, Mark
from app.ui.widgets.fields.secret_field import SecretField
from app.ui.widgets.surfaces.cover_column import CoverColumn
from app.ui.widgets.surfaces.measure_box import MeasureBox
from app.ui.widgets.surfaces.panel import Panel
from app.ui.widgets.words.label import Label

COLUMN, FORM, ARCADE, ARCADE_FROM = 480, 320, 208, 640
CODE_COLUMN = 576


class Way(StrEnum):
    """What can open a history."""

    PASSPHRASE = "passphrase"  # noqa: S105 - the name of a way
    CODE = "code"
    KEY_STORE = "key_store"


class UnlockPage(Panel):
    """``ways`` in the order offered; the first is shown. One signal per way.

    After a failure the page waits ``wait_seconds`` before it takes the next try; Return pressed
    meanwhile counts then, unless what was typed has changed since.
    """

    passphrase_given = Signal(str)
    code_given = Signal(str)
    key_store_asked = Signal()

    def __init__(
        self,
        theme: Theme,
        ways: Sequence[Way] = (Way.PASSPHRASE, Way.CODE),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, "canvas", None, parent)
        self.setAccessibleName(texts.text("ui.unlock.name"))
        self._ways = tuple(ways)
        typed = [way for way in self._ways if way is not Way.KEY_STORE]
        self._way = typed[0] if typed else Way.CODE
        self._failure = ""
        self._left = 0
        self._caps = self._returned = False
        self._scroll = CoverColumn(theme, COLUMN)
        self._form = MeasureBox(theme)
        self._form.set_limit(FORM)
        self._mark = Mark(theme, 56)
        self._title = Label(theme, texts.text("ui.unlock.title"), TextRole.DISPLAY, wrap=True)
        self._subtitle = Label(
            theme, texts.text("ui.unlock.subtitle"), TextRole.READING, "text2", wrap=True
        )
        for label in (self._title, self._subtitle):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._label = Label(theme, "", TextRole.SMALL, "text2")
        self.field = SecretField(theme, "")
        self.unlock = TextButton(theme, texts.text("ui.unlock.unlock"), Kind.PRIMARY_TALL)
        self.other = TextButton(theme, "", Kind.QUIET)
        self.again = TextButton(
            theme, texts.text("ui.unlock.key_store"), Kind.QUIET, icon=IconName.FINGERPRINT
        )
        self.note = Label(theme, "", TextRole.SMALL, "text2", wrap=True)
        self.note.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._arcade = Arcade(theme, "canvas", bay=128.0, pillar=30.0, shift=-13.0)
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._build()
        self._connect()
        self._show_way()

    def _build(self) -> None:
        inside = self._scroll.column
        centre = Qt.AlignmentFlag.AlignHCenter
        inside.addStretch(1)
        inside.addWidget(self._mark, 0, centre)
        inside.addSpacing(20)
        inside.addWidget(self._title)
        inside.addSpacing(4)
        inside.addWidget(self._subtitle)
        inside.addSpacing(32)
        form = self._form.column
        form.addWidget(self._label)
        form.addSpacing(6)
        form.addWidget(self.field)
        form.addSpacing(12)
        form.addWidget(self.unlock)
        inside.addWidget(self._form)
        inside.addSpacing(10)
        inside.addWidget(self.other, 0, centre)
        inside.addWidget(self.again, 0, centre)
        inside.addSpacing(16)
        inside.addWidget(self.note)
        inside.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._arcade)

    def _connect(self) -> None:
        self.field.textChanged.connect(self._typed)
        self.field.returnPressed.connect(self._return)
        self.field.caps_lock.connect(self._caps_lock)
        self.unlock.clicked.connect(self._give)
        self.other.clicked.connect(self._change_way)
        self.again.clicked.connect(self.key_store_asked)
        self._second.timeout.connect(self._count_down)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(
            *(
                self._scroll,
                self._form,
                self._mark,
                self._title,
                self._subtitle,
                self._label,
                self.field,
            ),
            *(self.unlock, self.other, self.again, self.note, self._arcade),
        )
        self._show_arcade()

    # --- how it went --------------------------------------------------------------------------

    def show_failure(self, sentence: str, wait_seconds: int = 0) -> None:
        """Show why the history did not open; the next try is possible after ``wait_seconds``."""
        self._failure = sentence
        self.field.setEnabled(True)
        self.other.setEnabled(True)
        self.again.setEnabled(True)
        self.count_down_from(wait_seconds)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self.note, sentence, at_once=True)

    def count_down_from(self, seconds: int) -> None:
        """Let the next try begin after ``seconds`` only, and show them passing."""
        self._left = max(0, seconds)
        if self._left:
            self._second.start()
        self._show_note()
        self._look()

    def set_waiting(self, waiting: bool) -> None:
        """Take no input while the history is being opened."""
        for control in (self.field, self.other, self.again):
            control.setEnabled(not waiting)
        if waiting:
            self._failure = ""
            self.unlock.setEnabled(False)
            self.note.set_colour("text2")
            self.note.set_text(texts.text("ui.unlock.waiting"))
        else:
            self._show_note()
            self._look()

    # --- what the person does -----------------------------------------------------------------

    def _typed(self) -> None:
        self._returned = False
        self._look()

    def _return(self) -> None:
        self._returned = self._left > 0
        self._give()

    def _give(self) -> None:
        text = self.field.text()
        if not text or self._left or not self.unlock.isEnabled():
            return
        self.field.clear()
        self.set_waiting(True)
        (self.passphrase_given if self._way is Way.PASSPHRASE else self.code_given).emit(text)

    def _change_way(self) -> None:
        self._way = Way.CODE if self._way is Way.PASSPHRASE else Way.PASSPHRASE
        self._failure = ""
        self._show_way()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_way(self) -> None:
        words = texts.text(f"ui.unlock.{self._way.value}")
        self._label.set_text(words)
        self.field.setAccessibleName(words)
        self.field.clear()
        # A code is copied from paper, letter by letter: it has to be seen, from its first to its last.
        self.field.eye.setChecked(self._way is Way.CODE)
        self._scroll.content.set_limit(CODE_COLUMN if self._way is Way.CODE else COLUMN)
        self._form.set_limit(CODE_COLUMN if self._way is Way.CODE else FORM)
        both = Way.PASSPHRASE in self._ways and Way.CODE in self._ways
        other = Way.CODE if self._way is Way.PASSPHRASE else Way.PASSPHRASE
        self.other.setText(texts.text(f"ui.unlock.use_{other.value}"))
        self.other.setVisible(both)
        self.again.setVisible(Way.KEY_STORE in self._ways)
        self._show_note()
        self._look()

    def _look(self) -> None:
        self.unlock.setEnabled(bool(self.field.text()) and not self._left and self.field.isEnabled())

    def _caps_lock(self, on: bool) -> None:
        if on != self._caps:
            self._caps = on
            self._show_note()

    def _count_down(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self._left = 0
            self._second.stop()
        self._show_note()
        self._look()
        if self._returned and not self._left:
            self._give()

    def _show_note(self) -> None:
        words = [self._failure] if self._failure else []
        if self._caps and self._way is Way.PASSPHRASE:
            words.append(texts.text("ui.passphrase.caps_lock"))
        if self._left:
            words.append(texts.text("ui.unlock.next_try", seconds=self._left))
        self.note.set_colour("warn" if self._failure or self._left else "text2")
        self.note.set_text(" ".join(words))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the drawing out where the words need the room."""
        super().resizeEvent(event)
        self._show_arcade()

    def _show_arcade(self) -> None:
        self._arcade.setVisible(self.height() >= self.theme.px(ARCADE_FROM))
        self._arcade.setFixedHeight(ARCADE)
