"""What the model does not read, in the transcript: line, quiet words, summaries, Continue."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.core.conversation.message import Part, PartKind, Role
from app.storage.records import MessageState
from app.ui.theme import Theme
from app.ui.transcript.controls import Control
from app.ui.transcript.model import TranscriptItem
from app.ui.transcript.view import TranscriptView
from tests.support.windows.transcripts import shown_view

WORDS = "The notice period is six months.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"


def item(number: int, state: MessageState = MessageState.DONE) -> TranscriptItem:
    if number % 2:
        return TranscriptItem(number, Role.USER, (Part(PartKind.TEXT, f"Question {number}"),))
    return TranscriptItem(
        number, Role.ASSISTANT, (Part(PartKind.ANSWER, WORDS),), state=state, model_name="guide"
    )


def summary(of: int) -> TranscriptItem:
    words = (Part(PartKind.SUMMARY, "They agreed on **six** months."),)
    return TranscriptItem(-1, Role.ASSISTANT, words, model_name="gpt-oss-20b", summary_of=of)


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> TranscriptView:
    made = shown_view(qtbot, theme, 1400)
    made.model.reset([item(number) for number in range(1, 7)])
    return made


def controls(view: TranscriptView, row: int, action: str) -> list[Control]:
    return [each for each in view.realiser.layout(row).controls() if each.action == action]


def click(view: TranscriptView, row: int, control: Control) -> None:
    place = view.row_rect(row).topLeft() + control.rect.center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def lines(view: TranscriptView) -> dict[int, str]:
    borders = {row: view.realiser.layout(row).border for row in range(len(view.model.items))}
    return {row: border.words for row, border in borders.items() if border is not None}


def colours(view: TranscriptView, row: int) -> set[str]:
    """Return every colour painted in a row's own area, where its words stand."""
    layout = view.realiser.layout(row)
    image = view.viewport().grab(view.row_rect(row)).toImage()
    high = layout.segments[-1].y + layout.segments[-1].height
    wide = image.width() - 60  # without the shy buttons
    return {image.pixelColor(x, y).name() for x in range(wide) for y in range(min(high, image.height()))}


def test_nothing_is_said_while_everything_is_read(view: TranscriptView) -> None:
    assert lines(view) == {}


def test_the_line_stands_below_the_last_message_that_is_not_read(view: TranscriptView) -> None:
    before = view.realiser.layout(1).height
    view.model.set_left_out({1, 2})
    assert lines(view) == {1: "The model does not read the 2 messages above."}
    assert view.realiser.layout(1).height > before
    assert view.row_rect(2).top() == view.row_rect(1).top() + view.realiser.layout(1).height
    view.model.set_left_out({1})
    assert lines(view) == {0: "The model does not read the message above."}
    view.model.set_left_out(())
    assert lines(view) == {}
    assert view.realiser.layout(1).height == before


def test_each_run_has_its_line(view: TranscriptView) -> None:
    view.model.set_left_out({1, 3, 4})
    assert lines(view) == {
        0: "The model does not read the message above.",
        3: "The model does not read the 2 messages above.",
    }


def test_why_asks_for_the_ledger(qtbot: QtBot, view: TranscriptView) -> None:
    view.model.set_left_out({1, 2})
    (why,) = controls(view, 1, "why")
    assert why.rect.height() >= 28
    with qtbot.waitSignal(view.why_requested):
        click(view, 1, why)
    found = view.pointer.hit(view.row_rect(0).topLeft() + QPoint(40, 40))
    menu = view.actions_.build_menu(found)
    offered = [action for action in menu.actions() if action.text().startswith("Why")]
    with qtbot.waitSignal(view.why_requested):
        offered[0].trigger()


def test_unread_turns_are_quieter(view: TranscriptView, theme: Theme) -> None:
    text, quiet = theme.text.name(), theme.text2.name()
    assert text in colours(view, 1)
    view.model.set_left_out({1, 2})
    for row in (0, 1):
        assert text not in colours(view, row)
        assert quiet in colours(view, row)
    assert text in colours(view, 3)


