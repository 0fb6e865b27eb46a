"""The window comes back where it stood, and never where nobody can reach it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.core.rules import settings as declared
from app.core.rules.settings import Settings
from app.ui.flow.window.place import SEEN, WindowPlace, fitted, read_place, within
from app.ui.flow.window.wheel_zoom import WheelZoom
from app.ui.theme import Theme
from app.ui.views.window.main_window import MainWindow

SCREEN, RIGHT = QRect(0, 0, 1920, 1040), QRect(1920, 0, 1280, 720)
USUAL = QSize(1280, 800)


def test_a_place_in_sight_stays() -> None:
    place = QRect(300, 100, 1000, 700)
    assert fitted(place, [SCREEN, RIGHT], USUAL) == place
    second = QRect(2000, 10, 1000, 700)
    assert fitted(second, [SCREEN, RIGHT], USUAL) == second


def test_a_screen_that_is_gone_leaves_the_window_in_the_middle_of_the_first() -> None:
    found = fitted(QRect(2000, 10, 1000, 700), [SCREEN], USUAL)
    assert found.size() == QSize(1000, 700)
    assert SCREEN.contains(found)


def test_a_smaller_screen_makes_the_window_smaller() -> None:
    small = QRect(0, 0, 911, 512)
    assert small.contains(fitted(QRect(100, 50, 1600, 900), [small], USUAL))
    assert small.contains(fitted(None, [small], USUAL))


@given(
    *(st.integers(-5000, 5000) for _ in range(2)),
    *(st.integers(1, 6000) for _ in range(2)),
)
def test_wherever_it_stood_its_top_can_be_taken_hold_of(x: int, y: int, wide: int, high: int) -> None:
    found = fitted(QRect(x, y, max(wide, SEEN[0]), max(high, SEEN[1])), [SCREEN, RIGHT], USUAL)
    assert any(screen.contains(found) for screen in (SCREEN, RIGHT))


@pytest.mark.parametrize(
    "stored",
    ["", "a b c d", "1 2 3", "1 2 0 0", "1 2 3 4 5", "9999999999 0 100 100", "0 0 -5 -5", "\x00"],
)
def test_stored_nonsense_is_no_place(stored: str) -> None:
    assert read_place(stored) is None


def test_the_next_window_stands_where_the_last_one_stood(qtbot: QtBot, theme: Theme) -> None:
    settings = Settings(None)
    first = MainWindow(theme, QWidget())
    qtbot.addWidget(first)
    place = WindowPlace(first, settings)
    first.show()
    first.setMinimumSize(200, 200)  # the offscreen screen is 800 by 800
    first.resize(700, 600)
    first.move(20, 30)
    first.header.set_title("Okafor v Brightwater")
    first.frame.set_wanted_width(300)
    first.frame.set_beside(False)
    place.keep(settings)
    assert "Okafor" not in str([settings.get(one) for one in declared.ALL])
    second = MainWindow(theme, QWidget())
    qtbot.addWidget(second)
    WindowPlace(second, settings)
    assert second.frame.wanted_width == 300
    assert not second.frame.stands_beside
    assert second.pos() == QPoint(20, 30)


def test_ctrl_and_the_wheel_change_the_text_size(qtbot: QtBot, theme: Theme) -> None:
    window = MainWindow(theme, QWidget())
    qtbot.addWidget(window)
    steps: list[int] = []
    WheelZoom(window).stepped.connect(steps.append)
    window.show()
    held, free = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
    for turned, modifier in ((120, held), (-240, held), (60, held), (60, held), (120, free), (60, held)):
        QApplication.sendEvent(window.windowHandle(), wheel(turned, modifier))
    assert steps == [1, -1, -1, 1]
    assert Theme(still=True).motion(140) == 0


def wheel(turned: int, modifier: Qt.KeyboardModifier) -> QWheelEvent:
    place = QPointF(400, 300)
    return QWheelEvent(
        place,
        place,
        QPoint(0, 0),
        QPoint(0, turned),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )


def test_a_frame_of_the_desktop_fits_the_screen_too() -> None:
    screen = QRect(0, 0, 1280, 800)
    frame, content = QRect(0, 0, 1282, 822), QRect(1, 21, 1280, 800)
    assert within(frame, content, screen) == QRect(1, 21, 1278, 778)
    assert within(content, content, QRect(1, 21, 1280, 800)) == content, "no frame, nothing changes"
    low = QRect(100, 500, 802, 422)
    assert within(low, QRect(101, 521, 800, 400), screen) == QRect(101, 399, 800, 400)
