"""Leafing through the versions of a message: the switch and the keyboard stay where they are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.storage.records import MessageState
from app.ui.theme import Theme
from app.ui.transcript.controls import Control
from app.ui.transcript.model import TranscriptItem
from app.ui.transcript.view import TranscriptView
from tests.support.windows.transcripts import answer, question, shown_view

LONG = "A paragraph that takes a line or two of the column it is laid out in, as answers do. " * 3


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> TranscriptView:
    shown = shown_view(qtbot, theme)
    shown.sibling_requested.connect(lambda _id, step: shown.model.reset(path(_sibling(shown) + step)))
    return shown


def path(number: int) -> list[TranscriptItem]:
    """Return a conversation whose fourth message is version ``number`` of three."""
    words = [LONG, "\n\n".join([LONG] * 6), "Short."][number - 1]
    fourth = replace(answer(40 + number, words), sibling=number, siblings=3)
    rest = [question(50 + number), answer(60 + number, "\n\n".join([LONG] * 9))]
    return [question(1), answer(2, "\n\n".join([LONG] * 9)), question(3), fourth, *rest]


def _sibling(view: TranscriptView) -> int:
    return view.model.items[3].sibling


def arrow(view: TranscriptView, step: int) -> Control:
    controls = view.realiser.layout(3).controls()
    return next(each for each in controls if (each.action, each.value) == ("sibling", step))


def height(view: TranscriptView, step: int) -> int:
    return view.stage.visible[3] + arrow(view, step).rect.top()


def test_the_switch_stays_under_the_pointer(view: TranscriptView) -> None:
    view.model.reset(path(1))
    view.show_row(3)
    at = height(view, 1)
    for step, reached in ((1, 2), (1, 3), (-1, 2), (-1, 1)):
        view.actions_.perform(3, arrow(view, step))
        assert _sibling(view) == reached
        assert height(view, step) == at
    assert not view.stage.stuck


def test_the_keyboard_leafs_on_without_being_led_back(view: TranscriptView) -> None:
    view.model.reset(path(1))
    view.setFocus()
    view.set_current(3)
    view.show_row(3)
    view.stops.put(arrow(view, 1))
    for reached in (2, 3):
        QTest.keyClick(view, Qt.Key.Key_Return)
        assert _sibling(view) == reached
        assert view.current_row == 3
    # There is no version behind the last: the keyboard stands on the way back.
    assert view.stops.current == arrow(view, -1)
    for reached in (2, 1):
        QTest.keyClick(view, Qt.Key.Key_Space)
        assert _sibling(view) == reached
    assert view.stops.current == arrow(view, 1)


def test_another_conversation_begins_at_its_end_and_with_no_ring(view: TranscriptView) -> None:
    view.model.reset(path(1))
    view.set_current(3)
    view.show_row(3)
    view.branch_place.hold(41, 1)
    view.model.reset([question(8), answer(9, LONG), question(10), answer(11, "\n\n".join([LONG] * 20))])
    assert view.current_row is None
    assert view.stage.stuck
    view.model.reset(path(2))  # what was asked for before is not waited for
    assert view.current_row is None


def test_an_answer_tried_again_keeps_the_keyboard(view: TranscriptView) -> None:
    view.model.reset(path(1)[:4])
    view.setFocus()
    view.set_current(3)
    view.model.remove_from(41)
    again = replace(answer(44, ""), state=MessageState.STREAMING, sibling=2, siblings=4)
    view.model.append(again)
    assert view.current_row == 3
    view.set_current(None)
    view.model.remove_from(44)
    view.model.append(again)
    assert view.current_row is None
