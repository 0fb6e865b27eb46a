"""The offer of a larger model: what this computer can hold, in figures and as a bar.

Job: a verdict, the figures it rests on, how memory would be divided, and the ways to go on. Rule: it
shows what it is given; the bar is never alone: each of its pieces has words.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.theme import Themed
from app.ui.theme.type import MEDIUM
from app.ui.views.library.values import OfferShown
from app.ui.widgets.arranging import stack, take_out
from app.ui.widgets.controls.button_row import ButtonRow
from app.ui.widgets.drawings.segment_bar import SegmentBar, Share, Swatch
from app.ui.widgets.surfaces.panel import Card
from app.ui.widgets.words.label import Label
from app.ui.widgets.words.remark_line import RemarkLine

MARGINS = 42
GAPS = ((8, 8), (16, 4))
"""Between figures, and between entries of the legend: side by side, and below each other."""


class OfferCard(Card):
    """``acted`` carries the code of the button pressed; ``offered``: it was shown or taken away.

    ``left``: the button that has the keyboard is about to go.
    """

    acted = Signal(str)
    offered = Signal()
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent=parent)
        self._shown: OfferShown | None = None
        self._strong = Label(theme, "", TextRole.HEADING, wrap=True)
        self._rest = Label(theme, "", TextRole.UI, "text2", wrap=True)
        self._facts = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._facts.setSpacing(8)
        self._division = QWidget()
        self._bar = SegmentBar(theme)
        self._legend = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._legend.addStretch(1)  # the entries stand together, not each in a column of its own
        self._made: dict[QBoxLayout, list[QWidget]] = {}
        self._themed: list[Themed] = []
        self.buttons = ButtonRow(theme)
        self.buttons.acted.connect(self.acted)
        self.buttons.left.connect(self.left)
        self._note = RemarkLine(theme, IconName.UNPLUG)
        self._note.setContentsMargins(0, 12, 0, 0)
        self._build()
        self.hide()

    def _build(self) -> None:
        division = QVBoxLayout(self._division)
        division.setContentsMargins(0, 12, 0, 0)
        division.setSpacing(8)
        division.addWidget(self._bar)
        division.addLayout(self._legend)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(0)
        column.addWidget(self._strong)
        column.addSpacing(2)
        column.addWidget(self._rest)
        column.addSpacing(12)
        column.addLayout(self._facts)
        column.addWidget(self._division)
        column.addSpacing(16)
        column.addWidget(self.buttons)
        column.addWidget(self._note)

    @property
    def shown(self) -> OfferShown | None:
        """What is offered; None for nothing."""
        return self._shown

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(self._strong, self._rest, self._bar, self.buttons, self._note, *self._themed)
        self._turn()

    def show_offer(self, shown: OfferShown | None) -> None:
        """Show an offer; None takes it away."""
        same, self._shown = shown == self._shown, shown
        if shown is None:
            self.buttons.show_wishes(())
        self.setVisible(shown is not None)
        self.offered.emit()
        if shown is None or same:
            return
        self._strong.set_text(shown.strong)
        self._rest.set_text(shown.rest)
        self._note.set_sentence(shown.note)
        self._note.setVisible(bool(shown.note))
        self.buttons.show_wishes([action.wish for action in shown.actions])
        self.setAccessibleName(shown.sentence)
        self.setAccessibleDescription(
            " ".join((*(f"{name}: {value}." for name, value in shown.facts), shown.note))
        )
        self._bar.set_shares([Share(amount, fill) for fill, _, amount in shown.shares])
        self._division.setVisible(bool(shown.shares))
        self._show_figures(shown)
        self._turn()

    def _show_figures(self, shown: OfferShown) -> None:
        for layout, made in self._made.items():
            take_out(layout, made)
        self._themed = []
        self._made = {
            self._facts: [self._fact(name, value) for name, value in shown.facts],
            self._legend: [self._entry(fill, words) for fill, words, _ in shown.shares],
        }
        for fact in self._made[self._facts]:
            self._facts.addWidget(fact, 1)
        for entry in self._made[self._legend]:
            self._legend.insertWidget(self._legend.count() - 1, entry)

    def _fact(self, name: str, value: str) -> QWidget:
        labels = (
            Label(self.theme, name, TextRole.SMALL, "text2"),
            Label(self.theme, value, TextRole.NAME, "text", weight=MEDIUM),
        )
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for label in labels:
            column.addWidget(label)
        self._themed += labels
        return box

    def _entry(self, fill: str, words: str) -> QWidget:
        swatch, label = Swatch(self.theme, fill), Label(self.theme, words, TextRole.SMALL, "text2")
        label.set_may_shrink(True)
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(swatch)
        row.addWidget(label, 1)
        self._themed += [swatch, label]
        return box

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put figures and legend below each other where there is no room beside."""
        super().resizeEvent(event)
        self._turn()

    def _turn(self) -> None:
        # Never by the layout's items: Python would keep what Qt deletes with the widget in them.
        for layout, parts in self._made.items():
            beside, below = GAPS[layout is self._legend]
            wide = sum(part.sizeHint().width() for part in parts)
            stacked = wide + beside * (len(parts) - 1) > self.width() - MARGINS
            stack(layout, stacked)
            layout.setSpacing(below if stacked else beside)
