"""Fields and buttons of a window that runs from right to left."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui.theme import IconName, TextRole, Theme
from app.ui.transcript.placing.jump_button import QuestionSteps
from app.ui.views.composer.message_edit import MessageEdit
from app.ui.widgets.controls.buttons import GAP, TextButton
from app.ui.widgets.fields.search_field import SearchField
from app.ui.widgets.fields.secret_field import SecretField
from app.ui.widgets.words.label import Label
from app.ui.widgets.words.text_layout import own_way

LEFT, RIGHT = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft


@pytest.fixture(params=[LEFT, RIGHT])
def direction(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[Qt.LayoutDirection]:
    """Run a test in a program of either direction."""
    qapp.setLayoutDirection(request.param)
    yield request.param
    qapp.setLayoutDirection(LEFT)


@pytest.mark.parametrize("direction", [LEFT, RIGHT])
def test_words_to_search_for_do_not_stand_on_the_keys_or_the_magnifier(
    qtbot: QtBot, theme: Theme, direction: Qt.LayoutDirection
) -> None:
    field = SearchField(theme, "Search")
    qtbot.addWidget(field)
    field.setLayoutDirection(direction)
    field.resize(240, 32)
    field.show()
    field.show_keys("Ctrl+Shift+K")
    margins = field.textMargins()
    keys = QFontMetricsF(theme.font(TextRole.MICRO)).horizontalAdvance("Ctrl+Shift+K")
    start, end = (margins.left(), margins.right())
    if direction is RIGHT:
        start, end = end, start
    assert start >= theme.icon_size()
    assert end > 9 + keys


def test_the_caret_of_an_empty_message_stands_where_its_hint_does(qtbot: QtBot, theme: Theme) -> None:
    field = MessageEdit(theme)
    qtbot.addWidget(field)
    field.resize(600, 60)
    field.show()
    assert field.cursorRect().x() < 300
    field.setLayoutDirection(RIGHT)
    assert field.cursorRect().x() > 300
    field.insertPlainText("English words run to the right")
    assert field.document().firstBlock().textDirection() is LEFT
    field.clear()
    assert field.cursorRect().x() > 300
    field.setLayoutDirection(LEFT)
    assert field.cursorRect().x() < 300


def test_the_caret_of_an_empty_search_stands_where_its_hint_does(
    qtbot: QtBot, theme: Theme, direction: Qt.LayoutDirection
) -> None:
    field = SearchField(theme, "Search")
    qtbot.addWidget(field)
    field.resize(300, 32)
    field.show()
    field.grab()
    assert (field.cursorRect().x() > 150) is (direction is RIGHT)
    field.setText("English words")
    field.home(False)
    field.grab()
    assert field.cursorRect().x() < 150, "the words themselves decide"


@pytest.mark.parametrize("direction", [LEFT, RIGHT])
def test_the_steps_between_questions_stand_beside_the_scroll_bar(
    qtbot: QtBot, theme: Theme, direction: Qt.LayoutDirection
) -> None:
    view = QWidget()
    qtbot.addWidget(view)
    view.setLayoutDirection(direction)
    steps = QuestionSteps(theme, view)
    area = QRect(12 if direction is RIGHT else 0, 0, 588, 400)
    steps.place(area, QRect(60, 0, 480, 400))
    assert area.contains(steps.geometry())
    middle = steps.geometry().center().x()
    assert middle < 100 if direction is RIGHT else middle > 500
    assert not steps.over_text
    steps.place(area, QRect(20, 0, 560, 400))
    assert steps.over_text, "and get a ground of their own where there is text below"


def test_a_passphrase_does_not_stand_on_the_eye(
    qtbot: QtBot, theme: Theme, direction: Qt.LayoutDirection
) -> None:
    field = SecretField(theme, "Passphrase")
    qtbot.addWidget(field)
    field.resize(320, 40)
    field.show()
    field.grab()
    assert (field.cursorRect().x() > 160) is (direction is RIGHT)
    eye = field.eye.geometry()
    assert (eye.center().x() < 160) is (direction is RIGHT)
    for words in ("four plain words", "ארבע מילים"):
        field.setText(words)
        field.home(False)
        field.grab()
        assert not eye.intersects(field.cursorRect())


def test_words_that_run_the_other_way_keep_their_end_at_their_own_end() -> None:
    assert own_way("Break notice and…", mirrored=True) == "\u2068Break notice and…\u2069"
    assert own_way("Break notice and…", mirrored=False) == "Break notice and…"
    hebrew = "הודעה בכתב."
    assert own_way(hebrew, mirrored=False) == f"\u2068{hebrew}\u2069"
    assert own_way(hebrew, mirrored=True) == hebrew


def test_an_elided_title_is_drawn_like_that(qtbot: QtBot, theme: Theme) -> None:
    label = Label(theme, "A title that is much too long")
    label.set_may_shrink(True)
    qtbot.addWidget(label)
    label.resize(90, 20)
    first = label.grab().toImage()
    label.setLayoutDirection(RIGHT)
    dark = [
        [x for x in range(90) if picture.pixelColor(x, 14).lightness() < 128]
        for picture in (first, label.grab().toImage())
    ]
    assert dark[0][-1] - dark[0][0] == dark[1][-1] - dark[1][0]
    gaps = [[b - a for a, b in pairwise(columns)] for columns in dark]
    assert gaps[0] == gaps[1], "the same picture, at the other edge"


def test_the_icon_of_a_button_keeps_off_its_words(
    qtbot: QtBot, theme: Theme, direction: Qt.LayoutDirection
) -> None:
    button = TextButton(theme, "Import a file", icon=IconName.FOLDER_INPUT)
    qtbot.addWidget(button)
    for way in (direction, LEFT, RIGHT):
        button.setLayoutDirection(way)
        button.resize(button.sizeHint())
        seen = button.grab().toImage()
        inked = [
            x
            for x in range(4, seen.width() - 4)
            if any(seen.pixelColor(x, y).lightness() < 128 for y in range(6, seen.height() - 6))
        ]
        widest = max(after - before for before, after in pairwise(inked))
        at = next(before for before, after in pairwise(inked) if after - before == widest)
        assert widest >= 4 + GAP, "more than Qt leaves by itself"
        assert (at > seen.width() // 2) is (way is RIGHT)
