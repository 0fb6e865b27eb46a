"""What can be done with code, tables and formulas; long tables and lines in pieces, copied in one."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.core.conversation.message import Part, PartKind, Role
from app.core.errors import UserError
from app.markup.atoms import Body
from app.markup.lexers import language
from app.markup.markdown import MAX_TABLE
from app.markup.sources import LONG_LINE, Paragraph, Run, TableSource, TextSource, plain_lines
from app.markup.writing import comma_separated, plain_all
from app.ui.flow.reading.code_saving import CodeSaving
from app.ui.flow.reading.written_file import WrittenFile
from app.ui.flow.tasks import Lane
from app.ui.theme import Theme
from app.ui.transcript.model import TranscriptItem, TranscriptModel
from app.ui.transcript.reader.block_offers import add_blocks, block_offers
from app.ui.transcript.reader.message_offers import Offer
from app.ui.transcript.segments.code import CodeSegment
from app.ui.transcript.segments.segment import Segment
from app.ui.transcript.view import TranscriptView
from app.ui.views.window.main_window import MainWindow
from tests.support.windows.transcripts import shown_view

LONG_CODE = "x = '" + "word " * 100 + "'"
ANSWER = f"""Here:

```python
{LONG_CODE}
y = 2
```

| a | b |
|---|--:|
| =1+1 | "q", z |

