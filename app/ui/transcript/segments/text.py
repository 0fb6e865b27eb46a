"""Paragraphs, headings, lists and quotes: one document.

Job: write paragraphs into a document with a cursor, changing only those that differ from before, and
paint it with its bullets, quote bars and rules. Rule: never setHtml or setMarkdown; bullets are drawn,
not part of the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QFontMetrics,
    QPainter,
    QPen,
    QTextBlock,
    QTextBlockFormat,
    QTextCursor,
    QTextLine,
)

from app.markup.atoms import TASKS
from app.markup.sanitise import light
from app.markup.sources import Paragraph, Style, TextSource, utf16_length
from app.ui.theme import IconName
from app.ui.transcript.segments.documents import SafeDocument, Wrap, draw_document, line_ends, wrap_for
from app.ui.transcript.segments.inline_formula import InlineFormulas
from app.ui.transcript.segments.segment import Segment, Span
from app.ui.transcript.style import TranscriptStyle

BAR_SPILL = 2
"""By how many pixels the bar beside a quote is taller than its letters, above and below."""


class TextSegment(Segment):
    """A run of paragraphs in ``reading``, ``unread`` (not read by the model) or ``notes`` tone."""

    def __init__(self, style: TranscriptStyle, source: TextSource, tone: str = "reading") -> None:
        super().__init__(style)
        self._tone = tone
        self._source = TextSource(())
        self._marked = False
        self._has_formulas = False
        self.document = SafeDocument(style.char("p", tone).font(), Wrap.WORDS)
        self.document.setIndentWidth(style.indent)
        self._formulas = InlineFormulas(style, tone, self.document)
        self.update_source(source)

    @property
    def source(self) -> TextSource:
        """The paragraphs shown."""
        return self._source

    def update_source(self, source: TextSource) -> bool:
        """Show ``source``; paragraphs that stay are not touched. Returns False if nothing changed."""
        old, new = self._source.paragraphs, source.paragraphs
        if source is self._source:
            return False
        keep = 0
        for before, after in zip(old, new, strict=False):
            if before is not after and before != after:
                break
            keep += 1
        self._source = source
        self._marked = any(map(_is_marked, new))
        self._has_formulas = any(run.style & Style.MATHS for each in new for run in each.runs)
        if keep == len(old) == len(new):
            return False
        if self.width:
            self.changed_from = self._top_of(min(keep, max(len(old) - 1, 0)))
        self.document.set_wrap(wrap_for(source.text))
        self._write(new, keep, len(old))
        self._measure()
        return True

    def _top_of(self, number: int) -> int:
        block = self.document.findBlockByNumber(number)
        return int(self.document.documentLayout().blockBoundingRect(block).top())

    def _write(self, paragraphs: tuple[Paragraph, ...], keep: int, before: int) -> None:
        cursor = QTextCursor(self.document)
        cursor.beginEditBlock()
        if keep < before:
            start = self.document.findBlockByNumber(keep).position()
            cursor.setPosition(max(start - 1, 0))
            cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()
            if keep:
                # Where the paragraph that stays is empty, Qt gives it the format of the one removed.
                cursor.setBlockFormat(self._shape(paragraphs, keep - 1))
        cursor.movePosition(QTextCursor.MoveOperation.End)
        for number in range(keep, len(paragraphs)):
            paragraph = paragraphs[number]
            shape = self._shape(paragraphs, number)
            plain = self.style.char(paragraph.kind, self._tone)
            if number:
                cursor.insertBlock(shape, plain)
            else:
                cursor.setBlockFormat(shape)
                cursor.setBlockCharFormat(plain)
            for run in paragraph.runs:
                if run.style & Style.MATHS:
                    self._formulas.insert(cursor, paragraph, run)
                else:
                    cursor.insertText(light(run.text), self.style.char(paragraph.kind, self._tone, run))
        cursor.endEditBlock()

    def _shape(self, paragraphs: tuple[Paragraph, ...], number: int) -> QTextBlockFormat:
        paragraph = paragraphs[number]
        grows = self._has_formulas and self._formulas.is_tall(paragraph)
        return self.style.block(paragraph, self._tone, first=number == 0, grows=grows)

    def take_formulas(self) -> bool:
        """Draw formulas that are there now; returns False if none was waited for."""
        if not self._formulas.has_news():
            return False
        self._rewrite()
        return True

    def _rewrite(self) -> None:
        self._formulas.waiting.clear()
        paragraphs = self._source.paragraphs
        self._write(paragraphs, 0, len(paragraphs))
        self.changed_from = 0
        self._measure()

    def set_width(self, width: int) -> None:
        """Wrap at ``width``."""
        if self._has_formulas and width != self.width:
            self._formulas.room = width
            self._rewrite()
        self.width = width
        self.document.fit(width)
        self._measure()

    def _measure(self) -> None:
        if self.width:
            self.height = round(self.document.documentLayout().documentSize().height())

    @property
    def lift(self) -> int:
        """How many pixels the letters are drawn above their layout's place."""
        return self.style.lift("p", self._tone)

    def paragraph_rect(self, number: int) -> QRect:
        """Return where a paragraph stands, in the message's coordinates."""
        block = self.document.findBlockByNumber(number)
        rect = self.document.documentLayout().blockBoundingRect(block)
        return rect.toAlignedRect().translated(self.x, self.y - self.lift)

    def paint(self, painter: QPainter, clip: QRect, span: Span | None) -> None:
        """Paint the paragraphs that lie in ``clip``."""
        painter.save()
        painter.translate(0, -self.lift)
        area = QRectF(clip.translated(0, self.lift))
        self._paint_marks(painter, area)
        draw_document(painter, self.document, self.style, area, self.marks(span))
        painter.restore()

    def _paint_marks(self, painter: QPainter, clip: QRectF) -> None:
        layout = self.document.documentLayout()
        paragraphs = self._source.paragraphs
        if not self._marked:
            return
        first = layout.hitTest(QPointF(0, clip.top()), Qt.HitTestAccuracy.FuzzyHit)
        block = self.document.findBlock(max(first, 0))
        while block.isValid() and block.blockNumber() < len(paragraphs):
            rect = layout.blockBoundingRect(block)
            if rect.top() > clip.bottom():
                break
            self._paint_mark(painter, block, rect, paragraphs)
            block = block.next()

    def _paint_mark(
        self, painter: QPainter, block: QTextBlock, rect: QRectF, paragraphs: tuple[Paragraph, ...]
    ) -> None:
        theme = self.style.theme
        number = block.blockNumber()
        paragraph = paragraphs[number]
        for level in range(paragraph.quote):
            gap = 0
            if number and paragraphs[number - 1].quote > level:
                gap = self.style.gap(paragraph.gap) + BAR_SPILL  # the bar goes on, without a seam
            left = paragraph.bars[level] * self.style.indent + level * self.style.quote
            if block.textDirection() == Qt.LayoutDirection.RightToLeft:
                left = self.width - left - 2
            top = rect.top() - gap + self.lift - BAR_SPILL
            bar = QRectF(left, top, 2, rect.height() + gap + 2 * BAR_SPILL)
            painter.fillRect(bar, theme.track)
        if paragraph.kind == "rule":
            left = paragraph.quote * self.style.quote
            painter.fillRect(QRectF(left, rect.top() + self.lift, self.width - left, 1), theme.line)
        if paragraph.marker:
            self._paint_marker(painter, block, rect, paragraph)
        if any(run.style & Style.CODE for run in paragraph.runs):
            self._paint_code_marks(painter, block, paragraph)

    def _paint_code_marks(self, painter: QPainter, block: QTextBlock, paragraph: Paragraph) -> None:
        """Paint the ground of code inside a sentence; a format's own would hide the selection."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.style.theme.sunken)
        layout = block.layout()
        corner = layout.position()
        letters = QFontMetrics(self.style.char(paragraph.kind, self._tone).font())
        place = 0
        for run in paragraph.runs:
            end = place + utf16_length(run.text)
            if run.style & Style.CODE:
                for number in range(layout.lineCount()):
                    line = layout.lineAt(number)
                    start = max(place, line.textStart())
                    stop = min(end, line.textStart() + line.textLength())
                    if start < stop:
                        left, right = sorted((across(line, start), across(line, stop)))
                        base = corner.y() + line.y() + line.ascent()
                        top = base - letters.ascent() + 1
                        rect = QRectF(corner.x() + left - 2, top, right - left + 4, letters.height() - 1)
                        painter.drawRoundedRect(rect, 4, 4)
            place = end
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_marker(
        self, painter: QPainter, block: QTextBlock, rect: QRectF, paragraph: Paragraph
    ) -> None:
        style = self.style
        if paragraph.marker in TASKS:
            self._paint_box(painter, block, rect, paragraph)
            return
        role = style.role(paragraph.kind, self._tone)
        font = style.theme.font(role, tabular=True)
        metrics = QFontMetrics(font)
        wide = metrics.horizontalAdvance(paragraph.marker)
        line = block.layout().lineAt(0)
        base = rect.top() + line.y() + line.ascent()
        edge = (paragraph.indent * style.indent) - 8 + paragraph.quote * style.quote
        left = edge - wide
        if block.textDirection() == Qt.LayoutDirection.RightToLeft:
            left = self.width - paragraph.indent * style.indent + 8
        painter.setFont(font)
        painter.setPen(style.theme.text2)
        painter.drawText(QPointF(left, base), paragraph.marker)

    def _paint_box(
        self, painter: QPainter, block: QTextBlock, rect: QRectF, paragraph: Paragraph
    ) -> None:
        """Paint the box of a task, with its tick if it is done."""
        style = self.style
        theme = style.theme
        size = theme.px(14)
        line = block.layout().lineAt(0)
        left = paragraph.indent * style.indent - 8 - size + paragraph.quote * style.quote
        if block.textDirection() == Qt.LayoutDirection.RightToLeft:
            left = self.width - paragraph.indent * style.indent + 8
        letter = QFontMetrics(block.charFormat().font()).xHeight()
        middle = rect.top() + line.y() + line.ascent() - letter / 2
        box = QRectF(left + 0.5, round(middle - size / 2) + 0.5, size - 1, size - 1)
        done = paragraph.marker == TASKS[1]
        painter.setPen(QPen(theme.accent if done else theme.edge, 1))
        painter.setBrush(theme.accent if done else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if done:
            theme.draw_icon(painter, box.adjusted(1, 1, -1, -1), IconName.CHECK, theme.on_accent)

    def position_at(self, x: int, y: int) -> int:
        """Return the position nearest to a point."""
        point = QPointF(x, y + self.lift)
        found = self.document.documentLayout().hitTest(point, Qt.HitTestAccuracy.FuzzyHit)
        return max(found, 0)

    def breaks(self) -> Iterable[int]:
        """Return where its lines end."""
        return line_ends(self.document)

    def line_at(self, position: int) -> QRect:
        """Return where the line of a position stands."""
        block = self.document.findBlock(position)
        line = block.layout().lineForTextPosition(position - block.position())
        top = block.layout().position().y() + (line.y() if line.isValid() else 0) - self.lift
        return QRect(0, round(top), self.width, self.style.line)

    def link_at(self, x: int, y: int) -> str:
        """Return the target of the link under a point."""
        return self.document.documentLayout().anchorAt(QPointF(x, y + self.lift))

    def over_text(self, _x: int, _y: int) -> bool:
        """Say yes: all of it is text."""
        return True

    def end_point(self) -> QPointF:
        """Return where the last character ends, at the top of its line (for the live caret)."""
        block = self.document.lastBlock()
        rect = self.document.documentLayout().blockBoundingRect(block)
        layout = block.layout()
        line = layout.lineAt(max(layout.lineCount() - 1, 0))
        if not line.isValid():
            return rect.topLeft()
        return QPointF(across(line, line.textStart() + line.textLength()), rect.top() + line.y())


def _is_marked(paragraph: Paragraph) -> bool:
    """Say whether anything is drawn beside or below a paragraph's text."""
    if paragraph.marker or paragraph.quote or paragraph.kind == "rule":
        return True
    return any(run.style & Style.CODE for run in paragraph.runs)


def across(line: QTextLine, position: int) -> float:
    """Return where a position stands on its line (the binding gives a pair, the stubs differ)."""
    found: Any = line.cursorToX(position)
    return float(found[0] if isinstance(found, tuple) else found)
