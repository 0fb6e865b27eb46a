"""How things of the transcript are called by a screen reader.

Job: names of messages, tables, cells and code. Rule: every word comes from the catalogue or from the
message; no Qt.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.core.conversation.message import Role
from app.core.texts import plural, text
from app.markup.sources import CodeSource, Source, TableSource
from app.markup.writing import plain_all
from app.ui.transcript.content import Content
from app.ui.transcript.message.frame_words import spell_time, summary_title, written_by
from app.ui.transcript.model import TranscriptItem
from app.ui.transcript.segments.code import name_of

LONGEST_NAME = 300
"""Characters of a question that are part of its name; all of it is its text."""


def message_text(content: Content) -> str:
    """Return what a message says, without working notes and tool traffic."""
    return plain_all(content.sources(folds=False))


def message_name(item: TranscriptItem, content: Content, *, live: bool, unread: bool) -> str:
    """Return the name of a message in the list.

    ``live`` says that it is being written, ``unread`` that the model does not read it.
    """
    if item.role is Role.USER:
        name = _question_name(item, content)
    elif item.is_summary:
        name = summary_title(item)
    else:
        parts = [_answer_by(item), *_holds(content.sources(folds=False)), *_more(item, live=live)]
        name = ", ".join(parts)
    return text("access.unread", name=name) if unread else name


def _question_name(item: TranscriptItem, content: Content) -> str:
    words = " ".join(message_text(content).split())
    if len(words) > LONGEST_NAME:
        words = f"{words[:LONGEST_NAME].rstrip()}…"
    time, who = spell_time(item.created), text("transcript.you")
    if time:
        return text("access.question", who=who, time=time, words=words)
    return text("access.question_timeless", who=who, words=words)


def _answer_by(item: TranscriptItem) -> str:
    model = written_by(item)
    return text("access.answer_by", model=model) if model else text("access.answer")


def _holds(sources: Sequence[Source]) -> list[str]:
    tables = sum(isinstance(source, TableSource) for source in sources)
    codes = sum(isinstance(source, CodeSource) for source in sources)
    found = [plural("access.tables", tables)] if tables else []
    return [*found, plural("access.codes", codes)] if codes else found


def _more(item: TranscriptItem, *, live: bool) -> list[str]:
    found = []
    if item.siblings > 1:
        found.append(text("access.version", number=item.sibling, count=item.siblings))
    return [*found, text("access.growing")] if live else found


def code_name(source: CodeSource) -> str:
    """Return the name of a code block."""
    lines = source.text.count("\n") + 1
    return plural("access.code", lines, language=name_of(source))


def table_name(source: TableSource) -> str:
    """Return the name of a table."""
    return text(
        "access.table",
        columns=plural("access.columns", len(source.aligns)),
        rows=plural("access.rows", max(0, len(source.rows) - 1)),
    )


def cell_name(header: str, value: str, row: int, column: int) -> str:
    """Return the name of a cell: its header is said with it, and where it stands, both from 1.

    Qt's interface for tables cannot be had from Python (PySide6 6.11 has only that of a single cell,
    which is worth nothing without it), so the place is in the name. ``row`` is 0 in the header.
    """
    said = value or text("access.empty")
    if not row:
        return text("access.header_cell", value=said, column=column)
    key = "cell" if header else "cell_without_header"
    return text(f"access.{key}", header=header, value=said, row=row, column=column)
