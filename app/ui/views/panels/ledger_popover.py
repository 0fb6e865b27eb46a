"""The ledger panel: what the model reads for the next message, and what it does not.

Job: the bar, its rows, the messages left out, one advice and the ways to make room. Rule: it shows what
it is given, again and again while the person types, without moving the focus; the choice is always
theirs.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.core.conversation.ledger import Ledger
from app.core.conversation.message import Effort
from app.ui.theme import TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.views.panels import ledger_words
from app.ui.views.panels.left_out_list import LeftOutList
from app.ui.views.panels.make_room import MakeRoom
from app.ui.views.panels.popover import PAD, Popover
from app.ui.widgets.arranging import stack
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.drawings.segment_bar import SegmentBar, Share
from app.ui.widgets.rows.figure_row import FigureRow
from app.ui.widgets.surfaces.panel import Panel
from app.ui.widgets.words.figures import token_column, tokens, window
from app.ui.widgets.words.label import Label


class LedgerPopover(Popover):
    """Shows a :class:`Ledger`; messages are named by their place in the conversation's path."""

    put_back_requested = Signal(int)
    leave_out_requested = Signal(int)
    """Emitted once for each exchange to leave out, oldest first."""
    effort_requested = Signal(object)
    """An :class:`Effort` that keeps less free."""
    summarise_requested = Signal()
    new_conversation_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, texts.text("panels.ledger.name"), parent)
        self._bar = SegmentBar(theme)
        self._rows = {fill: FigureRow(theme, fill) for fill in ledger_words.FILLS}
        self._empty = Label(
            theme, texts.text("panels.ledger.nothing_yet"), TextRole.UI, "text2", wrap=True
        )
        self._line = Panel(theme, "line")
        self._line.setFixedHeight(1)
        self._border = QWidget()
        self.left_out = LeftOutList(theme)
        self.left_out.put_back.connect(self.put_back_requested)
        self._sentence = Label(theme, "", TextRole.SMALL, "text2", wrap=True)
        self.use_effort = TextButton(theme, "", Kind.SMALL, role=TextRole.SMALL)
        self.use_effort.setText(texts.text("panels.ledger.advice.use_less"))
        self.use_effort.clicked.connect(self._use_effort)
        self.make_room = MakeRoom(theme)
        self.make_room.leave_out.connect(self.leave_out_requested)
        self.make_room.summarise.connect(self.summarise_requested)
        self.make_room.new_conversation.connect(self.new_conversation_requested)
        self._advice = QWidget()
        self._advice_row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._advice)
        self._wanted: Effort | None = None
        self._build()
        self.show_ledger(None, ())

    def _build(self) -> None:
        row = self._advice_row
        row.setContentsMargins(0, 8, 0, 4)
        row.setSpacing(12)
        row.addWidget(self._sentence, 1)
        row.addWidget(self.use_effort, 0, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing)
        self.column.addWidget(self._bar)
        self.column.addSpacing(10)
        for figures in self._rows.values():
            self.column.addWidget(figures)
        self.column.addWidget(self._empty)
        border = QVBoxLayout(self._border)
        border.setContentsMargins(0, 8, 0, 6)
        border.addWidget(self._line)
        self.column.addWidget(self._border)
        self.column.addWidget(self.left_out)
        self.column.addWidget(self._advice)
        self.column.addWidget(self.make_room)
        self.column.addStretch(1)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(
            *(self._bar, self._empty, self._line, self.left_out, self._sentence, self.use_effort),
            self.make_room,
            *self._rows.values(),
        )

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Words and figures of the rows in sight, from top to bottom."""
        return tuple((row.words, row.figure) for row in self._rows.values() if not row.isHidden())

    @property
    def advice(self) -> str:
        """The advice shown; "" if there is none."""
        return "" if self._advice.isHidden() else self._sentence.text()

    def show_ledger(
        self,
        ledger: Ledger | None,
        titles: Sequence[str],
        effort: Effort = Effort.MEDIUM,
        exchanges: Sequence[Sequence[int]] = (),
        *,
        drafted: bool = True,
    ) -> None:
        """Show ``ledger`` (None: not counted yet), counted for ``effort``; ``drafted`` names the draft.

        ``titles`` are the first words of messages by their place in the path; ``exchanges`` the places
        that are left out and put back together, named in signals by the first of them.
        """
        focus = self.begin_change()
        context = ledger.context if ledger is not None else 0
        self._empty.setVisible(ledger is None)
        self._bar.setVisible(ledger is not None)
        rows = ledger_words.pieces(ledger, effort, drafted=drafted) if ledger is not None else ()
        self._show_rows(rows, context)
        self._show_advice(ledger_words.advice(ledger, effort) if ledger is not None else None)
        if ledger is not None:
            unread = ledger_words.left_out(ledger, titles, exchanges)
            self.left_out.show_messages(unread, ledger_words.count_left_out(ledger), context)
        self.left_out.setVisible(ledger is not None and bool(ledger.left_out))
        self.make_room.show_choices(ledger, exchanges)
        nothing_below = self.left_out.isHidden() and self._advice.isHidden()
        self._border.setVisible(not (nothing_below and self.make_room.isHidden()))
        self._show_total(ledger)
        self.settle(focus)

    def _show_rows(self, pieces: Sequence[ledger_words.Piece], context: int) -> None:
        fills = {piece.fill for piece in pieces}
        for fill, row in self._rows.items():
            row.setVisible(fill in fills)
        for piece in pieces:
            row = self._rows[piece.fill]
            figure = token_column(piece.tokens, context)
            row.show_figure(
                piece.words,
                figure,
                ledger_words.spoken(piece.words, piece.tokens),
            )
        self._bar.set_shares([Share(p.tokens, p.fill) for p in pieces if p.fill != ledger_words.OVER])

    def _show_advice(self, advice: ledger_words.Advice | None) -> None:
        self._advice.setVisible(advice is not None)
        if advice is None:
            return
        self._sentence.set_text(advice.sentence)
        self._wanted = advice.effort
        self.use_effort.setVisible(advice.effort is not None)
        if advice.effort is not None:
            word = ledger_words.effort_word(advice.effort)
            words = texts.text("panels.ledger.advice.use_effort", effort=word)
            self.use_effort.setText(words)
            self.use_effort.setAccessibleName(words)
            self.use_effort.setAccessibleDescription(advice.sentence)

    def height_for(self, width: int) -> int:
        """Return how high it would like to be when it is ``width`` wide."""
        self._turn_advice(width)
        return super().height_for(width)

    def resizeEvent(self, event: QEvent) -> None:
        """Put the advice's button where it takes least height, and keep the rows inside the line."""
        self._turn_advice(self.width())
        super().resizeEvent(event)

    def _turn_advice(self, width: int) -> None:
        button, between = self.use_effort.sizeHint(), self._advice_row.spacing()
        whole = width - 2 * self.theme.gap(PAD)
        below = not self.use_effort.isHidden() and self._sentence.is_better_over(
            button.height() + between, whole, whole - button.width() - between
        )
        stack(self._advice_row, below)

    def _show_total(self, ledger: Ledger | None) -> None:
        if ledger is None:
            self.show_figure("")
            return
        used, total = tokens(ledger.used), window(ledger.context)
        self.show_figure(texts.text("panels.ledger.total", used=used, total=total))
        self.setAccessibleDescription(
            texts.text(
                "panels.ledger.spoken",
                name=texts.text("panels.ledger.name"),
                used=used,
                total=total,
                free=tokens(max(0, ledger.spare)),
            )
        )

    def _use_effort(self) -> None:
        if self._wanted is not None:
            self.effort_requested.emit(self._wanted)
