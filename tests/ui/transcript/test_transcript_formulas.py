"""Formulas, footnotes and tasks in the transcript: read, drawn, selected, copied."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from pytestqt.qtbot import QtBot

from app.core.conversation.message import Part, PartKind, Role
from app.core.errors import UserError
from app.engine.protocol.events import PartDelta
from app.markup.atoms import Body
from app.markup.maths import latex_of
from app.markup.sources import MathsSource, Run, Source, Style, TextSource
from app.markup.writing import markdown_all, plain
from app.storage.records import MessageState
from app.ui.flow.tasks import Lane
from app.ui.theme import Theme
from app.ui.transcript.formulas import Drawn, Formulas, at_once
from app.ui.transcript.model import TranscriptItem, TranscriptModel
from app.ui.transcript.segments.formula import FormulaSegment
from app.ui.transcript.segments.segment import Segment
from app.ui.transcript.segments.table import TableSegment
from app.ui.transcript.segments.text import TextSegment
from app.ui.transcript.style import TranscriptStyle
from app.ui.transcript.view import TranscriptView


def runs(words: str, style: Style) -> list[str]:
    return [
        run.text
        for source in Body(words).sources
        if isinstance(source, TextSource)
        for paragraph in source.paragraphs
        for run in paragraph.runs
        if run.style & style
    ]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("It costs $5 and $10.", []),
        ("Between $20k and $30k, or US$5 to US$6.", []),
        ('"$5 each (US$)" and a $ alone', []),
        ("$HOME and $PATH", []),
        ("Escaped \\$x\\$ and `$x$`", []),
        ("Kept from being a link: \\[sic\\], \\[1\\]", []),
        ("$x$, ($n - 1$) and $10\\%$", ["$x$", "$n - 1$", "$10\\%$"]),
        ("$a_1*b*c_2$", ["$a_1*b*c_2$"]),
        ("\\(a_1\\) and \\[ x^2 \\] and $$y$$", ["\\(a_1\\)", "\\[ x^2 \\]", "$$y$$"]),
        ("**$x$**", ["$x$"]),
    ],
)
def test_formulas_and_sums_of_money(words: str, found: list[str]) -> None:
    assert runs(words, Style.MATHS) == found


def test_a_formula_on_lines_of_its_own_keeps_signs_that_begin_lists() -> None:
    sources = Body("Before:\n\\[\nx\n- y\n= 3\n\\].\nAfter $$ z $$\n\n$$ a = b $$\n").sources
    formulas = [source for source in sources if isinstance(source, MathsSource)]
    assert [formula.latex for formula in formulas] == ["x\n- y\n= 3.", "a = b"]
    assert latex_of(formulas[1].text) == ("a = b", True)


def test_what_only_begins_like_a_formula_is_words() -> None:
    sources = Body("$$\nnever closed\n\nNext *one*.\n").sources
    assert [source.text for source in sources] == ["$$ never closed\nNext one."]


def test_while_it_streams_an_unfinished_formula_shows_its_source_and_no_half() -> None:
    body = Body()
    shown: list[Source] = []
    for sign in "\\[\nx_1 + x_2\n\\]\n":
        body.feed(sign)
        shown += body.sources
    formulas = [source for source in shown if isinstance(source, MathsSource)]
    assert formulas[0].open
    assert not formulas[-1].open
    assert formulas[-1].latex == "x_1 + x_2"
    assert not any("\\" in source.latex.rstrip("\\") for source in formulas)


def test_footnotes_keep_label_and_place() -> None:
    source = Body("Text[^a].\n\n[^a]: The note\n  goes on.\n[^b]: Another.\n").sources[0]
    assert isinstance(source, TextSource)
    notes = [(each.kind, each.marker, each.text) for each in source.paragraphs[1:]]
    assert notes == [("note", "a", "The note goes on."), ("note", "b", "Another.")]
    assert runs("Text[^a].", Style.RAISED) == ["a"]
    assert markdown_all([source]) == "Text[^a].\n\n[^a]: The note goes on.\n[^b]: Another."


def test_tasks_have_boxes() -> None:
    source = Body("- [ ] open\n- [X] done\n- [x]tight\n- plain\n").sources[0]
    assert isinstance(source, TextSource)
    marks = [(each.marker, each.text) for each in source.paragraphs]
    assert marks == [("[ ]", "open"), ("[x]", "done"), ("•", "[x]tight"), ("•", "plain")]
    assert markdown_all([source]).startswith("- [ ] open\n- [x] done\n")


def test_a_formula_is_copied_whole() -> None:
    source = Body("The $x^2$ of it").sources[0]
    assert plain(source, 6, 8) == "$x^2$"
    assert plain(source, 0, 6) == "The $x^2$"
    assert markdown_all([source]) == "The $x^2$ of it"
    twice = Body(markdown_all(Body("From $5 to $6, not $a_b$").sources)).sources
    assert twice == Body("From $5 to $6, not $a_b$").sources


# --- drawn ------------------------------------------------------------------------------------------


def ink(segment: Segment, width: int = 600) -> int:
    """Count the pixels that a segment paints."""
    segment.set_width(width)
    image = QImage(width, max(1, segment.height), QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    segment.paint(painter, QRect(0, 0, width, segment.height), None)
    painter.end()
    data = image.convertToFormat(QImage.Format.Format_Alpha8)
    return sum(1 for value in bytes(data.constBits()) if value)


def text_segment(words: str, style: TranscriptStyle) -> TextSegment:
    source = Body(words).sources[0]
    assert isinstance(source, TextSource)
    return TextSegment(style, source)


def test_a_drawn_formula_takes_as_many_positions_as_its_source(theme: Theme) -> None:
    style = TranscriptStyle(theme)
    segment = text_segment("a $\\frac{x}{y}$ b", style)
    segment.set_width(400)
    assert segment.document.characterCount() - 1 == segment.length
    assert segment.document.toPlainText().count("\ufffc") == 1
    narrow = text_segment("a $\\frac{x}{y}$ b", style)
    assert ink(narrow) > 100


def test_a_tall_formula_makes_room_and_a_low_one_does_not(theme: Theme) -> None:
    style = TranscriptStyle(theme)
    plain_words, low, tall = (
        text_segment(words, style) for words in ("a x b", "a $x$ b", "a $\\frac{\\frac{a}{b}}{c}$ b")
    )
    for segment in (plain_words, low, tall):
        segment.set_width(400)
    assert plain_words.height == low.height < tall.height


@pytest.mark.parametrize("words", ["$\\frac{a}{$", "$\\unknown{x}$", "$\\text{中文}$"])
def test_a_broken_formula_shows_its_source(theme: Theme, words: str) -> None:
    segment = text_segment(f"See {words} here", TranscriptStyle(theme))
    segment.set_width(400)
    assert segment.document.toPlainText() == f"See {words} here"


def test_a_formula_wider_than_its_line_shows_its_source(theme: Theme) -> None:
    segment = text_segment("$" + "+".join("abcdefghij" * 6) + "$", TranscriptStyle(theme))
    segment.set_width(4000)
    assert "\ufffc" in segment.document.toPlainText()
    segment.set_width(200)
    assert "\ufffc" not in segment.document.toPlainText()
    segment.set_width(4000)
    assert "\ufffc" in segment.document.toPlainText()


def test_a_wide_formula_scrolls_in_its_own_frame(theme: Theme) -> None:
    segment = FormulaSegment(TranscriptStyle(theme), MathsSource("+".join("abcdefghij" * 8)))
    segment.set_width(300)
    assert segment.scroll_by(50, 0)
    assert segment.offset == 50
    segment.set_width(4000)
    assert segment.offset == 0
    assert not segment.scroll_by(50, 0)
    assert segment.position_at(0, 5) == 0
    assert segment.position_at(3000, 5) == segment.length


class Later:
    """Keeps work until it is let go."""

    def __init__(self) -> None:
        self.jobs: list[Callable[[], None]] = []

    def __call__(
        self,
        work: Callable[[], Drawn | None],
        done: Callable[[Drawn | None], None] | None = None,
        failed: Callable[[UserError], None] | None = None,
    ) -> None:
        self.jobs.append(lambda: at_once(work, done, failed))

    def go(self) -> None:
        while self.jobs:
            self.jobs.pop(0)()


@pytest.fixture
def later(qtbot: QtBot, theme: Theme) -> tuple[TranscriptView, Later]:
    queue = Later()
    view = TranscriptView(theme, TranscriptModel(), draw=queue)
    qtbot.addWidget(view)
    view.resize(900, 600)
    with qtbot.waitExposed(view):
        view.show()
    return view, queue


WORDS = "Some $\\frac{a}{b}$ here.\n\n$$\\sum_{i=1}^n i$$\n\nAnd $\\frac{a}{b}$ again."


def test_the_source_stands_until_the_formula_is_drawn(
    later: tuple[TranscriptView, Later], qtbot: QtBot
) -> None:
    view, queue = later
    view.model.reset([TranscriptItem(1, Role.ASSISTANT, (Part(PartKind.ANSWER, WORDS),))])
    layout = view.realiser.layout(0)
    first, second = layout.segments[1], layout.segments[2]
    assert isinstance(first, TextSegment)
    assert isinstance(second, FormulaSegment)
    assert "frac" in first.document.toPlainText()
    assert len(queue.jobs) == 1
    before = second.height
    queue.go()
    qtbot.waitUntil(lambda: "\ufffc" in first.document.toPlainText())
    assert second.height != before
    assert view.realiser.layout(0).segments[1] is first
    view.actions_.select_all()
    assert view.actions_.copy_selection()
    assert QGuiApplication.clipboard().text() == WORDS


def test_a_lane_draws_while_the_window_goes_on(theme: Theme, qtbot: QtBot) -> None:
    lane = Lane("formulas")
    view = TranscriptView(theme, TranscriptModel(), draw=lane.run)
    qtbot.addWidget(view)
    view.resize(900, 600)
    with qtbot.waitExposed(view):
        view.show()
    view.model.reset([TranscriptItem(1, Role.ASSISTANT, (Part(PartKind.ANSWER, WORDS),))])
    words = view.realiser.layout(0).segments[-1]
    assert isinstance(words, TextSegment)
    qtbot.waitUntil(lambda: "\ufffc" in words.document.toPlainText())
    assert lane.close()


def test_a_formula_streams(later: tuple[TranscriptView, Later], qtbot: QtBot) -> None:
    view, queue = later
    view.model.append(TranscriptItem(1, Role.ASSISTANT, (), state=MessageState.STREAMING))
    view.begin_stream(1)
    for place in range(0, len(WORDS), 3):
        view.feed(PartDelta(0, PartKind.ANSWER, WORDS[place : place + 3]))
        view.streamer.flush()
        queue.go()
        view.grab()
    view.end_stream(TranscriptItem(1, Role.ASSISTANT, (Part(PartKind.ANSWER, WORDS),)))
    found = view.realiser.layout(0).segments[-1]
    assert isinstance(found, TextSegment)
    qtbot.waitUntil(lambda: "\ufffc" in found.document.toPlainText())


def test_only_so_many_are_kept_and_each_is_drawn_once(qtbot: QtBot) -> None:
    queue = Later()
    formulas = Formulas(queue)
    assert formulas.find("x", display=False) is None
    assert formulas.is_waiting("x", display=False)
    assert formulas.find("x", display=False) is None
    assert len(queue.jobs) == 1
    with qtbot.waitSignal(formulas.arrived):
        queue.go()
    assert formulas.find("x", display=False) is not None
    assert formulas.find("}", display=False) is None
    queue.go()
    assert not formulas.is_waiting("}", display=False)
    assert not queue.jobs
    assert formulas.find("}", display=False) is None
    assert not queue.jobs


def test_a_run_of_maths_is_told_from_its_neighbours() -> None:
    source = Body("$a$$b$ and \\(c\\)\\(d\\)").sources[0]
    assert isinstance(source, TextSource)
    found = [run for run in source.paragraphs[0].runs if run.style & Style.MATHS]
    assert Run("\\(c\\)", Style.MATHS) in found
    assert Run("\\(d\\)", Style.MATHS) in found


TABLE = "| Name | Formula |\n|---|--:|\n| one | $\\frac{\\frac{a}{b}}{c}$ x |\n| two | $E=mc^2$ |\n"


def test_formulas_stand_in_tables(later: tuple[TranscriptView, Later], qtbot: QtBot) -> None:
    view, queue = later
    view.model.reset([TranscriptItem(1, Role.ASSISTANT, (Part(PartKind.ANSWER, TABLE),))])
    table = view.realiser.layout(0).segments[1]
    assert isinstance(table, TableSegment)
    before = table.height
    queue.go()
    qtbot.waitUntil(lambda: table.height > before)
    box = table._rows[1][1]
    assert len(box.layout.text()) == box.length == len("$\\frac{\\frac{a}{b}}{c}$ x")
    assert box.formulas[0].start == 0
    view.grab()
    view.actions_.select_all()
    view.actions_.copy_selection()
    assert QGuiApplication.clipboard().text() == (
        "Name\tFormula\none\t$\\frac{\\frac{a}{b}}{c}$ x\ntwo\t$E=mc^2$"
    )


def test_many_formulas_do_not_write_a_message_anew_for_each(
    later: tuple[TranscriptView, Later], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    view, queue = later
    written: list[int] = []
    rewrite = TextSegment._rewrite

    def counted(segment: TextSegment) -> None:
        written.append(1)
        rewrite(segment)

    monkeypatch.setattr(TextSegment, "_rewrite", counted)
    words = "\n\n".join("Words " * 60 + f"$x_{{{number}}}$ here." for number in range(120))
    view.model.reset([TranscriptItem(1, Role.ASSISTANT, (Part(PartKind.ANSWER, words),))])
    written.clear()
    queue.go()
    segments = [each for each in view.realiser.layout(0).segments if isinstance(each, TextSegment)]
    qtbot.waitUntil(lambda: all("\ufffc" in each.document.toPlainText() for each in segments))
    assert len(segments) > 5
    assert len(written) <= 6 * len(segments)
