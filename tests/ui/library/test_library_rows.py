"""The rows of the models window in little room: nothing is cut off, no two names look alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.engine.protocol.plan import DevicePlan, Verdict
from app.ui.flow.library.showing.words import plan_row, plan_shown
from app.ui.theme import IconName
from app.ui.theme.appearance import Appearance
from app.ui.theme.style_sheet import Kind
from app.ui.views.library.row import SEEN_S, ModelRow
from app.ui.views.library.rows import ModelList
from app.ui.views.library.values import Action, RowShown, Section
from app.ui.widgets.surfaces.steady_scroll import BAR
from tests.support.windows.layouts import lay_out
from tests.support.windows.stage import plan_of

AGAIN = Action("replace", "Download again", None, Kind.SMALL)
MORE = Action("download_row", "Download…", None, Kind.SMALL)
SHOWN = (
    RowShown("a", Section.IN_PROGRESS, "gpt-oss-20b", "12.1 GB", "Starting.", share=0.1),
    RowShown("b", Section.HERE, "ward-letters-20b", "3 MB", "Damaged: it differs.", action=AGAIN),
    RowShown("c", Section.AVAILABLE, "gpt-oss-20b", "12.1 GB", "Fits this computer.", action=MORE),
    RowShown("d", Section.AVAILABLE, "gpt-oss-safeguard-20b", "11.6 GB", "Fits.", action=MORE),
    RowShown("e", Section.HERE, "legal-drafting-20b", "12.1 GB", "Checking the file, 31 %.", share=0.3),
    RowShown("f", Section.HERE, "from the stick", "2 MB in 3 parts, imported", "Reading."),
)
NARROWEST = 330
"""The list in the smallest window."""


@pytest.fixture(params=[(1.0, 480), (1.0, NARROWEST), (2.0, 480), (2.0, NARROWEST)])
def rows(request: pytest.FixtureRequest, qtbot: QtBot, appearance: Appearance) -> Iterator[ModelList]:
    scale, width = request.param
    appearance.set_scale(scale)  # buttons have their size from the application's style sheet
    made = ModelList(appearance.theme)
    qtbot.addWidget(made)
    made.show_rows(SHOWN)
    made.resize(width, 700)
    with qtbot.waitExposed(made):
        made.show()
    lay_out(made)
    yield made
    made.close()
    appearance.set_scale(1.0)


def place(rows: ModelList, row: ModelRow) -> QRect:
    button = row.button
    assert button is not None
    return QRect(button.mapTo(rows.viewport(), QPoint(0, 0)), button.size())


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_each_button_and_each_name_is_whole(rows: ModelList, direction: Qt.LayoutDirection) -> None:
    rows.setLayoutDirection(direction)
    lay_out(rows)
    inside = rows.widget()
    assert inside is not None
    assert inside.width() == rows.viewport().width(), "the list is moved sideways"
    room = rows.rect().adjusted(BAR, -9999, -BAR, 9999)
    for row in rows.rows:
        button = row.button
        if button is not None:
            assert room.contains(place(rows, row)), row.shown.name
            assert button.width() >= button.sizeHint().width(), row.shown.name
        for words in (row._name, row._note, row._words):
            high = words.heightForWidth(words.width())
            assert words.height() >= high, (row.shown.name, words.text())
            assert words.wordWrap() or words.width() >= words.sizeHint().width(), words.text()


@pytest.mark.parametrize("by", ["Space", "click"])
def test_what_a_row_has_just_come_to_offer_is_not_done(
    qtbot: QtBot, appearance: Appearance, by: str
) -> None:
    """The file was found damaged between the look and the press, which would have fetched 12 GB."""
    now = [100.0]
    check = RowShown("b", Section.HERE, "ward-letters-20b", "3 MB", "", action=Action("verify", "Check"))
    row = ModelRow(appearance.theme, check, clock=lambda: now[0])
    qtbot.addWidget(row)
    done: list[str] = []
    row.acted.connect(done.append)

    def press() -> None:
        if by == "Space":
            QTest.keyClick(row, Qt.Key.Key_Space)
        else:
            assert row.button is not None
            row.button.click()

    press()
    assert done == ["verify"], "what stood there from the first was seen"
    row.show_row(replace(check, action=Action("verify", "Check again")))
    press()
    assert done == ["verify"] * 2, "other words for the same"
    row.show_row(replace(check, action=AGAIN))
    now[0] += SEEN_S - 0.01
    press()
    assert done == ["verify"] * 2
    now[0] += 0.02
    press()
    assert done == ["verify", "verify", "replace"]


def test_words_that_grow_are_whole_after_the_rows_changed_places(rows: ModelList) -> None:
    """The layout kept what it had measured of a row that was moved."""
    moved = [*SHOWN[:2], replace(SHOWN[3], section=Section.IN_PROGRESS, action=None), SHOWN[2]]
    rows.show_rows(moved)
    lay_out(rows)
    long = "Paused at 2.1 GB. It resumes from there, whenever that may be."
    for words in ("Reading.", long, "Reading."):
        rows.show_rows([replace(each, words=words) for each in moved])
        lay_out(rows)
        for row in rows.rows:
            assert row.height() == row.heightForWidth(row.width()), row.shown.name


def test_a_row_that_comes_new_with_a_bar_is_whole(rows: ModelList) -> None:
    """What is left over of its height goes to the words, and to nothing above them."""
    words = "0.2 GB, 1 %. About 8 minutes left."
    for number, name in enumerate(("gpt-oss-20b", "house-style-20b") * 2):
        shown = RowShown(f"new {number}", Section.IN_PROGRESS, name, "12.1 GB", words, share=0.1)
        rows.show_rows([shown, *SHOWN])
        lay_out(rows)
        row = rows.rows[0]
        for label in (row._name, row._note, row._words):
            assert label.height() >= label.heightForWidth(label.width()), label.text()


def test_bars_end_at_one_line(rows: ModelList) -> None:
    pause = Action("pause", "Pause", IconName.PAUSE, Kind.SMALL)
    name = RowShown("a", Section.IN_PROGRESS, "gpt", "", "Words.", share=0.5)
    rows.show_rows([name, replace(name, key="b", action=pause), replace(name, key="c")])
    lay_out(rows)
    assert len({row._bar.width() for row in rows.rows}) == 1


def test_a_button_that_goes_takes_its_room_with_it(rows: ModelList) -> None:
    row = rows.rows[2]
    at_first = row.height()
    rows.show_rows([replace(each, action=None) for each in SHOWN])
    lay_out(rows)
    without = row.height()
    assert row._words.geometry().bottom() + 12 >= without - 1, "nothing stands below the words"
    rows.show_rows(SHOWN)
    lay_out(rows)
    assert row.height() == at_first


def test_row_and_page_name_the_same_figure() -> None:
    plan = replace(
        plan_of(Verdict.REFUSED, 39_700.0), devices=(DevicePlan("CPU", 0.0, 60_950.0, 0.0, 0.0),)
    )
    assert "59.5 GB" in plan_row(plan, 24_000.0)[0]
    assert "59.5 GB" in plan_shown(plan, 24_000.0).rest
