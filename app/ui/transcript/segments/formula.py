"""A formula on lines of its own.

Job: paint it in the middle of the column, scroll it sideways in its own frame where it is wider, show
its source while it is not drawn. Rule: it is selected and copied as a whole, as its LaTeX.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QTextCharFormat, QTextCursor

from app.markup.sources import MathsSource
from app.ui.theme import TextRole
from app.ui.transcript.formulas import Drawn
from app.ui.transcript.segments.documents import SafeDocument, Wrap, draw_document
from app.ui.transcript.segments.segment import Span
from app.ui.transcript.segments.sideways import SidewaysSegment
from app.ui.transcript.style import TranscriptStyle

PAD = 4


class FormulaSegment(SidewaysSegment):
    """A formula in ``reading`` or ``unread`` tone."""

    def __init__(self, style: TranscriptStyle, source: MathsSource, tone: str = "reading") -> None:
        super().__init__(style)
        self._tone = tone
        self._source = source
        self._drawn: Drawn | None = None
        self._words: SafeDocument | None = None
        self._waiting = False
        self._show()

    @property
    def source(self) -> MathsSource:
        """The formula shown."""
        return self._source

    def update_source(self, source: MathsSource) -> bool:
        """Show ``source``. Returns False if it is shown already."""
        if source == self._source:
            return False
        self._source = source
        self.changed_from = 0
        self._show()
        return True

    def take_formulas(self) -> bool:
        """Show the formula if it is there now."""
        if not self._waiting or self.style.formulas.is_waiting(self._source.latex, display=True):
            return False
        self._show()
        return True

    def _show(self) -> None:
        formulas, latex = self.style.formulas, self._source.latex
        self._drawn = None if self._source.open else formulas.find(latex, display=True)
        self._waiting = not self._source.open and formulas.is_waiting(latex, display=True)
        self._words = self._source_words() if self._drawn is None else None
        if self.width:
            self.set_width(self.width)

    def _source_words(self) -> SafeDocument:
        document = SafeDocument(self.style.theme.font(TextRole.CODE), Wrap.ANYWHERE)
        look = QTextCharFormat(self.style.char("p", self._tone))
        look.setFont(document.defaultFont())
        look.setForeground(self.style.theme.text2)
        QTextCursor(document).insertText(self._source.text, look)
        return document

    # --- layout ---------------------------------------------------------------------------------

    def set_width(self, width: int) -> None:
        """Lay out for ``width`` pixels."""
        self.width = width
        if self._drawn is not None:
            _, ascent, descent = self._drawn.size(self._font)
            self.height = round(ascent + descent) + 2 * PAD + self.bar_room
            self.offset = min(self.offset, self.reach)
        elif self._words is not None:
            self._words.fit(width)
            self.height = round(self._words.size().height())

    @property
    def _font(self) -> QFont:
        return self.style.char("p", self._tone).font()

    @property
    def natural_width(self) -> int:
        """How wide the drawn formula is; its source is broken into lines."""
        return round(self._drawn.size(self._font)[0]) if self._drawn is not None else 0

    # --- painting -------------------------------------------------------------------------------

    def paint(self, painter: QPainter, clip: QRect, span: Span | None) -> None:
        """Paint the formula, or its source."""
        if self._drawn is None:
            if self._words is not None:
                draw_document(painter, self._words, self.style, QRectF(clip), self.marks(span))
            return
        painter.save()
        painter.setClipRect(QRect(0, 0, self.width, self.height), Qt.ClipOperation.IntersectClip)
        wide, ascent, _ = self._drawn.size(self._font)
        left = (self.width - wide) / 2 if not self.reach else -self.offset
        for _, _, look in self.marks(span):
            painter.fillRect(QRectF(left, 0, wide, self.height), look.background())
        colour = self.style.char("p", self._tone).foreground().color()
        self._drawn.paint(painter, QPointF(left, PAD + ascent), self._font, colour)
        self.paint_bar(painter)
        painter.restore()

    # --- pointing -------------------------------------------------------------------------------

    def position_at(self, x: int, _y: int) -> int:
        """Return the end that is nearer: a formula is selected as a whole."""
        return 0 if x < self.width / 2 else self.length
