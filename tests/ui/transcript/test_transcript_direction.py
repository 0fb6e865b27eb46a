"""Words that run from right to left, and code that never does."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.core.conversation.message import Part, PartKind, Role
from app.markup.atoms import Body
from app.markup.direction import is_right_to_left
from app.markup.sources import CodeSource, TableSource, TextSource
from app.markup.writing import markdown_all, plain_all
from app.storage.records import MessageState
from app.ui.theme import IconName, Theme
from app.ui.transcript.content import Content
from app.ui.transcript.controls import Control
from app.ui.transcript.message.layout import MessageLayout
from app.ui.transcript.model import TranscriptItem
from app.ui.transcript.segments.code import CodeSegment
from app.ui.transcript.segments.highlight import Highlighter
from app.ui.transcript.segments.table import TableSegment
from app.ui.transcript.segments.text import TextSegment, across
from app.ui.transcript.style import TranscriptStyle

HEBREW = "הקוד הוא `f(x)` בתוך משפט."


def places(segment: TextSegment, *words: str) -> list[float]:
    """Return where each word begins on its line."""
    segment.set_width(800)
    layout = segment.document.firstBlock().layout()
    text = segment.document.firstBlock().text()
    return [across(layout.lineForTextPosition(text.index(word)), text.index(word)) for word in words]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("שלום", True), ("12 مرحبا", True), ("a שלום", False), ("123", False), ("", False)],
)
def test_the_first_letter_decides(text: str, expected: bool) -> None:
    assert is_right_to_left(text) is expected


def test_code_in_a_sentence_that_runs_to_the_left_runs_to_the_right(theme: Theme) -> None:
    source = Body(HEBREW).sources[0]
    assert isinstance(source, TextSource)
    segment = TextSegment(TranscriptStyle(theme), source)
    opening, letter, closing = places(segment, "(", "x", ")")
    assert opening < letter < closing


def test_what_keeps_code_straight_is_never_copied() -> None:
    sources = Body(f"{HEBREW}\n\n| א | ב |\n|---|---|\n| `g(y)` | 1 |\n").sources
    written = plain_all(sources) + markdown_all(sources)
    assert "\u2066" not in written
    assert "\u2069" not in written
    assert "`f(x)`" in markdown_all(sources)
    assert "g(y)\t1" in plain_all(sources)
    assert "\u2066" not in Body("Plain `f(x)` words").sources[0].text


def test_a_block_of_code_runs_to_the_right_whatever_its_words(theme: Theme) -> None:
    style = TranscriptStyle(theme)
    highlighter = Highlighter()
    highlighter.set_style(style)
    segment = CodeSegment(style, CodeSource("# הערה\nx", "python"), highlighter)
    segment.set_width(600)
    line = segment.document.firstBlock().layout().lineAt(0)
    assert across(line, 0) < across(line, 3)
    assert across(line, 0) < 1


def test_a_table_in_words_that_run_to_the_left_begins_at_the_right(theme: Theme) -> None:
    style = TranscriptStyle(theme)
    latin, hebrew = (
        TableSegment(style, source)
        for source in (
            *Body("| a | b |\n|---|---|\n| 1 | 2 |\n").sources,
            *Body("| א | ב |\n|---|---|\n| 1 | 2 |\n").sources,
        )
        if isinstance(source, TableSource)
    )
    for table in (latin, hebrew):
        table.set_width(600)
    row = latin.height - 10
    assert (latin.position_at(2, row), latin.position_at(590, row)) == (4, 7)
    assert hebrew.position_at(598, row) in (4, 5)
    assert hebrew.position_at(2, row) in (6, 7)


def test_a_wide_table_in_such_words_shows_its_first_column(theme: Theme) -> None:
    words = " | ".join(f"עמודה ארוכה מאוד {number}" for number in range(12))
    source = Body(f"| {words} |\n|{'---|' * 12}\n").sources[0]
    assert isinstance(source, TableSource)
    table = TableSegment(TranscriptStyle(theme), source)
    table.set_width(300)
    assert table.offset > 0
    assert not table.scroll_by(50, 0)
    assert table.scroll_by(-50, 0)


def _controls(theme: Theme) -> list[Control]:
    """Return the controls of a question and of an answer with everything in a column of 720 pixels."""
    style = TranscriptStyle(theme)
    highlighter = Highlighter()
    highlighter.set_style(style)
    notes = Part(PartKind.REASONING, "Because.")
    answer = (notes, Part(PartKind.ANSWER, "Say.\n\n```python\nx = 1\n```\n"))
    found: list[Control] = []
    for item in (
        TranscriptItem(1, Role.USER, (Part(PartKind.TEXT, "Ask"),), siblings=2, sibling=2),
        TranscriptItem(
            2, Role.ASSISTANT, answer, MessageState.STOPPED, "gpt-oss-20b", siblings=2, sibling=2
        ),
    ):
        layout = MessageLayout(style, Content(item), highlighter)
        layout.set_width(720)
        found += layout.controls()
    return found


def test_what_stands_around_a_message_is_mirrored_with_the_window(
    theme: Theme, qapp: QApplication
) -> None:
    straight = _controls(theme)
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        turned = _controls(theme)
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    assert {"reasoning", "sibling", "edit", "copy_answer", "more", "copy_code", "continue"} <= {
        control.action for control in straight
    }
    for one, other in zip(straight, turned, strict=True):
        assert other.rect.left() == 720 - one.rect.left() - one.rect.width()
        assert (other.action, other.rect.size()) == (one.action, one.rect.size())
    back = next(control for control in turned if control.action == "sibling")
    assert back.icon is IconName.CHEVRON_RIGHT
