"""Formulas inside the cells of a table.

Job: keep room for formulas in a cell's layout and paint them there. Rule: a layout of its own knows no
objects, so a formula is a blank as wide as it is, followed by unseen signs: positions stay those of the
cell's text.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextCharFormat, QTextLayout, QTextLine

from app.markup.maths import latex_of
from app.markup.sanitise import light
from app.markup.sources import Cell, Style, cell_text, utf16_length
from app.ui.transcript.formulas import Drawn
from app.ui.transcript.segments.text import across
from app.ui.transcript.style import TranscriptStyle

_BLANK, _UNSEEN = "\u00a0", "\u2060"


@dataclass(frozen=True, slots=True)
class PlacedFormula:
    """A drawn formula and the position in its cell where it begins."""

    start: int
    drawn: Drawn
    font: QFont
    colour: QColor

    def reach(self, line: QTextLine) -> tuple[float, float]:
        """Return by how many pixels it is higher and deeper than a line of letters."""
        _, ascent, descent = self.drawn.size(self.font)
        return max(0.0, ascent - line.ascent()), max(0.0, descent - line.descent())

    def paint(self, painter: QPainter, layout: QTextLayout, corner: QPointF) -> None:
        """Paint it on the baseline of its line; ``corner`` is where the layout is drawn."""
        line = layout.lineForTextPosition(self.start)
        if line.isValid():
            # In words that run to the left, its room ends where its position is.
            x = min(across(line, self.start), across(line, self.start + 1))
            base = corner + QPointF(x, line.y() + line.ascent())
            self.drawn.paint(painter, base, self.font, self.colour)


def lay_out_runs(
    style: TranscriptStyle, cell: Cell, tone: str, *, header: bool
) -> tuple[str, list[QTextLayout.FormatRange], list[PlacedFormula], bool]:
    """Return the words to lay out, their formats, the formulas in them, and whether one is awaited."""
    words: list[str] = []
    ranges: list[QTextLayout.FormatRange] = []
    formulas: list[PlacedFormula] = []
    waiting = False
    place = 0
    for run in cell:
        size = utf16_length(run.text)
        look = style.cell(run, tone, header=header)
        shown = light(cell_text((run,)))
        if run.style & Style.MATHS:
            latex, display = latex_of(run.text)
            drawn = style.formulas.find(latex, display=display)
            waiting = waiting or style.formulas.is_waiting(latex, display=display)
            if drawn is not None:
                plain = style.cell(type(run)("", run.style & ~Style.MATHS), tone, header=header)
                font = plain.font()
                formulas.append(PlacedFormula(place, drawn, font, plain.foreground().color()))
                ranges.append(_range(place, 1, _as_wide_as(drawn, plain)))
                ranges.append(_range(place + 1, size - 1, plain))
                words.append(_BLANK + _UNSEEN * (size - 1))
                place += size
                continue
        ranges.append(_range(place, size, look))
        words.append(shown)
        place += size
    return "".join(words), ranges, formulas, waiting


def _range(start: int, length: int, look: QTextCharFormat) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start = start
    made.length = length
    made.format = look
    return made


def _as_wide_as(drawn: Drawn, plain: QTextCharFormat) -> QTextCharFormat:
    font = QFont(plain.font())
    blank = QFontMetricsF(font).horizontalAdvance(_BLANK)
    font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, drawn.size(font)[0] - blank)
    made = QTextCharFormat(plain)
    made.setFont(font)
    return made
