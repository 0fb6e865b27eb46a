"""Two clicks select a word, three a paragraph, and a drag goes on by what it began with."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.markup.sources import utf16_slice
from app.ui.theme import Theme
from app.ui.transcript.reader.units import paragraph_at, word_at
from app.ui.transcript.view import TranscriptView
from tests.support.windows.transcripts import answer, point_of, question, shown_view

WORDS = "The tenant may leave.\n\nShe gives notice [in writing](https://example.org) first."
ANSWER = "The tenant may leave.\n\nShe gives notice in writing first."
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> TranscriptView:
    made = shown_view(qtbot, theme)
    made.model.reset([question(1, "When may she leave?"), answer(2, WORDS), question(3, "How?")])
    return made


class Hand:
    """Someone with a mouse, whose clicks have times."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view
        self.now = 10_000

    def _point(self, row: int, place: int) -> QPoint:
        return point_of(self._view, row, row % 2, place)  # above an answer's words stand its notes

    def _send(
        self, kind: QEvent.Type, point: QPoint, button: Qt.MouseButton, held: Qt.MouseButton
    ) -> None:
        place = QPointF(point)
        whole = QPointF(self._view.viewport().mapToGlobal(point))
        event = QMouseEvent(kind, place, whole, button, held, Qt.KeyboardModifier.NoModifier)
        event.setTimestamp(self.now)
        QApplication.sendEvent(self._view.viewport(), event)
        self.now += 20

    def click(self, row: int, place: int, count: int, *, to: tuple[int, int] | None = None) -> None:
        """Click ``count`` times at a place of a row's text, and drag the last one to another."""
        point = self._point(row, place)
        for number in range(count):
            double = number == 1
            kind = QEvent.Type.MouseButtonDblClick if double else QEvent.Type.MouseButtonPress
            self._send(kind, point, LEFT, LEFT)
            if number == count - 1 and to is not None:
                self._send(QEvent.Type.MouseMove, self._point(*to), NONE, LEFT)
            self._send(QEvent.Type.MouseButtonRelease, point, LEFT, NONE)


def test_three_clicks_select_the_paragraph(view: TranscriptView) -> None:
    Hand(view).click(1, 6, 3)
    assert view.actions_.selected_text() == "The tenant may leave."
    Hand(view).click(1, 30, 3)
    assert view.actions_.selected_text() == "She gives notice in writing first."


def test_a_third_click_too_late_or_elsewhere_is_a_first_one(view: TranscriptView) -> None:
    hand = Hand(view)
    hand.click(1, 6, 2)
    assert view.actions_.selected_text() == "tenant"
    hand.now += QApplication.doubleClickInterval()
    hand.click(1, 6, 1)
    assert view.selection.is_empty
    hand.click(1, 6, 2)
    hand.click(1, 16, 1)
    assert view.selection.is_empty
    hand.click(1, 6, 3)
    hand.click(1, 6, 1)  # a fourth begins anew
    assert view.selection.is_empty


def test_a_drag_grows_by_words_or_paragraphs_both_ways(view: TranscriptView) -> None:
    hand = Hand(view)
    hand.click(1, 6, 2, to=(1, 12))
    assert view.actions_.selected_text() == "tenant may"
    hand.now += 1000
    hand.click(1, 12, 2, to=(1, 1))
    assert view.actions_.selected_text() == "The tenant may"
    hand.now += 1000
    hand.click(1, 12, 3, to=(2, 1))
    assert (
        view.actions_.selected_text()
        == "The tenant may leave.\n\nShe gives notice in writing first.\n\nHow?"
    )
    hand.now += 1000
    hand.click(1, 30, 3, to=(0, 6))
    assert view.actions_.selected_text() == f"When may she leave?\n\n{ANSWER}"


def test_two_and_three_clicks_on_a_link_open_it_once(view: TranscriptView) -> None:
    opened: list[str] = []
    view.link_activated.connect(opened.append)
    Hand(view).click(1, 42, 3)
    assert opened == ["https://example.org"]


@pytest.mark.parametrize(
    ("place", "found"),
    [(0, "Dr"), (2, "Dr"), (4, "O'Hara"), (10, "O'Hara"), (12, "signed"), (18, "signed"), (19, ".")],
)
def test_a_word_is_found_from_both_its_ends(place: int, found: str) -> None:
    text = "Dr. O'Hara  signed."
    start, end = word_at(text, place)
    assert text[start:end] == found


@pytest.mark.parametrize("text", ["", " ", "a"])
def test_where_there_is_no_word_nothing_goes_wrong(text: str) -> None:
    for place in range(len(text) + 1):
        start, end = word_at(text, place)
        assert 0 <= start <= end <= len(text)


@pytest.mark.parametrize(("place", "number"), [(0, 0), (2, 0), (3, 1), (5, 1), (8, 1), (9, 2), (11, 2)])
def test_a_paragraph_is_found_among_signs_of_two_units(place: int, number: int) -> None:
    text = "\U0001f600\n\U0001f600 \U0001f600\n\U0001f600"
    start, end = paragraph_at(text, place)
    assert utf16_slice(text, start, end) == text.split("\n")[number]
