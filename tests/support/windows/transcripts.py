"""Conversations as the transcript's tests show them.

Job: items of every kind, and a view on the screen. Rule: nothing is checked here.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from app.core.conversation.message import Part, PartKind, Role
from app.storage.records import MessageState
from app.ui.theme import Theme
from app.ui.transcript.model import TranscriptItem, TranscriptModel
from app.ui.transcript.segments.text import TextSegment, across
from app.ui.transcript.view import TranscriptView

RICH = (
    "# Title\n\nSome **bold**, `code` and a [link](https://example.org).\n\n"
    "1. one\n2. two\n   - deep\n\n"
    "```python\nfor x in range(3):\n    print('x')  # note\n```\n\n> quoted\n> more\n\n"
    "| a | b |\n|---|--:|\n| 1 | two words |\n| 3 | 4 |\n\n---\n\n"
    "The end \u05e9\u05dc\u05d5\u05dd \U0001f600.\n"
)


def question(number: int, words: str = "How long is the notice?") -> TranscriptItem:
    """Return a person's message."""
    return TranscriptItem(number, Role.USER, (Part(PartKind.TEXT, words),))


def answer(
    number: int, words: str = RICH, state: MessageState = MessageState.DONE, notes: str = ""
) -> TranscriptItem:
    """Return a model's message; with ``notes`` it thought for two seconds."""
    parts = (Part(PartKind.REASONING, notes),) if notes else ()
    return TranscriptItem(
        number,
        Role.ASSISTANT,
        (*parts, Part(PartKind.ANSWER, words)),
        state=state,
        model_name="guide",
        thinking_ms=2000 if notes else 0,
    )


def conversation(count: int) -> list[TranscriptItem]:
    """Return ``count`` messages, questions and answers of different lengths."""
    return [answer(n, RICH * (1 + n % 3)) if n % 2 else question(n) for n in range(count)]


def shown_view(qtbot: QtBot, theme: Theme, height: int = 600) -> TranscriptView:
    """Return an empty transcript, 900 pixels wide, that is on the screen."""
    made = TranscriptView(theme, TranscriptModel())
    qtbot.addWidget(made)
    made.resize(900, height)
    with qtbot.waitExposed(made):
        made.show()
    return made


def begin(view: TranscriptView, number: int) -> None:
    """Let an answer begin."""
    live = TranscriptItem(number, Role.ASSISTANT, (), state=MessageState.STREAMING, model_name="guide")
    view.model.append(live)
    view.begin_stream(number)


def point_of(view: TranscriptView, row: int, segment: int, place: int) -> QPoint:
    """Return where a position is drawn, in the viewport."""
    layout = view.realiser.layout(row)
    found = layout.segments[segment]
    assert isinstance(found, TextSegment)
    cursor = QTextCursor(found.document)
    cursor.setPosition(place)
    block = cursor.block()
    line = block.layout().lineForTextPosition(place - block.position())
    left = across(line, place - block.position())
    corner = QPointF(found.x, found.y) + block.layout().position()
    inner = corner + QPointF(left, line.y() + line.height() / 2)
    return view.row_rect(row).topLeft() + inner.toPoint()