def test_the_same_set_again_changes_nothing(view: TranscriptView) -> None:
    view.model.set_left_out({1, 2})
    made = view.realiser.realised
    view.model.set_left_out([2, 1])
    QApplication.processEvents()
    assert view.realiser.realised == made


def test_a_summary_is_marked_and_is_no_answer(view: TranscriptView) -> None:
    items = [item(number) for number in range(1, 7)]
    view.model.reset([*items[:4], summary(4), *items[4:]], left_out={1, 2, 3, 4})
    assert lines(view) == {3: "The model reads a summary instead of the 4 messages above."}
    assert [each.action for each in view.realiser.layout(4).controls()] == []
    layout = view.realiser.layout(4)
    assert "".join(segment.source.text for segment in layout.segments if segment.source) == (
        "They agreed on six months."
    )
    found = view.pointer.hit(view.row_rect(4).center())
    offered = [action.text() for action in view.actions_.build_menu(found).actions()]
    assert "Copy the answer" in offered
    assert "Try again" not in offered
    view.model.reset([item(1), summary(1)], left_out={1})
    assert not view.copy_last_answer(), "a summary is not the last answer"


def test_a_stopped_answer_can_be_continued_while_it_is_the_last(
    qtbot: QtBot, view: TranscriptView
) -> None:
    view.model.reset([item(1), item(2, MessageState.STOPPED)])
    (go_on,) = controls(view, 1, "continue")
    again = controls(view, 1, "regenerate")
    assert go_on.rect.right() < again[0].rect.left()
    with qtbot.waitSignal(view.continue_requested) as asked:
        click(view, 1, go_on)
    assert asked.args == [2]
    view.model.append(item(3))
    assert controls(view, 1, "continue") == []
    view.model.remove_from(3)
    assert len(controls(view, 1, "continue")) == 1


def test_an_answer_at_the_edge_says_so(view: TranscriptView) -> None:
    at_length = item(2, MessageState.LENGTH)
    view.model.reset([item(1), replace(at_length, edge=True)])
    words = [getattr(segment, "notice", None) for segment in view.realiser.layout(1).segments]
    said = [notice.words for notice in words if notice is not None]
    assert said == [
        "The answer is kept. The context is full: it reached the end of what the model reads at a time."
    ]
    assert [control.label for control in controls(view, 1, "continue")] == ["Make room"]
    view.model.replace(at_length)
    notices = [getattr(segment, "notice", None) for segment in view.realiser.layout(1).segments]
    assert [n.words for n in notices if n is not None] == [
        "The answer is kept. It reached the room set aside for it."
    ]
    assert [control.label for control in controls(view, 1, "continue")] == ["Continue"]


@pytest.mark.parametrize("scale", [0.8, 1.0, 2.0])
@pytest.mark.parametrize("width", [480, 880, 1280])
def test_the_line_fits_its_column(view: TranscriptView, scale: float, width: int) -> None:
    view.model.set_left_out({1, 2})
    view.set_theme(Theme(scale=scale))
    view.resize(width, 1400)
    layout = view.realiser.layout(1)
    (why,) = controls(view, 1, "why")
    assert why.rect.left() > 0
    assert why.rect.right() < layout.width
    assert why.rect.bottom() < layout.height + 12
    assert layout.frame.bottom < layout.height


def test_right_to_left_puts_the_link_before_the_sentence(
    view: TranscriptView, request: pytest.FixtureRequest
) -> None:
    view.model.set_left_out({1, 2})
    (ahead,) = controls(view, 1, "why")
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    request.addfinalizer(lambda: application.setLayoutDirection(Qt.LayoutDirection.LeftToRight))
    application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    (mirrored,) = controls(view, 1, "why")
    assert mirrored.rect.right() < ahead.rect.left()
