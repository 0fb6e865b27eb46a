"""What Qt lends stays Qt's: no screen and no control is freed with the widget that was asked."""

from __future__ import annotations

import ast
from pathlib import Path

import shiboken6
from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

import app
from app.ui.views.window.regions import controls_of
from app.ui.widgets.borrowed import keyboard_of, next_in_chain, room_on_screen, screen_of

APP = Path(app.__file__).parent
TAKEN = "takeAt"
"""A layout's item that is taken is freed by nobody, and whatever it held is measured by it for ever."""
LENT = {"screen", "nextInFocusChain", "previousInFocusChain", "nativeParentWidget", "primaryScreen"}


def owner(thing: object) -> str:
    """Return what PySide thinks it is freed with; empty: nothing."""
    lines = shiboken6.dump(thing).splitlines()
    return next((line for line in lines if line.startswith("parent")), "")


def test_the_next_control_stays_its_windows(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    first, second = QPushButton(window), QPushButton(window)
    before = owner(first), owner(second), owner(window)
    assert next_in_chain(first) is second
    assert next_in_chain(second) is window
    assert (owner(first), owner(second), owner(window)) == before
    assert second.parentWidget() is window


def test_what_has_the_keyboard_stays_where_it_is(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    group = QWidget(window)
    inside = QPushButton(group)
    assert keyboard_of(inside) is None
    inside.setFocus()
    owners = [owner(each) for each in (window, group, inside)]
    assert keyboard_of(group) is inside
    assert [owner(each) for each in (window, group, inside)] == owners
    window.setFocus()
    assert keyboard_of(inside) is window
    assert owner(window) == ""


def test_walking_a_region_leaves_all_where_they_were(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    region = QWidget(window)
    inside = [QPushButton(region), QPushButton(region)]
    beside = QPushButton(window)
    window.show()
    owners = [owner(each) for each in (window, region, *inside, beside)]
    assert controls_of(region) == inside
    assert [owner(each) for each in (window, region, *inside, beside)] == owners


def test_a_window_knows_its_screen_and_does_not_own_it(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.setGeometry(QRect(10, 10, 200, 100))
    window.show()
    shown = QGuiApplication.screens()[0]
    assert (screen_of(window), room_on_screen(window)) == (shown.geometry(), shown.availableGeometry())
    assert owner(shown) == ""
    window.move(-5000, -5000)
    assert screen_of(window) == shown.geometry(), "off every screen, the first one counts"


def test_nobody_else_borrows() -> None:
    for path in sorted(APP.rglob("*.py")):
        if path.name == "borrowed.py":
            continue
        called = {
            node.func.attr
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        assert not called & {*LENT, TAKEN}, path
