"""A mistake in the program: it is said, nobody waits for ever, and nothing it was about is printed."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app import bootstrap
from app.bootstrap import Program
from app.core.errors import UserError
from app.storage.vault import Vault
from app.ui.flow.tasks import Lane
from app.ui.mistakes import Mistakes
from app.ui.views.start.trouble_page import TroublePage


@pytest.fixture
def program(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Program]:
    program = Program(qapp, tmp_path)
    qtbot.addWidget(program.window)
    yield program
    program.close()


def bug() -> None:
    secret = "canary words"
    raise ZeroDivisionError(secret)


def caught() -> ZeroDivisionError:
    try:
        bug()
    except ZeroDivisionError as error:
        return error
    raise AssertionError


def test_who_waits_for_a_lane_is_told_of_a_bug(qtbot: QtBot) -> None:
    lane, troubles = Lane("test"), list[UserError]()
    with qtbot.captureExceptions() as seen:
        lane.run(bug, failed=troubles.append)
        qtbot.waitUntil(lambda: bool(seen))
    assert [error.code for error in troubles] == ["ui.our_mistake"]
    assert seen[0][0] is ZeroDivisionError
    assert lane.close()


def test_a_bug_before_the_conversation_is_a_page(
    program: Program, capfd: pytest.CaptureFixture[str]
) -> None:
    error = caught()
    program.window.show()
    program.mistakes.report(type(error), error, error.__traceback__)
    page = program.window.findChild(TroublePage)
    assert page is not None
    assert capfd.readouterr() == ("", "")


def test_a_start_that_fails_half_way_says_so(
    program: Program, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "guide", bug)
    program.window.show()
    with qtbot.captureExceptions() as seen:
        program.start.keep_nothing()
        qtbot.waitUntil(lambda: bool(seen))
    kind, error, trace = seen[0]
    program.mistakes.report(kind, error, trace)
    assert program.window.notice.isVisible()


def test_a_bug_while_reporting_a_bug_prints_nothing(
    program: Program, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    error = caught()
    program.start.damaged.disconnect()
    monkeypatch.setattr(program, "session", Vault)  # something that cannot show trouble
    program.mistakes.report(type(error), error, error.__traceback__)
    monkeypatch.undo()
    assert capfd.readouterr() == ("", "")
    assert sys.excepthook != program.mistakes.report


def test_a_bug_that_comes_with_every_frame_is_told_once_in_a_while(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now, told = [0.0], list[UserError]()
    mistakes = Mistakes(told.append, clock=lambda: now[0])
    with caplog.at_level(logging.INFO, "cloister"):
        for _ in range(1000):
            error = caught()
            mistakes.report(type(error), error, error.__traceback__)
            now[0] += 0.016
    assert len(told) == len(caplog.records) == 2, "at the start and after ten of the sixteen seconds"


def test_another_bug_is_told_beside_it() -> None:
    told = list[UserError]()
    mistakes = Mistakes(told.append, clock=lambda: 0.0)
    for error in (caught(), ValueError("elsewhere"), caught()):
        mistakes.report(type(error), error, error.__traceback__)
    assert len(told) == 2


def test_a_bug_in_painting_is_told_once(qtbot: QtBot) -> None:
    class Broken(QWidget):
        painted = 0

        def paintEvent(self, _event: QPaintEvent) -> None:
            Broken.painted += 1
            self.update()
            raise ZeroDivisionError

    shown = list[UserError]()
    mistakes = Mistakes(shown.append)
    broken = Broken()
    qtbot.addWidget(broken)
    hook = sys.excepthook
    with qtbot.captureExceptions():
        sys.excepthook = mistakes.report
        try:
            broken.show()
            qtbot.waitUntil(lambda: Broken.painted > 20)
            broken.hide()
        finally:
            sys.excepthook = hook
    assert len(shown) == 1
