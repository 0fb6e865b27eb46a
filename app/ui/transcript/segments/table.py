"""A table: cells laid out one by one on a grid.

Job: choose column widths, wrap cells, paint rows between hairlines, scroll sideways when even narrow
columns do not fit. Rule: only rows in sight are painted, rows that stay are not laid out again, and
positions are those of the tab separated text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QPainter, QTextLayout, QTextOption

from app.markup.direction import is_right_to_left
from app.markup.sources import Cell, Style, TableSource, cell_text, utf16_length
from app.ui.theme import TextRole
from app.ui.transcript.segments.cell_formulas import PlacedFormula, lay_out_runs
from app.ui.transcript.segments.documents import wrap_for
from app.ui.transcript.segments.segment import Span
from app.ui.transcript.segments.sideways import SidewaysSegment
from app.ui.transcript.segments.text import across
from app.ui.transcript.style import TranscriptStyle

COLUMN_GAP = 24
NARROW = 96
PRINTED = 24
ROW_PAD = 13
"""Pixels above and below the words of a row, and the hairline."""
CELL_TOP = 6
_ALIGN = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "right": Qt.AlignmentFlag.AlignRight,
    "center": Qt.AlignmentFlag.AlignHCenter,
}


@dataclass
class _CellBox:
    """One cell: its runs, their layout and the width it is wrapped at (0: not yet)."""

    cell: Cell
    layout: QTextLayout
    natural: int
    start: int
    length: int
    formulas: list[PlacedFormula]
    wrapped: int = 0
    height: int = 0


class TableSegment(SidewaysSegment):
    """A table."""

    def __init__(self, style: TranscriptStyle, source: TableSource, tone: str = "reading") -> None:
        super().__init__(style)
        self._tone = tone
        self._source = TableSource((), ())
        self._rows: list[list[_CellBox]] = []
        self._columns: list[int] = []
        self._lefts: list[int] = []
        self._mirrored = False
        self._tops: list[int] = [0]
        self._total = 0
        self._waiting = False
        self._scrolls = 0
        self._shrunk = 1.0
        self.update_source(source)

    @property
    def source(self) -> TableSource:
        """The table shown."""
        return self._source

    def update_source(self, source: TableSource) -> bool:
        """Show ``source``; rows that stay keep their layouts. Returns False if nothing changed."""
        old = self._source
        if source == old:
            return False
        keep = 0
        if source.aligns == old.aligns:
            while keep < min(len(old.rows), len(source.rows)) and old.rows[keep] == source.rows[keep]:
                keep += 1
        self._source = source
        self._mirrored = bool(source.rows) and is_right_to_left(
            " ".join(cell_text(cell) for cell in source.rows[0])
        )
        del self._rows[keep:]
        for number in range(keep, len(source.rows)):
            self._rows.append(self._make_row(number))
        self.changed_from = 0
        if self.width:
            before, kept_top = list(self._columns), self._tops[min(keep, len(self._tops) - 1)]
            self._arrange()
            self.changed_from = kept_top if before == self._columns else 0
        return True

    def _make_row(self, number: int) -> list[_CellBox]:
        start = 0
        if number:
            last = self._rows[number - 1][-1] if self._rows[number - 1] else None
            start = last.start + last.length + 1 if last else 0
        boxes = []
        for column, cell in enumerate(self._source.rows[number]):
            words = cell_text(cell)
            length = utf16_length(words)
            layout, formulas = self._layout_of(cell, column, header=number == 0)
            boxes.append(_CellBox(cell, layout, self._natural_width(layout), start, length, formulas))
            start += length + 1
        return boxes

    def _layout_of(
        self, cell: Cell, column: int, *, header: bool
    ) -> tuple[QTextLayout, list[PlacedFormula]]:
        theme = self.style.theme
        words, ranges, formulas, waiting = lay_out_runs(self.style, cell, self._tone, header=header)
        self._waiting = self._waiting or waiting
        layout = QTextLayout(words, theme.font(TextRole.SMALL if header else TextRole.UI))
        layout.setFormats(ranges)
        align = _ALIGN.get(self._source.aligns[column], Qt.AlignmentFlag.AlignLeft)
        if self._mirrored and align == Qt.AlignmentFlag.AlignLeft:
            align = Qt.AlignmentFlag.AlignRight  # where its words begin
        option = QTextOption(align | Qt.AlignmentFlag.AlignAbsolute)
        option.setWrapMode(wrap_for(words).value)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        return layout, formulas

    def take_formulas(self) -> bool:
        """Lay out anew the rows that hold formulas, if any was waited for."""
        if not self._waiting:
            return False
        self._waiting = False
        for number, row in enumerate(self._source.rows):
            if any(run.style & Style.MATHS for cell in row for run in cell):
                self._rows[number] = self._make_row(number)
        if self.width:
            self._arrange()
        return True

    @staticmethod
    def _natural_width(layout: QTextLayout) -> int:
        layout.beginLayout()
        line = layout.createLine()
        if line.isValid():
            line.setLineWidth(1e6)
        layout.endLayout()
        return int(layout.maximumWidth()) + 2

    # --- layout ---------------------------------------------------------------------------------

    def set_width(self, width: int) -> None:
        """Choose columns for ``width``."""
        if width != self.width:
            self.width = width
            self._arrange()

    def _arrange(self) -> None:
        self._columns = column_widths(
            [
                max((row[column].natural for row in self._rows), default=0)
                for column in range(len(self._source.aligns))
            ],
            self.width,
            self.style.theme.px(PRINTED if self.style.printed else NARROW),
        )
        self._total = sum(self._columns)
        self._lefts = list(accumulate(self._columns[:-1], initial=0)) if self._columns else []
        at_start = self.offset >= self._scrolls
        if self._mirrored:
            self._lefts = [
                self._total - left - wide for left, wide in zip(self._lefts, self._columns, strict=True)
            ]
        self._scrolls = self.reach
        # A table in words that run to the left begins at its right end.
        self.offset = self.reach if self._mirrored and at_start else min(self.offset, self.reach)
        tops = [0]
        for number, row in enumerate(self._rows):
            for box, width in zip(row, self._columns, strict=True):
                self._wrap(box, max(8, width - COLUMN_GAP), header=number == 0)
            least = self._line(header=number == 0)
            tops.append(tops[-1] + max((box.height for box in row), default=least) + ROW_PAD)
        self._tops = tops
        if self.style.printed:
            # On paper nothing scrolls: a table of very many columns is drawn smaller instead.
            self._shrunk = self.width / max(self.width, self._total - COLUMN_GAP)
            self.height = round(tops[-1] * self._shrunk)
        else:
            self.height = tops[-1] + self.bar_room

    def _line(self, *, header: bool) -> int:
        return self.style.small if header else self.style.ui_line

    def _wrap(self, box: _CellBox, width: int, *, header: bool) -> None:
        if box.wrapped == width:
            return
        box.wrapped = width
        line_height = self._line(header=header)
        layout = box.layout
        layout.beginLayout()
        y = 0.0
        while True:
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(width)
            first, last = line.textStart(), line.textStart() + line.textLength()
            reach = [each.reach(line) for each in box.formulas if first <= each.start < last]
            spare = (line_height - line.height()) / 2
            y += max(0.0, max((above for above, _ in reach), default=0) - spare)
            line.setPosition(QPointF(0, y + spare))
            y += line_height + max(0.0, max((below for _, below in reach), default=0) - spare)
        layout.endLayout()
        box.height = max(line_height, round(y))

    @property
    def natural_width(self) -> int:
        """How wide all columns are together."""
        return self._total - COLUMN_GAP

    # --- painting -------------------------------------------------------------------------------

    def _visible(self, top: int, bottom: int) -> range:
        first = max(0, bisect_right(self._tops, top) - 1)
        last = min(len(self._rows), bisect_right(self._tops, bottom))
        return range(first, last)

    def paint(self, painter: QPainter, clip: QRect, span: Span | None) -> None:
        """Paint the rows in ``clip``."""
        painter.save()
        painter.setClipRect(QRect(0, 0, self.width, self.height), Qt.ClipOperation.IntersectClip)
        painter.scale(self._shrunk, self._shrunk)
        theme = self.style.theme
        for number in self._visible(int(clip.top() / self._shrunk), int(clip.bottom() / self._shrunk)):
            top, bottom = self._tops[number], self._tops[number + 1]
            painter.setPen(theme.text2 if number == 0 else theme.text)
            for box, left in zip(self._rows[number], self._lefts, strict=True):
                self._paint_cell(painter, box, QPointF(left - self.offset, top + CELL_TOP), span)
            if number < len(self._rows) - 1 or number == 0:
                wide = int(self.width / self._shrunk)
                painter.fillRect(0, bottom - 1, wide, 1, theme.edge if number == 0 else theme.line)
        if not self.style.printed:
            self.paint_bar(painter)
        painter.restore()

    def _paint_cell(self, painter: QPainter, box: _CellBox, corner: QPointF, span: Span | None) -> None:
        chosen = []
        for first, last, look in self.marks(span):
            start, end = max(first - box.start, 0), min(last - box.start, box.length)
            if start < end:
                made = QTextLayout.FormatRange()
                made.start = start
                made.length = end - start
                made.format = look
                chosen.append(made)
        box.layout.draw(painter, corner, chosen)
        for formula in box.formulas:
            formula.paint(painter, box.layout, corner)

    # --- pointing -------------------------------------------------------------------------------

    def _box_at(self, x: int, y: int) -> tuple[_CellBox, QPointF] | None:
        if not self._rows or not self._columns:
            return None
        number = min(max(0, bisect_right(self._tops, y) - 1), len(self._rows) - 1)
        x += self.offset
        found = zip(self._rows[number], self._lefts, self._columns, strict=True)

        def away(each: tuple[_CellBox, int, int]) -> int:
            return max(each[1] - x, x - each[1] - each[2] + 1, 0)

        box, left, _ = min(found, key=away)
        return box, QPointF(x - left, y - self._tops[number] - CELL_TOP)

    def position_at(self, x: int, y: int) -> int:
        """Return the position nearest to a point."""
        found = self._box_at(x, y)
        if found is None:
            return 0
        box, point = found
        layout = box.layout
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            if point.y() < line.y() + line.height() or number == layout.lineCount() - 1:
                return box.start + int(line.xToCursor(point.x()))
        return box.start

    def _cell_of(self, position: int) -> tuple[int, int]:
        """Return the row and the column that a position stands in."""
        for number, row in enumerate(self._rows):
            if row and position <= row[-1].start + row[-1].length:
                column = next(i for i, box in enumerate(row) if position <= box.start + box.length)
                return number, column
        return max(0, len(self._rows) - 1), 0

    def breaks(self) -> Iterable[int]:
        """Return where its rows end, but the header: it does not stand alone."""
        return [int(top * self._shrunk) for top in self._tops[2:]]

    def line_at(self, position: int) -> QRect:
        """Return where the row of a position stands."""
        row = self._cell_of(position)[0]
        return QRect(0, self._tops[row], self.width, self._tops[row + 1] - self._tops[row])

    def reveal(self, position: int) -> None:
        """Scroll sideways until the column of a position is in sight."""
        column = self._cell_of(position)[1]
        left = self._lefts[column]
        if not self.offset <= left <= self.offset + self.width - self._columns[column]:
            self.offset = max(0, min(left, self.reach))

    def link_at(self, x: int, y: int) -> str:
        """Return the target of the link under a point."""
        found = self._box_at(x, y)
        if found is None:
            return ""
        box, _ = found
        place = self.position_at(x, y) - box.start
        for run in box.cell:
            size = utf16_length(run.text)
            if place < size:
                return run.href if self._on_words(box, found[1]) else ""
            place -= size
        return ""

    @staticmethod
    def _on_words(box: _CellBox, point: QPointF) -> bool:
        for number in range(box.layout.lineCount()):
            line = box.layout.lineAt(number)
            rect = line.naturalTextRect()
            if rect.contains(point):
                return across(line, line.textStart()) <= point.x()
        return False

    def cell_rect(self, number: int, column: int) -> QRect:
        """Return where a cell stands, in the message's coordinates."""
        left = self._lefts[column] - self.offset
        top, bottom = self._tops[number], self._tops[number + 1]
        return QRect(self.x + left, self.y + top, self._columns[column], bottom - top)

    def cell_layout(self, number: int, column: int) -> tuple[QTextLayout, QPoint]:
        """Return a cell's layout and where it stands in the segment."""
        corner = self.cell_rect(number, column).topLeft() - QPoint(self.x, self.y - CELL_TOP)
        return self._rows[number][column].layout, corner


def column_widths(natural: Sequence[int], width: int, narrow: int) -> list[int]:
    """Return how wide each column is, its gap included.

    Columns that fit share what is left over; otherwise the wide ones give way, none below ``narrow``.
    """
    wants = [each + COLUMN_GAP for each in natural]
    total = sum(wants)
    room = width + COLUMN_GAP
    if not wants:
        return []
    if total <= room:
        spare = room - total
        shares = [spare * each // total for each in wants]
        return [want + share for want, share in zip(wants, shares, strict=True)]
    floor = [min(want, narrow + COLUMN_GAP) for want in wants]
    low, high = 0, max(wants)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(max(least, min(want, middle)) for want, least in zip(wants, floor, strict=True)) <= room:
            low = middle
        else:
            high = middle - 1
    return [max(least, min(want, low)) for want, least in zip(wants, floor, strict=True)]
