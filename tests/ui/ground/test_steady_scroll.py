"""What scrolls keeps its width: nothing that arranges itself by the width goes round in circles."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app import ui
from app.ui.theme import Theme
from app.ui.widgets.surfaces.cover_column import CoverColumn
from app.ui.widgets.surfaces.steady_scroll import BAR, SteadyScroll
from tests.support.windows.layouts import lay_out

UI = Path(ui.__file__).parent
WIDE, HIGH, ENOUGH = 300, 200, 20
DIRECTIONS = (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft)
AT_HOME = ("widgets/surfaces/steady_scroll.py", "widgets/surfaces/short_scroll.py")


class Contrary(QWidget):
    """Too high in the whole width, low enough in any less; as rows are that put a button below words."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = 0
        self._high = HIGH // 2

    def sizeHint(self) -> QSize:
        return QSize(WIDE // 2, self._high)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        high = HIGH * 2 if self.width() > WIDE - BAR else HIGH // 2
        if high != self._high and self.turns < ENOUGH:  # or the program would end here
            self.turns += 1
            self._high = high
            self.updateGeometry()


@pytest.fixture
def inside() -> QWidget:
    content = QWidget()
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 0, 0, 0)
    return content


def shown(qtbot: QtBot, inside: QWidget, part: QWidget) -> SteadyScroll:
    column = inside.layout()
    assert column is not None
    column.addWidget(part)
    area = SteadyScroll(inside)
    qtbot.addWidget(area)
    area.resize(WIDE, HIGH)
    with qtbot.waitExposed(area):
        area.show()
    lay_out(area)
    return area


def moves_by(area: SteadyScroll, pixels: int) -> bool:
    return area.verticalScrollBar().maximum() == pixels


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_bar_takes_no_width(qtbot: QtBot, inside: QWidget, direction: Qt.LayoutDirection) -> None:
    part = QWidget()
    part.setFixedHeight(HIGH // 2)
    area = shown(qtbot, inside, part)
    area.setLayoutDirection(direction)
    for high in (HIGH // 2, HIGH * 3, HIGH // 2):
        part.setFixedHeight(high)
        most = max(0, high - HIGH)
        qtbot.waitUntil(partial(moves_by, area, most))
        assert area.viewport().geometry() == area.rect()
        assert inside.width() == WIDE
        under = area.childAt(BAR // 2 if direction is DIRECTIONS[1] else WIDE - BAR // 2, HIGH // 2 - 8)
        assert (under is area.verticalScrollBar()) == (most > 0), "a bar that cannot move is no bar"


def test_rows_that_are_lower_where_they_are_narrower_come_to_rest(qtbot: QtBot, inside: QWidget) -> None:
    part = Contrary()
    shown(qtbot, inside, part)
    assert part.turns < ENOUGH


def test_what_is_too_wide_does_not_widen_its_column(qtbot: QtBot, theme: Theme) -> None:
    """Its margins grow with the width; each change asked for more, as long as there was stack."""
    column = CoverColumn(theme, 640)
    qtbot.addWidget(column)
    part = QWidget()
    part.setFixedSize(600, 50)
    column.column.addWidget(part)
    column.resize(720, HIGH)
    with qtbot.waitExposed(column):
        column.show()
    part.setFixedWidth(700)
    lay_out(column)
    assert column.content.width() == 720


def test_a_column_over_a_window_leaves_the_bar_its_room(qtbot: QtBot, theme: Theme) -> None:
    column = CoverColumn(theme, 640)
    qtbot.addWidget(column)
    for wide in (200, 320, 640, 1280):
        column.resize(wide, HIGH)
        assert column.column.contentsMargins().left() >= BAR
        assert column.column.contentsMargins().right() >= BAR


def test_nothing_else_scrolls_in_a_way_of_its_own() -> None:
    """A bare scroll area gives its bar width, and ends the program with the first rows that mind."""
    users = {
        path.relative_to(UI).as_posix()
        for path in UI.rglob("*.py")
        if "QScrollArea(" in (words := path.read_text("utf-8")) or "(QScrollArea)" in words
    }
    assert users == set(AT_HOME)