$$x^2$$
"""


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> TranscriptView:
    made = shown_view(qtbot, theme)
    made.model.reset([TranscriptItem(1, Role.ASSISTANT, (Part(PartKind.ANSWER, ANSWER),))])
    return made


def offers(view: TranscriptView, kind: str) -> tuple[Segment, dict[str, Offer]]:
    layout = view.realiser.layout(0)
    found = next(each for each in layout.segments if type(each.source).__name__ == kind)
    return found, {offer.words: offer for offer in block_offers(view.actions_, view, 0, found)}


def test_code_is_copied_wrapped_and_saved(view: TranscriptView, qtbot: QtBot) -> None:
    segment, ways = offers(view, "CodeSource")
    assert isinstance(segment, CodeSegment)
    ways["Copy the code"].act()
    assert QGuiApplication.clipboard().text() == f"{LONG_CODE}\ny = 2"
    assert segment.scroll_by(40, 0)
    before = segment.height
    ways["Wrap long lines"].act()
    assert segment.height > before
    assert not segment.scroll_by(40, 0)
    view.grab()
    _, ways = offers(view, "CodeSource")
    ways["Let long lines scroll"].act()
    assert segment.height == before
    with qtbot.waitSignal(view.save_requested) as asked:
        ways["Save the code to a file…"].act()
    assert asked.args == ["code.py", f"{LONG_CODE}\ny = 2\n"]


def test_a_table_is_copied_for_a_spreadsheet(view: TranscriptView) -> None:
    _, ways = offers(view, "TableSource")
    ways["Copy the table"].act()
    assert QGuiApplication.clipboard().text() == 'a\tb\n=1+1\t"q", z'
    ways["Copy the table as CSV"].act()
    rows = list(csv.reader(io.StringIO(QGuiApplication.clipboard().text())))
    assert rows == [["a", "b"], ["'=1+1", '"q", z']]


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=cmd()", "'=cmd()"),
        ("@x", "'@x"),
        ("-1.5", "-1.5"),
        ("+44 20", "+44 20"),
        ("-x", "'-x"),
        ("a", "a"),
    ],
)
def test_no_cell_becomes_a_command(cell: str, written: str) -> None:
    table = TableSource((((Run(cell),),),), ("left",))
    assert next(csv.reader(io.StringIO(comma_separated(table)))) == [written]


def test_a_formula_gives_its_latex(view: TranscriptView) -> None:
    _, ways = offers(view, "MathsSource")
    ways["Copy the LaTeX"].act()
    assert QGuiApplication.clipboard().text() == "x^2"


def test_by_keyboard_every_block_has_a_menu(view: TranscriptView) -> None:
    menu = QMenu(view)
    add_blocks(menu, view.actions_, view, 0)
    assert [action.text() for action in menu.actions()] == [
        "Python, 2 lines",
        "Table, 1 row",
        "Formula x^2",
    ]


def test_languages_have_file_names() -> None:
    assert language("py").file_name == "code.py"
    assert language("dockerfile").file_name == "Dockerfile"
    assert language("who-knows").file_name == "code.txt"


def test_saved_code_is_whole_or_not_there(theme: Theme, qtbot: QtBot, tmp_path: Path) -> None:
    window = MainWindow(theme, TranscriptView(theme, TranscriptModel()))
    qtbot.addWidget(window)
    lane = Lane("test")
    saving = CodeSaving(window, lane, WrittenFile(window.notice))
    saving.write(tmp_path / "a.py", "x = 'é'\n")
    qtbot.waitUntil(lambda: not window.notice.isHidden())
    assert (tmp_path / "a.py").read_bytes() == "x = 'é'\n".encode()
    assert [button.text() for button in window.notice.buttons] == ["Show in folder", "Close"]
    with qtbot.waitSignal(saving.trouble) as failed:
        saving.write(tmp_path / "none" / "b.py", "x")
    assert failed.args is not None
    assert isinstance(failed.args[0], UserError)
    lane.close()


# --- in pieces --------------------------------------------------------------------------------------

ROWS = 1500
TABLE = "| Name | Value |\n|---|--:|\n" + "".join(
    f"| row {number} | {number} |\n" for number in range(ROWS)
)


def test_a_long_table_goes_on_with_its_header_and_is_copied_in_one(view: TranscriptView) -> None:
    sources = Body(TABLE + "\nAfter.\n").sources
    tables = [source for source in sources if isinstance(source, TableSource)]
    assert len(tables) > 1
    assert [table.continued for table in tables] == [False] + [True] * (len(tables) - 1)
    assert {table.rows[0] for table in tables} == {((Run("Name"),), (Run("Value"),))}
    assert sum(len(table.rows) - 1 for table in tables) == ROWS
    assert sources[-1].text == "After."
    view.model.reset([TranscriptItem(1, Role.ASSISTANT, (Part(PartKind.ANSWER, TABLE),))])
    segments = [
        each for each in view.realiser.layout(0).segments if isinstance(each.source, TableSource)
    ]
    ways = {each.words: each for each in block_offers(view.actions_, view, 0, segments[1])}
    ways["Copy the table as CSV"].act()
    rows = list(csv.reader(io.StringIO(QGuiApplication.clipboard().text())))
    assert len(rows) == ROWS + 1
    assert rows[-1] == [f"row {ROWS - 1}", str(ROWS - 1)]


@pytest.mark.parametrize("size", [100, 997, 40_000])
def test_a_long_table_is_cut_the_same_way_however_it_comes(size: int) -> None:
    table = TABLE[: 2 * MAX_TABLE + 1000]
    body = Body()
    for place in range(0, len(table), size):
        body.feed(table[place : place + size])
    body.finish()
    assert body.sources == Body(table).sources
    assert body.stream.longest_tail <= 2 * MAX_TABLE + size


def test_long_typed_text_is_copied_as_it_was_typed() -> None:
    words = "one\n" + "x" * (2 * LONG_LINE + 5) + "\n\n" + "line\n" * 3000 + "end"
    item = TranscriptItem(1, Role.USER, (Part(PartKind.TEXT, words),))
    from app.ui.transcript.content import Content

    assert plain_all(Content(item).sources()) == words
    pieces = plain_lines("y" * (LONG_LINE + 1))
    assert [each.same_line for each in pieces] == [False, True]
    source = TextSource((Paragraph((Run("a"),)), Paragraph((Run("b"),), same_line=True)))
    assert plain_all([source]) == "ab"
