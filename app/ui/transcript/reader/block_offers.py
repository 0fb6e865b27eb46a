"""What can be done with one block of a message: code, a table, a formula.

Job: the one list of a block's actions, for the context menu and, by keyboard, for the message's own
menu. Rule: what is copied or saved comes from the block's source, never from what is painted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from app.core.texts import plural, text
from app.markup.lexers import language
from app.markup.sources import CodeSource, MathsSource, TableSource
from app.markup.writing import comma_separated, plain
from app.ui.transcript.reader.message_offers import Offer, add_offers
from app.ui.transcript.segments.code import CodeSegment, name_of
from app.ui.transcript.segments.segment import Segment

if TYPE_CHECKING:
    from app.ui.transcript.reader.actions import Actions
    from app.ui.transcript.view import TranscriptView

LONGEST = 40
"""Characters of a formula in the name of its menu."""


def block_offers(actions: Actions, view: TranscriptView, row: int, segment: Segment) -> list[Offer]:
    """Return the actions of a segment, none for words and notices."""
    source = segment.source
    if isinstance(segment, CodeSegment):
        code = segment.source
        wrap = "unwrap" if segment.wraps else "wrap"
        file_name = code.title if "." in code.title else language(code.language).file_name
        return [
            Offer(text("transcript.copy_code_menu"), lambda: actions.put(code.text)),
            Offer(
                text(f"transcript.{wrap}"),
                lambda: actions.wrap_code(row, segment),
                enabled=not segment.must_wrap,
            ),
            Offer(
                text("transcript.save_code"),
                lambda: view.save_requested.emit(file_name, code.text + "\n"),
            ),
        ]
    if isinstance(source, TableSource):
        table = _whole_table(view, row, source)
        return [
            Offer(text("transcript.copy_table"), lambda: actions.put(plain(table))),
            Offer(text("transcript.copy_csv"), lambda: actions.put(comma_separated(table))),
        ]
    if isinstance(source, MathsSource):
        return [Offer(text("transcript.copy_latex"), lambda: actions.put(source.latex))]
    return []


def _whole_table(view: TranscriptView, row: int, source: TableSource) -> TableSource:
    """Return a long table, which is shown in pieces, in one."""
    sources = view.realiser.layout(row).content.sources()
    place = next((number for number, each in enumerate(sources) if each is source), None)
    if place is None:
        return source
    first = last = place
    while first > 0 and _goes_on(sources[first]):
        first -= 1
    while last + 1 < len(sources) and _goes_on(sources[last + 1]):
        last += 1
    pieces = [each for each in sources[first : last + 1] if isinstance(each, TableSource)]
    rows = pieces[0].rows + tuple(line for piece in pieces[1:] for line in piece.rows[1:])
    return TableSource(rows, source.aligns)


def _goes_on(source: object) -> bool:
    return isinstance(source, TableSource) and source.continued


def add_blocks(menu: QMenu, actions: Actions, view: TranscriptView, row: int) -> None:
    """Add a menu of its own for each block of a message: the way there by keyboard."""
    for segment in view.realiser.layout(row).segments:
        offers = block_offers(actions, view, row, segment) if segment.height else []
        if offers:
            add_offers(menu.addMenu(_name(segment).replace("&", "&&")), offers)


def _name(segment: Segment) -> str:
    source = segment.source
    if isinstance(source, CodeSource):
        lines = source.text.count("\n") + 1
        return plural("transcript.block_code", lines, language=name_of(source))
    if isinstance(source, TableSource):
        return plural("transcript.block_table", max(0, len(source.rows) - 1))
    words = " ".join(source.latex.split()) if isinstance(source, MathsSource) else ""
    if len(words) > LONGEST:
        words = f"{words[:LONGEST]}…"
    return text("transcript.block_formula", latex=words)
