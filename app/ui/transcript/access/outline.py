"""What a message consists of, for whoever does not see it.

Job: from a laid out message to a small tree of pieces in reading order: controls, headings, paragraphs,
code, tables with their cells, notices. Rule: by value, built anew when the message changed; nothing
here knows Qt's interfaces, and what is drawn without words has words here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QPoint, QRect

from app.core.texts import text
from app.markup.sources import HARD_BREAK, CodeSource, Paragraph, TableSource, cell_text
from app.ui.transcript.access.words import cell_name, code_name, table_name
from app.ui.transcript.controls import Control
from app.ui.transcript.message.layout import MessageLayout
from app.ui.transcript.segments.chrome import NoticeSegment
from app.ui.transcript.segments.code import CodeSegment
from app.ui.transcript.segments.formula import FormulaSegment
from app.ui.transcript.segments.links import Link, links_of
from app.ui.transcript.segments.notes import NotesSegment
from app.ui.transcript.segments.segment import Segment
from app.ui.transcript.segments.table import TableSegment
from app.ui.transcript.segments.text import TextSegment


class Kind(Enum):
    """What a piece is to a screen reader."""

    HEADING = auto()
    PARAGRAPH = auto()
    ITEM = auto()
    QUOTE = auto()
    CODE = auto()
    FORMULA = auto()
    TABLE = auto()
    ROW = auto()
    HEADER_CELL = auto()
    CELL = auto()
    NOTICE = auto()
    BUTTON = auto()
    LINK = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """One node below a message. ``rect`` is in the message's coordinates.

    ``text`` is what can be read character by character (empty: the name says all); a button has its
    ``control``, a link its ``link``.
    """

    kind: Kind
    name: str
    rect: QRect
    text: str = ""
    control: Control | None = None
    link: Link | None = None
    children: tuple[Piece, ...] = ()


def outline(layout: MessageLayout) -> tuple[Piece, ...]:
    """Return the pieces of a message in reading order."""
    pieces = [_button(control) for control in layout.frame.header_controls()]
    for segment in layout.segments:
        if segment.height:
            pieces += _pieces(segment)
    return (*pieces, *_footer(layout))


def _footer(layout: MessageLayout) -> Iterator[Piece]:
    controls = layout.frame.footer_controls()
    yield from (_button(control) for control in controls if control.action != "why")
    below = QRect(0, layout.frame.footer_top, layout.width, layout.height - layout.frame.footer_top)
    for name, rect in layout.frame.named_sources():
        yield Piece(Kind.NOTICE, name, rect)
    if layout.border is not None:
        yield Piece(Kind.NOTICE, layout.border.words, below)
    yield from (_button(control) for control in controls if control.action == "why")


def _button(control: Control, corner: QPoint | None = None) -> Piece:
    placed = control.moved(corner) if corner is not None else control
    return Piece(Kind.BUTTON, placed.name, placed.rect, control=placed)


def _pieces(segment: Segment) -> Iterator[Piece]:
    corner = QPoint(segment.x, segment.y)
    buttons = [_button(control, corner) for control in segment.controls()]
    if isinstance(segment, NotesSegment):
        yield from _notes(segment)
        yield from buttons
    elif isinstance(segment, TextSegment):
        yield from _paragraphs(segment)
    elif isinstance(segment, CodeSegment):
        yield _code(segment.source, segment.rect)
        yield from buttons
    elif isinstance(segment, TableSegment):
        yield _table(segment)
        yield from buttons
    elif isinstance(segment, NoticeSegment):
        yield Piece(Kind.NOTICE, segment.notice.words, segment.rect)
        yield from buttons
    elif isinstance(segment, FormulaSegment):
        yield Piece(Kind.FORMULA, segment.source.latex, segment.rect, text=segment.source.latex)
    else:
        yield from buttons  # what folds open, and the chips of what was attached


def _notes(segment: NotesSegment) -> Iterator[Piece]:
    live = segment.live
    if segment.thinking and live is not None:
        words = live.doing
        yield Piece(Kind.NOTICE, words, segment.rect)
    if segment.open and segment.source is not None:
        name = text("transcript.notes_unchecked")
        yield Piece(Kind.PARAGRAPH, name, segment.rect, text=segment.source.text)


def _paragraphs(segment: TextSegment) -> Iterator[Piece]:
    links = links_of(segment)
    for number, paragraph in enumerate(segment.source.paragraphs):
        if paragraph.kind == "rule" or not (paragraph.text or paragraph.marker):
            continue
        words = spoken(paragraph)
        rect = segment.paragraph_rect(number)
        mine = tuple(
            Piece(Kind.LINK, link.words, link.rect, link=link)
            for link in links
            if link.paragraph == number
        )
        yield Piece(_kind(paragraph), words, rect, text=words, children=mine)


def spoken(paragraph: Paragraph) -> str:
    """Return what a screen reader says of a paragraph: its words after its bullet or number."""
    words = paragraph.text.replace(HARD_BREAK, "\n")
    return text("access.item", marker=paragraph.marker, words=words) if paragraph.marker else words


def _kind(paragraph: Paragraph) -> Kind:
    if paragraph.kind[0] == "h":
        return Kind.HEADING
    if paragraph.marker:
        return Kind.ITEM
    return Kind.QUOTE if paragraph.quote else Kind.PARAGRAPH


def _code(source: CodeSource, rect: QRect) -> Piece:
    return Piece(Kind.CODE, code_name(source), rect, text=source.text)


def _table(segment: TableSegment) -> Piece:
    source = segment.source
    links = links_of(segment)
    rows = tuple(_row(segment, source, number, links) for number in range(len(source.rows)))
    return Piece(Kind.TABLE, table_name(source), segment.rect, children=rows)


def _row(segment: TableSegment, source: TableSource, number: int, links: Sequence[Link]) -> Piece:
    heads = [cell_text(cell) for cell in source.rows[0]]
    cells = []
    for column, cell in enumerate(source.rows[number]):
        words = cell_text(cell)
        mine = tuple(
            Piece(Kind.LINK, link.words, link.rect, link=link)
            for link in links
            if (link.paragraph, link.column) == (number, column)
        )
        header = heads[column] if number else ""
        kind = Kind.CELL if number else Kind.HEADER_CELL
        rect = segment.cell_rect(number, column)
        cells.append(Piece(kind, cell_name(header, words, number, column + 1), rect, children=mine))
    top = cells[0].rect if cells else QRect()
    wide = QRect(segment.x, top.y(), segment.width, top.height())
    name = text("access.row", number=number) if number else text("access.header_row")
    return Piece(Kind.ROW, name, wide, children=tuple(cells))
