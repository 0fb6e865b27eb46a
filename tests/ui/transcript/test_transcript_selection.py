"""What is selected is what is copied: by mouse, across segments and messages, drawn or not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.core.conversation.message import Part, PartKind, Role
from app.markup.atoms import Body
from app.markup.sources import TableSource, TextSource, utf16_length, utf16_slice
from app.markup.writing import markdown, markdown_all, plain, plain_all
from app.ui.theme import Theme
from app.ui.transcript.model import TranscriptItem
from app.ui.transcript.reader.selection import FAR, pieces, to_plain
from app.ui.transcript.segments.code import CodeSegment
from app.ui.transcript.segments.table import TableSegment
from app.ui.transcript.view import TranscriptView
from tests.support.windows.transcripts import point_of, shown_view

ANSWER = (
    "First **words** here.\n\n1. one\n2. two\n\n```py\nx = 1\ny = 2\n```\n\n"
    "| a | b |\n|---|---|\n| c d | e |\n\nLast \U0001f600 words."
)
COPIED = "First words here.\n\n1. one\n2. two\n\nx = 1\ny = 2\n\na\tb\nc d\te\n\nLast \U0001f600 words."


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> TranscriptView:
    made = shown_view(qtbot, theme, 700)
    made.model.reset(
        [
            TranscriptItem(1, Role.USER, (Part(PartKind.TEXT, "A question,\n  as typed."),)),
            TranscriptItem(2, Role.ASSISTANT, (Part(PartKind.ANSWER, ANSWER),), model_name="guide"),
            TranscriptItem(3, Role.USER, (Part(PartKind.TEXT, "Another one?"),)),
        ]
    )
    return made


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def drag(view: TranscriptView, start: QPoint, end: QPoint) -> None:
    port = view.viewport()
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(port, left, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(port, (start + end) / 2)
    QTest.mouseMove(port, end)
    QTest.mouseRelease(port, left, Qt.KeyboardModifier.NoModifier, end)


def test_everything_copies_as_plain_text(view: TranscriptView) -> None:
    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard() == "A question,\n  as typed.\n\n" + COPIED + "\n\nAnother one?"


def test_dragging_across_messages_selects_exactly_that(view: TranscriptView) -> None:
    drag(view, point_of(view, 0, 0, 2), point_of(view, 1, 1, 11))
    assert not view.selection.is_empty
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard() == "question,\n  as typed.\n\nFirst words"


class Played:
    """A clipboard with a second text, for the middle button, or without."""

    def __init__(self, *, two: bool) -> None:
        self.two = two
        self.words: dict[QClipboard.Mode, str] = {}

    def supportsSelection(self) -> bool:
        return self.two

    def ownsSelection(self) -> bool:
        return QClipboard.Mode.Selection in self.words

    def setText(self, words: str, mode: QClipboard.Mode = QClipboard.Mode.Clipboard) -> None:
        self.words[mode] = words

    def clear(self, mode: QClipboard.Mode = QClipboard.Mode.Clipboard) -> None:
        self.words.pop(mode, None)


@pytest.mark.parametrize("two", [True, False])
def test_a_middle_click_pastes_what_was_selected_where_the_system_has_that(
    view: TranscriptView, monkeypatch: pytest.MonkeyPatch, two: bool
) -> None:
    played = Played(two=two)
    monkeypatch.setattr(QGuiApplication, "clipboard", lambda: played)
    start = point_of(view, 0, 0, 2)
    drag(view, start, point_of(view, 1, 1, 11))
    words = "question,\n  as typed.\n\nFirst words"
    assert played.words == ({QClipboard.Mode.Selection: words} if two else {})
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=start)
    assert view.selection.is_empty
    assert played.words.get(QClipboard.Mode.Selection, words) == words, "it stays, as everywhere"
    view.actions_.take_back_selection()
    assert played.words == {}


def test_dragging_backwards_selects_the_same(view: TranscriptView) -> None:
    drag(view, point_of(view, 1, 1, 11), point_of(view, 0, 0, 2))
    view.actions_.copy_selection()
    assert clipboard() == "question,\n  as typed.\n\nFirst words"


def test_a_click_selects_nothing(view: TranscriptView) -> None:
    view.actions_.select_all()
    point = point_of(view, 1, 1, 3)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, point)
    assert view.selection.is_empty
    assert not view.actions_.copy_selection()


def test_a_double_click_selects_a_word(view: TranscriptView) -> None:
    point = point_of(view, 1, 1, 8)
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, point)
    view.actions_.copy_selection()
    assert clipboard() == "words"


def test_copy_on_code_copies_the_code(view: TranscriptView, qtbot: QtBot) -> None:
    layout = view.realiser.layout(1)
    control = next(each for each in layout.controls() if each.action == "copy_code")
    point = view.row_rect(1).topLeft() + control.rect.center()
    with qtbot.waitSignal(view.copied):
        QTest.mouseClick(
            view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, point
        )
    assert clipboard() == "x = 1\ny = 2"
    code = next(each for each in layout.segments if isinstance(each, CodeSegment))
    assert code.copied
    qtbot.waitUntil(lambda: not code.copied)


def test_copying_a_whole_answer_leaves_the_notes_out(view: TranscriptView) -> None:
    parts = (Part(PartKind.REASONING, "secret thoughts"), Part(PartKind.ANSWER, ANSWER))
    view.model.append(TranscriptItem(4, Role.ASSISTANT, parts))
    assert view.copy_last_answer()
    assert clipboard() == COPIED
    view.actions_.copy_answer(3, as_markdown=True)
    assert "**words**" in clipboard()
    assert "| c d | e |" in clipboard()


def test_rows_never_drawn_copy_the_same(view: TranscriptView) -> None:
    items = [
        TranscriptItem(n, Role.ASSISTANT, (Part(PartKind.ANSWER, f"{ANSWER} {n}"),)) for n in range(300)
    ]
    view.model.reset(items)
    view.actions_.select_all()
    chosen = to_plain(pieces(view.selection, view.realiser, view.model))
    assert chosen == "\n\n".join(f"{COPIED} {n}" for n in range(300))


def test_opening_notes_makes_them_part_of_a_selection(view: TranscriptView) -> None:
    parts = (Part(PartKind.REASONING, "open thoughts"), Part(PartKind.ANSWER, "Yes."))
    view.model.reset([TranscriptItem(4, Role.ASSISTANT, parts)])
    view.actions_.toggle_notes(0)
    view.selection.set((0, 0, 0), (0, FAR, FAR))
    assert to_plain(pieces(view.selection, view.realiser, view.model)) == "open thoughts\n\nYes."


def test_a_link_is_reported_not_opened(view: TranscriptView, qtbot: QtBot) -> None:
    words = "See [the guide](https://example.org/g) now."
    view.model.reset([TranscriptItem(4, Role.ASSISTANT, (Part(PartKind.ANSWER, words),))])
    point = point_of(view, 0, 1, 7)
    with qtbot.waitSignal(view.link_activated) as clicked:
        QTest.mouseClick(
            view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, point
        )
    assert clicked.args == ["https://example.org/g"]
    QTest.mouseMove(view.viewport(), point)
    assert view.viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor


def test_a_wide_code_block_scrolls_by_itself(view: TranscriptView) -> None:
    words = "```\n" + "word " * 200 + "\n```"
    view.model.reset([TranscriptItem(4, Role.ASSISTANT, (Part(PartKind.ANSWER, words),))])
    layout = view.realiser.layout(0)
    code = next(each for each in layout.segments if isinstance(each, CodeSegment))
    assert code.width <= layout.width
    start = code.position_at(60, 60)
    assert code.scroll_by(300, 0)
    assert code.position_at(60, 60) > start
    code.drag_bar(code.width)
    assert code.position_at(code.width - 20, 60) >= code.length - 2


def test_a_wide_table_scrolls_by_itself(theme: Theme, view: TranscriptView) -> None:
    head = "|" + "|".join(f"column number {n}" for n in range(20)) + "|\n" + "|---" * 20 + "|\n"
    words = head + "|" + "|".join(f"value {n}" for n in range(20)) + "|\n"
    view.model.reset([TranscriptItem(4, Role.ASSISTANT, (Part(PartKind.ANSWER, words),))])
    table = next(each for each in view.realiser.layout(0).segments if isinstance(each, TableSegment))
    assert table.scroll_by(10_000, 0)
    assert not table.scroll_by(10_000, 0)
    place = table.position_at(table.width - 30, table.height - 24)
    assert place > utf16_length(table.source.text) - 10
    assert theme.scale == 1.0


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_slices_count_as_qt_counts(text: str, start: int, end: int) -> None:
    start, end = sorted((min(start, utf16_length(text)), min(end, utf16_length(text))))
    left = utf16_slice(text, 0, start)
    if "\ufffd" not in left + utf16_slice(text, start, end):
        assert left + utf16_slice(text, start, end) + utf16_slice(text, end, 2**20) == text


WORDS = st.sampled_from(
    [
        "plain",
        "**bold**",
        "*it*",
        "`code`",
        "~~gone~~",
        "[l](https://a.b/c)",
        "a\\*b",
        "\U0001f600",
        "x_y_z",
    ]
)
LINES = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
BLOCKS = st.one_of(
    LINES,
    LINES.map(lambda line: f"## {line}"),
    st.lists(LINES, min_size=1, max_size=3).map(lambda ls: "\n".join(f"- {line}" for line in ls)),
    st.lists(LINES, min_size=1, max_size=3).map(lambda ls: "\n".join(f"> {line}" for line in ls)),
    LINES.map(lambda line: f"```py\n{line}\n```"),
    LINES.map(lambda line: f"| a | b |\n|---|--:|\n| {line} | 1 |"),
)
DOCUMENTS = st.lists(BLOCKS, min_size=1, max_size=6).map("\n\n".join)


@settings(max_examples=80)
@given(DOCUMENTS)
def test_copied_markdown_reads_the_same_again(text: str) -> None:
    sources = Body(text).sources
    again = Body(markdown_all(sources)).sources
    assert plain_all(again) == plain_all(sources)


@settings(max_examples=80)
@given(DOCUMENTS, st.integers(0, 200), st.integers(0, 200))
def test_any_range_copies_its_characters(text: str, start: int, end: int) -> None:
    for source in Body(text).sources:
        low, high = sorted((min(start, utf16_length(source.text)), min(end, utf16_length(source.text))))
        copied = plain(source, low, high)
        expected = utf16_slice(source.text, low, high)
        if isinstance(source, TextSource):
            squeeze = str.maketrans("", "", "\n \u2022\u25e6\u25aa")
            assert copied.translate(squeeze) == expected.translate(squeeze)
        else:
            assert copied == expected
        if isinstance(source, TableSource):
            assert markdown(source).count("\n") == len(source.rows)
