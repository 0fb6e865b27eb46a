"""A conversation without a message: the mark, one sentence, questions to start with."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.core import texts
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind, set_kind
from app.ui.views.library.offer_card import OfferCard
from app.ui.widgets.access.focus_ring import RADIUS_PROPERTY
from app.ui.widgets.arranging import take_out
from app.ui.widgets.drawings.arch import Mark
from app.ui.widgets.drawings.icon_view import IconView
from app.ui.widgets.surfaces.cover_column import CoverColumn
from app.ui.widgets.surfaces.panel import Card, Panel
from app.ui.widgets.words.label import Label

WIDEST = 560
MOST_SUGGESTIONS = 6
MARK_GAP = 20
BESIDE_OFFER = 3
"""So many suggestions stand under an offer, which would else push them below the edge of the window."""


class SuggestionRow(QPushButton):
    """One question; a click asks it."""

    def __init__(self, theme: Theme, question: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_kind(self, Kind.SUGGESTION)
        self.setProperty(RADIUS_PROPERTY, 6)
        self.setAccessibleName(question)
        self.question = question
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._words = Label(theme, question, TextRole.UI, "text")
        self._words.set_may_shrink(True)
        self._arrow = IconView(theme, IconName.CHEVRON_RIGHT, 14, "text3")
        row = QHBoxLayout(self)
        row.setContentsMargins(15, 0, 15, 0)  # with the card's edge as far in as the offer's words
        row.addWidget(self._words, 1)
        row.addWidget(self._arrow)
        for part in (self._words, self._arrow):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._words.set_theme(theme)
        self._arrow.set_theme(theme)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return asks as well; arrows go to the neighbours."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() == Qt.Key.Key_Down:
            self.focusNextPrevChild(True)
        elif event.key() == Qt.Key.Key_Up:
            self.focusNextPrevChild(False)
        else:
            super().keyPressEvent(event)


class EmptyState(Panel):
    """``suggestion_chosen`` carries the question; ``offer`` a larger model, above the suggestions."""

    suggestion_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "canvas", None, parent)
        self._mark = Mark(theme, 40)
        self._sentence = Label(
            theme, texts.text("ui.empty.sentence"), TextRole.READING, "text2", wrap=True
        )
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._note = Label(theme, "", TextRole.SMALL, "text3", wrap=True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._note.hide()
        self._card = Card(theme)
        self._card.setAccessibleName(texts.text("ui.empty.suggestions"))
        self._card.hide()
        self._rows: list[SuggestionRow] = []
        self._suggestions = QVBoxLayout(self._card)
        self._suggestions.setContentsMargins(5, 5, 5, 5)
        self._suggestions.setSpacing(0)
        self.offer = OfferCard(theme)
        self.offer.offered.connect(self._fit)
        self._box = CoverColumn(theme, WIDEST)
        column = self._box.column
        column.addSpacing(16)
        column.addStretch(2)
        column.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(MARK_GAP)
        column.addWidget(self._sentence)
        column.addSpacing(4)
        column.addWidget(self._note)
        column.addSpacing(24)
        column.addWidget(self.offer)
        column.addSpacing(12)
        column.addWidget(self._card)
        column.addStretch(3)
        column.addSpacing(16)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._box)
        self._box.content.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Look again whether there is room when something in it changed."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._fit()
        return False

    @property
    def rows(self) -> tuple[SuggestionRow, ...]:
        """The suggested questions as they stand."""
        return tuple(self._rows)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(
            self._mark, self._sentence, self._note, self._card, self.offer, self._box, *self._rows
        )
        self._fit()

    def set_words(self, sentence: str, note: str = "") -> None:
        """Replace the sentence and the quieter line under it."""
        self._sentence.set_text(sentence)
        self._note.set_text(note)
        self._note.setVisible(bool(note))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out the mark, which says nothing, where what can be pressed needs its room."""
        super().resizeEvent(event)
        self._fit()

    def set_suggestions(self, questions: Sequence[str]) -> None:
        """Show up to six questions to start with."""
        take_out(self._suggestions, self._rows)
        self._rows = []
        for question in questions[:MOST_SUGGESTIONS]:
            row = SuggestionRow(self.theme, question)
            row.clicked.connect(
                lambda _checked=False, question=question: self.suggestion_chosen.emit(question)
            )
            self._suggestions.addWidget(row)
            self._rows.append(row)
        self._card.setVisible(bool(self._rows))
        self._fit()

    def _fit(self) -> None:
        most = MOST_SUGGESTIONS if self.offer.isHidden() else BESIDE_OFFER
        for place, row in enumerate(self._rows):
            row.setVisible(place < most)
        wanted = self._box.wanted_height(self.width())
        if self._mark.isHidden():
            wanted += self._mark.height()
        self._mark.setVisible(wanted <= self.height())
