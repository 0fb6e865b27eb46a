"""The messages the model does not read, each with the way back.

Job: one row per message: its first words, its size and "Put back". Rule: what does not fit says so in
words, not only by a button that cannot be pressed.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.ui.theme import TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.theme.type import STRONG
from app.ui.views.panels import ledger_words
from app.ui.views.panels.ledger_words import LeftOut
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.rows.figure_row import FigureRow
from app.ui.widgets.words.figures import token_column
from app.ui.widgets.words.label import Label, plain_tip

MOST_ROWS = 40
ROW = 32


class LeftOutRow(QWidget):
    """One message; ``put_back`` carries its place."""

    put_back = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place = -1
        self._title = Label(theme, "", TextRole.UI, "text")
        self._title.set_may_shrink(True)
        self._reason = Label(theme, "", TextRole.SMALL, "text3")
        self._reason.set_may_shrink(True)
        self._figure = Label(theme, "", TextRole.UI, "text2", tabular=True)
        self.button = TextButton(
            theme, texts.text("panels.ledger.put_back"), Kind.QUIET, role=TextRole.SMALL
        )
        self.button.clicked.connect(lambda _checked=False: self.put_back.emit(self._place))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._reason)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(10)
        row.addLayout(words, 1)
        row.addWidget(self._figure, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        theme.dress(self._title, self._reason, self._figure, self.button)
        self.setMinimumHeight(theme.px(ROW))

    @property
    def reason(self) -> str:
        """What stands below the title: that the answer goes with it, and why it cannot be put back."""
        return "" if self._reason.isHidden() else self._reason.text()

    def show_message(self, message: LeftOut, context: int) -> None:
        """Show ``message`` of a conversation read in ``context`` tokens."""
        self._place = message.place
        self._title.set_text(message.title)
        self._figure.set_text(token_column(message.tokens, context))
        fits = message.missing == 0
        missing = token_column(message.missing, context)
        reason = "" if fits else texts.text("panels.ledger.no_room", missing=missing)
        note = texts.text("panels.ledger.with_answer") if message.with_answer else ""
        below = " ".join(part for part in (note, reason) if part)
        self._reason.set_text(below)
        self._reason.setVisible(bool(below))
        self.button.setEnabled(fits)
        self.button.setToolTip(plain_tip(reason))
        self.button.setAccessibleName(texts.text("panels.ledger.put_back_name", title=message.title))
        self.button.setAccessibleDescription(reason)
        spoken = ledger_words.spoken(message.title, message.tokens)
        self.setAccessibleName(". ".join(part for part in (spoken, below) if part))


class LeftOutList(QWidget):
    """Heading and rows; hidden when nothing is left out."""

    put_back = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._heading = FigureRow(theme, weight=STRONG)
        self._more = Label(theme, "", TextRole.SMALL, "text2", wrap=True)
        self.rows: list[LeftOutRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._heading)
        self._column.addWidget(self._more)
        self._add_row()  # the first one fixes the place of all in the Tab order
        self.hide()

    def _add_row(self) -> None:
        row = LeftOutRow(self._theme)
        row.put_back.connect(self.put_back)
        self._column.insertWidget(self._column.count() - 1, row)
        if self.rows:
            QWidget.setTabOrder(self.rows[-1].button, row.button)
        self.rows.append(row)

    @property
    def heading(self) -> str:
        """How many messages are left out, in words."""
        return self._heading.words

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        theme.dress(self._heading, self._more, *self.rows)

    def show_messages(self, messages: Sequence[LeftOut], count: int, context: int) -> None:
        """Show the newest :data:`MOST_ROWS` rows, oldest first; all rows hold ``count`` messages.

        ``context`` is the window they do not stand in, in tokens.
        """
        shown = messages[-MOST_ROWS:]
        while len(self.rows) < len(shown):
            self._add_row()
        for row, message in zip(self.rows, shown, strict=False):
            row.show_message(message, context)
            row.show()
        for row in self.rows[len(shown) :]:
            row.hide()
        self._heading.show_figure(
            texts.plural("panels.ledger.left_out", count),
            token_column(sum(message.tokens for message in messages), context),
        )
        hidden = len(messages) - len(shown)
        self._more.set_text(texts.text("panels.ledger.more_left_out", count=hidden))
        self._more.setVisible(hidden > 0)
