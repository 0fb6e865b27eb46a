"""Messages that wait to be sent.

Job: show them above the composer, in order, with what can be done with each. Rule: it shows what it is
given; nothing is sent from here.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.core.conversation.draft import Draft
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.widgets.arranging import take_out
from app.ui.widgets.controls.buttons import IconButton, TextButton
from app.ui.widgets.drawings.icon_view import IconView
from app.ui.widgets.surfaces.panel import Card
from app.ui.widgets.surfaces.short_scroll import ShortScroll
from app.ui.widgets.words.label import Label
from app.ui.widgets.words.text_layout import one_line

LONGEST_TITLE = 200
NARROW, ROW = 560, 32
LARGE = 1.5
"""From this text size on, room is scarce."""
TIGHT = 150
"""With less room than this, in pixels at 100 %, it is scarcer still."""


class WaitingRow(QWidget):
    """One message: what it says, whether it is sent by itself, and three buttons."""

    def __init__(self, theme: Theme, draft: Draft, *, due: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        state = texts.text(f"attach.waiting.{'due' if due else 'kept'}")
        words = waiting_words(draft)
        icon = IconName.ARROW_UP if due else IconName.PAUSE
        self._icon = IconView(theme, icon, 14, "text2")
        self._words = Label(theme, words, TextRole.UI, "text")
        self._words.set_may_shrink(True)
        short = texts.text(f"attach.waiting.{'due_short' if due else 'kept'}")
        self._states = (state, short)
        self._state = Label(theme, state, TextRole.SMALL, "text3")
        self.edit = TextButton(theme, texts.text("attach.waiting.edit"), Kind.QUIET)
        self.now = TextButton(theme, texts.text("attach.waiting.now"), Kind.QUIET)
        self.remove = IconButton(theme, IconName.X, texts.text("attach.waiting.remove"))
        self.setAccessibleName(texts.text("attach.waiting.row", state=state, words=words))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(self._words, 1)
        for part in (self._state, self.edit, self.now, self.remove):
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        for button in (self.edit, self.now, self.remove):
            button.setAccessibleDescription(words)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        theme.dress(self._icon, self._words, self._state, self.edit, self.now, self.remove)
        self._theme = theme
        self.setFixedHeight(theme.px(ROW))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say its state in a word where the message needs the room."""
        super().resizeEvent(event)
        self._state.set_text(self._states[self.width() < self._theme.px(NARROW)])


class WaitingCard(Card):
    """``edited``, ``removed`` and ``sent_now`` carry the place of a message."""

    edited = Signal(int)
    removed = Signal(int)
    sent_now = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "raised", "line", 10, parent)
        self.setAccessibleName(texts.text("attach.waiting.name"))
        self.rows: list[WaitingRow] = []
        self._shown: tuple[tuple[Draft, bool], ...] = ()
        self._most_rows = most_rows(theme, 0)
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._scroll = ShortScroll(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 4, 8, 4)
        outer.addWidget(self._scroll)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(*self.rows)
        self._limit()

    def set_most_rows(self, rows: int) -> None:
        """Let so many rows be in sight at once."""
        self._most_rows = rows
        self._limit()

    def _limit(self) -> None:
        self._scroll.set_limit(self._most_rows * self.theme.px(ROW))

    def show_waiting(self, waiting: Sequence[tuple[Draft, bool]]) -> None:
        """Show these messages; of each is known whether it is sent when the answer is done."""
        if tuple(waiting) == self._shown:
            return
        self._shown = tuple(waiting)
        take_out(self._column, self.rows)
        self.rows = [WaitingRow(self.theme, draft, due=due) for draft, due in waiting]
        for place, row in enumerate(self.rows):
            row.edit.clicked.connect(lambda _checked=False, place=place: self.edited.emit(place))
            row.remove.clicked.connect(lambda _checked=False, place=place: self.removed.emit(place))
            row.now.clicked.connect(lambda _checked=False, place=place: self.sent_now.emit(place))
            self._column.addWidget(row)
        self._limit()
        self.setVisible(bool(self.rows))

    @property
    def height_taken(self) -> int:
        """The pixels it takes, 0 where nothing waits."""
        rows = min(len(self.rows), self._most_rows)
        return rows * self.theme.px(ROW) + 20 if rows else 0


def most_rows(theme: Theme, room: int) -> int:
    """Return how many rows are in sight at once; the others are scrolled to.

    ``room`` is what the composer may take, in pixels; 0 where that is not known.
    """
    if room and room < theme.px(TIGHT):
        return 1
    return 3 if theme.scale < LARGE else 2


def waiting_words(draft: Draft) -> str:
    """Return what a message says, on one line, and how much is attached to it."""
    words = one_line(draft.opening[:LONGEST_TITLE])
    count = len(draft.attachments)
    if not count:
        return words
    return texts.plural("attach.waiting.more", count, words=words)
