"""Formulas inside a line of text.

Job: put formulas into a text document as objects, and paint them there. Rule: an object and the unseen
signs after it take as many positions as the formula's LaTeX, so what is selected, found and copied
counts in the same positions whether the formula is drawn or its source stands there.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import (
    QPainter,
    QPyTextObject,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from app.markup.maths import latex_of
from app.markup.sources import Paragraph, Run, Style, utf16_length
from app.ui.transcript.formulas import Drawn
from app.ui.transcript.style import TranscriptStyle

OBJECT_TYPE = int(QTextFormat.ObjectTypes.UserObject) + 1
_WORDS = int(QTextFormat.Property.UserProperty) + 1
_OBJECT, _UNSEEN = "\ufffc", "\u2060"


class InlineFormulas(QPyTextObject):
    """The formulas of one document in one tone."""

    def __init__(self, style: TranscriptStyle, tone: str, document: QTextDocument) -> None:
        super().__init__(document)
        self._style = style
        self._tone = tone
        self.room = 0
        """Pixels there are for one; a wider one is shown as its source. 0: not known yet."""
        self.waiting: set[tuple[str, bool]] = set()
        """The formulas that were asked for and were not there yet."""
        document.documentLayout().registerHandler(OBJECT_TYPE, self)

    def insert(self, cursor: QTextCursor, paragraph: Paragraph, run: Run) -> None:
        """Write a formula, drawn if it can be."""
        plain = self._style.char(paragraph.kind, self._tone, Run("", run.style & ~Style.MATHS, run.href))
        if self._shown(paragraph, run) is None:
            cursor.insertText(run.text, self._style.char(paragraph.kind, self._tone, run))
            return
        made = QTextCharFormat(plain)
        made.setObjectType(OBJECT_TYPE)
        made.setProperty(_WORDS, run.text)
        made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
        cursor.insertText(_OBJECT, made)
        cursor.insertText(_UNSEEN * (utf16_length(run.text) - 1), plain)

    def _shown(self, paragraph: Paragraph, run: Run) -> Drawn | None:
        latex, display = latex_of(run.text)
        found = self._style.formulas.find(latex, display=display)
        if found is None:
            if self._style.formulas.is_waiting(latex, display=display):
                self.waiting.add((latex, display))
            return None
        wide, _, _ = found.size(self._style.char(paragraph.kind, self._tone).font())
        return found if not self.room or wide <= self.room else None

    def has_news(self) -> bool:
        """Say whether a formula that was waited for is decided."""
        waits = self._style.formulas.is_waiting
        return any(not waits(latex, display=display) for latex, display in self.waiting)

    def is_tall(self, paragraph: Paragraph) -> bool:
        """Say whether a formula of a paragraph needs more than the height of a line."""
        line = self._style.line_of(paragraph.kind, self._tone)
        font = self._style.char(paragraph.kind, self._tone).font()
        for run in paragraph.runs:
            if run.style & Style.MATHS:
                found = self._shown(paragraph, run)
                _, ascent, descent = found.size(font) if found is not None else (0, 0.0, 0.0)
                if ascent > 0.72 * line or descent > 0.3 * line:
                    return True
        return False

    # --- Qt's side ------------------------------------------------------------------------------

    def _drawn(self, look: QTextFormat) -> Drawn | None:
        latex, display = latex_of(str(look.property(_WORDS)))
        return self._style.formulas.find(latex, display=display)

    def intrinsicSize(self, _document: QTextDocument, _position: int, look: QTextFormat) -> QSizeF:
        """Return the size of a formula in its line."""
        found = self._drawn(look)
        return found.box(look.toCharFormat().font()) if found is not None else QSizeF(0, 0)

    def drawObject(
        self, painter: QPainter, rect: Any, document: QTextDocument, position: int, look: QTextFormat
    ) -> None:
        """Paint a formula on the baseline of its line; the rectangle is in the middle of the line."""
        found = self._drawn(look)
        if found is None:
            return
        block = document.findBlock(position)
        line = block.layout().lineForTextPosition(position - block.position())
        base = block.layout().position().y() + line.y() + line.ascent()
        char = look.toCharFormat()
        origin = QPointF(QRectF(rect).left(), base)
        found.paint(painter, origin, char.font(), char.foreground().color())
