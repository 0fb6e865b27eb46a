"""Fields and buttons of a window that runs from right to left."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui.theme import TextRole, Theme
from app.ui.transcript.placing.jump_button import QuestionSteps
from app.ui.views.composer.message_edit import MessageEdit
from app.ui.widgets.fields.search_field import SearchField

LEFT, RIGHT = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft


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


@pytest.mark.parametrize("direction", [LEFT, RIGHT])
def test_the_caret_of_an_empty_search_stands_where_its_hint_does(
    qtbot: QtBot, qapp: QApplication, theme: Theme, direction: Qt.LayoutDirection
) -> None:
    qapp.setLayoutDirection(direction)
    try:
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
    finally:
        qapp.setLayoutDirection(LEFT)


@pytest.mark.parametrize("direction", [LEFT, RIGHT])
def test_the_steps_between_questions_stand_beside_the_scroll_bar(
    qtbot: QtBot, theme: Theme, direction: Qt.LayoutDirection
) -> None:
    view = QWidget()
    qtbot.addWidget(view)
    view.setLayoutDirection(direction)
    steps = QuestionSteps(theme, view)
    area = QRect(12 if direction is RIGHT else 0, 0, 588, 400)
    steps.place(area)
    assert area.contains(steps.geometry())
    middle = steps.geometry().center().x()
    assert middle < 100 if direction is RIGHT else middle > 500
