"""The manual page below an answer of the Guide is a button, for mouse, keyboard and screen reader."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.core.conversation.message import Part, PartKind, Role
from app.ui.theme import Theme
from app.ui.transcript.access.outline import Kind, outline
from app.ui.transcript.controls import Control
from app.ui.transcript.message.source_list import manual_citation
from app.ui.transcript.model import TranscriptItem
from app.ui.transcript.reader.message_offers import offers_of
from app.ui.transcript.style import TranscriptStyle
from app.ui.transcript.view import TranscriptView
from tests.support.windows.transcripts import shown_view

PAGE = Part(PartKind.MANUAL, "Manual: Deleting a conversation\nIt goes to the bin.", name="bin")
NAME = "Open the manual page “Deleting a conversation”"
ASKED = TranscriptItem(1, Role.USER, (Part(PartKind.TEXT, "Where is it?"), PAGE))
ANSWER = TranscriptItem(
    2,
    Role.ASSISTANT,
    (Part(PartKind.REASONING, "A note."), Part(PartKind.ANSWER, "In the bin.")),
    model_name="guide",
    thinking_ms=2000,
)


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> TranscriptView:
    made = shown_view(qtbot, theme)
    made.model.reset([ASKED, ANSWER])
    return made


def control(view: TranscriptView, action: str = "manual") -> Control:
    return next(each for each in view.realiser.layout(1).controls() if each.action == action)


def test_a_click_asks_for_the_page(view: TranscriptView, qtbot: QtBot) -> None:
    chip = control(view)
    assert chip.name == NAME
    assert chip.rect.height() >= 24, "large enough for a finger"
    with qtbot.waitSignal(view.manual_requested) as wish:
        place = view.row_rect(1).topLeft() + chip.rect.center()
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert wish.args == [PAGE]


def test_the_keyboard_comes_to_it_last(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_current(1)
    QTest.keyClick(view, Qt.Key.Key_Return)
    QTest.keyClick(view, Qt.Key.Key_Up)
    stop = view.stops.current
    assert isinstance(stop, Control)
    assert stop.action == "manual"
    with qtbot.waitSignal(view.manual_requested) as wish:
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert wish.args == [PAGE]


def test_a_screen_reader_meets_one_button(view: TranscriptView) -> None:
    pieces = [(piece.kind, piece.name) for piece in outline(view.realiser.layout(1))]
    about = [piece for piece in pieces if "Deleting a conversation" in piece[1]]
    assert about == [(Kind.BUTTON, NAME)]


def test_the_menu_offers_it_too(view: TranscriptView, qtbot: QtBot) -> None:
    offer = next(each for each in offers_of(view.actions_, view, 1) if each.words == NAME)
    with qtbot.waitSignal(view.manual_requested) as wish:
        offer.act()
    assert wish.args == [PAGE]


NOWHERE = Part(PartKind.MANUAL, "Manual: none")
LOOK = "Look in the manual"


def test_where_no_page_was_found_it_says_what_helps(view: TranscriptView, qtbot: QtBot) -> None:
    view.model.reset([replace(ASKED, parts=(NOWHERE,)), ANSWER])
    chip = control(view)
    assert chip.name == LOOK
    assert manual_citation(NOWHERE).words == "Ask another way, or look in the manual"
    assert LOOK in [each.words for each in offers_of(view.actions_, view, 1)]
    with qtbot.waitSignal(view.manual_requested) as wish:
        view.actions_.perform(1, chip)
    assert wish.args == [NOWHERE]


def test_without_the_manual_there_is_no_button(view: TranscriptView) -> None:
    called = replace(ANSWER, parts=(Part(PartKind.TOOL_CALL, "6 * 7", name="python"), *ANSWER.parts))
    nothing = replace(ASKED, parts=(NOWHERE,))
    for before, answer in ((ANSWER, ANSWER), (nothing, called)):
        view.model.reset([before, replace(answer, id=3)])
        assert all(each.action != "manual" for each in view.realiser.layout(1).controls())
        offered = [each.words for each in offers_of(view.actions_, view, 1)]
        assert not {NAME, LOOK}.intersection(offered)


def test_in_a_narrow_column_it_stands_below_the_actions(view: TranscriptView) -> None:
    view.resize(360, 600)
    chip, copy = control(view), control(view, "copy_answer")
    assert chip.rect.top() > copy.rect.bottom()
    assert chip.rect.right() <= view.realiser.layout(1).width
    assert chip.rect.bottom() < view.realiser.layout(1).height


@pytest.mark.parametrize("action", ["manual", "reasoning"])
def test_words_stay_readable_under_the_pointer(view: TranscriptView, action: str) -> None:
    layout, held = view.realiser.layout(1), control(view, action)
    seen = QImage(layout.width, layout.height, QImage.Format.Format_RGB32)
    seen.fill(view.style_.theme.colour("canvas"))
    painter = QPainter(seen)
    layout.paint(painter, seen.rect(), None, held.key, None)
    painter.end()
    area = seen.copy(held.rect)
    colours = {area.pixelColor(x, y).rgb() for x in range(area.width()) for y in range(area.height())}
    assert view.style_.theme.colour("hover").rgb() in colours
    assert view.style_.theme.text2.rgb() in colours


def test_paper_is_not_told_to_ask_another_way(view: TranscriptView) -> None:
    view.realiser.set_style(TranscriptStyle(view.style_.theme, view.formulas, printed=True))
    view.model.reset([replace(ASKED, parts=(NOWHERE,)), ANSWER])
    assert not view.realiser.layout(1).sources
    view.model.reset([ASKED, ANSWER])
    assert view.realiser.layout(1).sources
