"""What assistive technology meets in the transcript: names, pieces, stops, and what is said aloud."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.core.conversation.message import Part, PartKind, Role
from app.markup.atoms import Body
from app.storage.records import MessageState
from app.ui.theme import Theme
from app.ui.transcript.access import speech
from app.ui.transcript.access.speech import ReadAloud, Sentences, Speech
from app.ui.transcript.content import Content
from app.ui.transcript.model import TranscriptItem, TranscriptModel
from app.ui.transcript.segments.links import Link
from app.ui.transcript.view import TranscriptView
from app.ui.widgets.access import roles

RICH = """# Dates

See [the act](https://example.org/act), then **act**.

| Day | Step |
|---|---|
| 1 | Notice |
| 2 |  |

```python
print(1)
x = 2
```

1. First
2. Second
"""


def question(number: int) -> TranscriptItem:
    return TranscriptItem(number, Role.USER, (Part(PartKind.TEXT, f"Question {number}?"),))


def answer(number: int, words: str = RICH, *, siblings: int = 1) -> TranscriptItem:
    parts = (Part(PartKind.REASONING, "So it is."), Part(PartKind.ANSWER, words))
    return TranscriptItem(
        number,
        Role.ASSISTANT,
        parts,
        model_name="gpt-oss-20b",
        thinking_ms=12_000,
        sibling=siblings,
        siblings=siblings,
    )


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> TranscriptView:
    roles.install()
    view = TranscriptView(theme, TranscriptModel())
    qtbot.addWidget(view)
    view.resize(900, 700)
    with qtbot.waitExposed(view):
        view.show()
    view.setFocus()
    return view


def root(widget: QWidget) -> QAccessibleInterface:
    found = QAccessible.queryAccessibleInterface(widget)
    assert found is not None
    return found


def name(node: QAccessibleInterface) -> str:
    return node.text(QAccessible.Text.Name)


def under(node: QAccessibleInterface) -> list[tuple[str, str]]:
    """Return role and name of all below a node, in reading order."""
    found = []
    for place in range(node.childCount()):
        child = node.child(place)
        found += [(child.role().name, name(child)), *under(child)]
    return found


def test_every_message_is_an_item_of_the_list_in_sight_or_not(view: TranscriptView) -> None:
    view.model.reset([answer(row) if row % 2 else question(row) for row in range(2000)])
    made = view.realiser.realised
    listed = root(view)
    assert listed.role() is QAccessible.Role.List
    assert listed.childCount() == 2000
    assert name(listed.child(10)) == "You: Question 10?"
    assert name(listed.child(11)) == "Answer by gpt-oss-20b, 1 table, 1 code block"
    assert view.realiser.realised == made, "naming a message lays nothing out"
    assert listed.child(10).state().offscreen
    assert not listed.child(1999).state().offscreen


def test_an_answer_is_read_piece_by_piece_and_a_cell_with_its_header(view: TranscriptView) -> None:
    view.model.reset([question(1), answer(2)])
    pieces = under(root(view).child(1))
    assert pieces[:14] == [
        ("Button", "Reasoning, thought for 12 s, collapsed"),
        ("Heading", "Dates"),
        ("Paragraph", "See the act, then act."),
        ("Link", "the act"),
        ("Table", "Table, 2 columns by 2 rows"),
        ("Row", "Header row"),
        ("ColumnHeader", "Day, column 1"),
        ("ColumnHeader", "Step, column 2"),
        ("Row", "Row 1"),
        ("Cell", "Day: 1, row 1, column 1"),
        ("Cell", "Step: Notice, row 1, column 2"),
        ("Row", "Row 2"),
        ("Cell", "Day: 2, row 2, column 1"),
        ("Cell", "Step: empty, row 2, column 2"),
    ]
    assert ("Section", "Python, 2 lines") in pieces
    assert ("Button", "Copy Python, 2 lines") in pieces
    assert ("Paragraph", "1. First") in pieces
    assert ("Button", "Copy the answer") in pieces


def test_nodes_of_messages_that_are_gone_are_invalid(view: TranscriptView) -> None:
    view.model.reset([question(1), answer(2)])
    node = root(view).child(1)
    piece = node.child(1)
    view.model.remove_from(2)
    assert not node.isValid()
    assert not piece.isValid()
    for _ in range(30):  # made and let go again and again, as conversations are opened and left
        view.model.reset([question(1), answer(2)])
        assert under(root(view).child(1))
    assert root(view).childCount() == 2


def test_the_keyboard_comes_to_every_control_and_link_of_a_turn(view: TranscriptView) -> None:
    view.model.reset([question(1), answer(2)])
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert view.bridge.focused() is root(view).child(1)
    QTest.keyClick(view, Qt.Key.Key_Return)
    met = []
    for _ in range(5):
        stop = view.stops.current
        assert stop is not None
        met.append(stop.words if isinstance(stop, Link) else stop.action)
        QTest.keyClick(view, Qt.Key.Key_Tab)
    assert met == ["reasoning", "the act", "copy_code", "copy_answer", "regenerate"]
    opened: list[str] = []
    view.link_activated.connect(opened.append)
    while not isinstance(view.stops.current, Link):
        QTest.keyClick(view, Qt.Key.Key_Tab)
    focused = view.bridge.focused()
    assert focused is not None
    assert name(focused) == "the act"
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert opened == ["https://example.org/act"]
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not view.stops.inside
    assert view.current_row == 1


def test_sentences_are_said_once_and_only_when_they_are_finished() -> None:
    body = Body()
    said: list[str] = []
    sentences = Sentences()
    words = "It says so, e.g. here. It **ends** on 3.5 May! Then\n\n- one\n- two\n\nLast words"
    for sign in words:
        body.feed(sign)
        new = list(sentences.take(body.sources))
        assert len(new) <= 1
        said += new
    body.finish()
    said += sentences.take(body.sources, finished=True)
    assert said == [
        "It says so, e.g. here.",
        "It ends on 3.5 May!",
        "Then",
        "• one",
        "• two",
        "Last words",
    ]


def test_code_and_tables_are_named_instead_of_spelled_out() -> None:
    body = Body(RICH)
    body.finish()
    said = list(Sentences().take(body.sources, finished=True))
    assert "Table, 2 columns by 2 rows" in said
    assert "A code block, Python, 2 lines." in said
    assert not any("print" in sentence for sentence in said)


@pytest.mark.parametrize(
    ("mode", "state", "said"),
    [
        (ReadAloud.SENTENCES, MessageState.DONE, ["It is so.", "The answer is complete."]),
        (ReadAloud.END, MessageState.DONE, ["The answer is complete."]),
        (ReadAloud.OFF, MessageState.DONE, []),
        (ReadAloud.OFF, MessageState.STOPPED, []),
    ],
)
def test_as_much_is_said_as_was_chosen(
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    mode: ReadAloud,
    state: MessageState,
    said: list[str],
) -> None:
    heard = spoken_of(qtbot, monkeypatch, mode, state)
    assert heard == [(words, False) for words in said]


@pytest.mark.parametrize("mode", list(ReadAloud))
def test_an_answer_that_broke_off_is_said_at_once_whatever_was_chosen(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, mode: ReadAloud
) -> None:
    heard = spoken_of(qtbot, monkeypatch, mode, MessageState.INTERRUPTED)
    assert [at_once for _, at_once in heard if at_once] == [True]
    assert heard[-1][1]


def spoken_of(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, mode: ReadAloud, state: MessageState
) -> list[tuple[str, bool]]:
    """Let an answer of one sentence arrive and end; return what was said, and whether it interrupted."""
    heard: list[tuple[str, bool]] = []

    def hear(_widget: QWidget, words: str, *, at_once: bool = False) -> None:
        heard.append((words, at_once))

    monkeypatch.setattr(speech, "announce", hear)
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    widget = QWidget()
    qtbot.addWidget(widget)
    speaks = Speech(widget)
    speaks.mode = mode
    empty = TranscriptItem(2, Role.ASSISTANT, (), state=MessageState.STREAMING)
    whole = TranscriptItem(2, Role.ASSISTANT, (Part(PartKind.ANSWER, "It is so."),), state=state)
    speaks.begin(Content(empty))
    speaks.end(Content(whole), state)
    return heard
