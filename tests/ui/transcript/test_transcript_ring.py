"""The ring of the transcript is where the keyboard is, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.ui.theme import Theme
from tests.support.windows.layouts import lay_out
from tests.support.windows.stage import Stage


@pytest.fixture
def stage(qtbot: QtBot, theme: Theme) -> Iterator[Stage]:
    with Stage(theme) as made:
        made.say()
        made.open()
        with qtbot.waitActive(made.window):
            made.window.activateWindow()
        yield made


def test_it_goes_when_the_keyboard_does_and_comes_back_with_it(stage: Stage, qtbot: QtBot) -> None:
    view, move_focus = stage.transcript, stage.window.ring.move_focus
    move_focus(view)
    view.set_current(1)
    lay_out(stage.window)
    for widget in (stage.window.composer.edit, view, stage.window.composer.edit):
        painted = view.paints
        move_focus(widget)
        assert view.hasFocus() is (widget is view)
        qtbot.waitUntil(lambda painted=painted: view.paints > painted)  # type: ignore[misc]
