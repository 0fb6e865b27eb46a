"""Who follows the focus is told while it lives, and not while it is taken apart."""

from __future__ import annotations

import gc

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.theme.theme import Theme
from app.ui.widgets.access.focus_ring import FocusRing
from app.ui.widgets.access.focus_watch import follow_focus
from app.ui.widgets.surfaces.steady_scroll import SteadyScroll


class Followed(QWidget):
    """A window with two fields that keeps what it was told, and itself: only the collector ends it."""

    def __init__(self, theme: Theme | None = None) -> None:
        super().__init__()
        self.itself = self
        self.fields = (QLineEdit(self), QLineEdit(self))
        layout = QVBoxLayout(self)
        for field in self.fields:
            layout.addWidget(field)
        self.told: list[QWidget | None] = []
        follow_focus(self.follow)
        if theme is not None:
            self.ring = FocusRing(theme, self)

    def follow(self, _old: QWidget | None, now: QWidget | None) -> None:
        """Keep who has the focus."""
        self.told.append(now)


def shown(qtbot: QtBot, window: Followed) -> Followed:
    window.show()
    window.activateWindow()
    window.fields[0].setFocus()
    qtbot.waitUntil(window.fields[0].hasFocus)
    return window


def test_every_change_is_told_once(qtbot: QtBot) -> None:
    window = shown(qtbot, Followed())
    window.told.clear()
    window.fields[1].setFocus()
    assert window.told == [window.fields[1]]
    del window.itself
    window.close()


def test_a_window_that_the_collector_takes_apart_is_not_told(qtbot: QtBot, theme: Theme) -> None:
    shown(qtbot, Followed(theme))
    # What cannot be called is an exception in Qt's event loop, and fails the test.
    gc.collect()


def test_a_window_that_qt_deleted_is_not_told(qtbot: QtBot) -> None:
    window = shown(qtbot, Followed())
    told = window.told
    window.close()
    window.deleteLater()
    with qtbot.waitSignal(window.destroyed):
        pass
    told.clear()
    other = shown(qtbot, Followed())
    assert not told
    del other.itself
    other.close()


def test_what_the_keyboard_is_led_to_comes_in_sight(qtbot: QtBot, theme: Theme) -> None:
    content, window = QWidget(), QWidget()
    fields = [QLineEdit() for _ in range(40)]
    inside = QVBoxLayout(content)
    for field in fields:
        inside.addWidget(field)
    ring = FocusRing(theme, window)
    QVBoxLayout(window).addWidget(SteadyScroll(content))
    window.resize(300, 200)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    assert fields[-1].visibleRegion().isEmpty()
    ring.move_focus(fields[-1])
    assert fields[-1].visibleRegion().boundingRect() == fields[-1].rect()
    assert window.rect().contains(ring.geometry())
    ring.move_focus(fields[0])
    assert fields[0].visibleRegion().boundingRect() == fields[0].rect()
