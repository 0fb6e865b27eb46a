"""A second start of the program brings the window that is open to the front."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.storage.files import knock
from app.storage.files.instance_lock import LOCK_NAME, InstanceLock
from app.ui.flow.window.second_start import SecondStart

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)


class Asking(threading.Thread):
    """The second start: asks and waits, while this thread is the first one's."""

    def __init__(self, profile: Path) -> None:
        super().__init__()
        self.answered: bool | None = None
        self._profile = profile
        self.start()

    def is_done(self) -> bool:
        """Say whether it waits no longer."""
        return self.answered is not None

    def run(self) -> None:
        """Ask once."""
        self.answered = knock.is_answered(self._profile, 10.0)


def test_the_window_comes_to_the_front_as_often_as_it_is_asked(qtbot: QtBot, tmp_path: Path) -> None:
    lock = InstanceLock.take(tmp_path)
    window = QWidget()
    qtbot.addWidget(window)
    window.showMinimized()
    started = SecondStart(window, tmp_path)
    for _ in range(2):
        started.hear()
    for _ in range(2):
        asking = Asking(tmp_path)
        qtbot.waitUntil(asking.is_done)
        asking.join()
        assert asking.answered
        assert not window.windowState() & Qt.WindowState.WindowMinimized
        assert window.isVisible()
        window.hide()
    lock.release()


def test_a_window_that_waits_to_open_the_profile_comes_to_the_front_too(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    started = SecondStart(window, tmp_path)
    for _ in range(2):
        started.wait()
    asking = Asking(tmp_path)
    qtbot.waitUntil(asking.is_done)
    asking.join()
    assert asking.answered
    assert window.isVisible()
    window.hide()

    lock = InstanceLock.take(tmp_path)  # nobody was kept out
    started.hear()
    assert [file.name for file in tmp_path.iterdir()] == [LOCK_NAME]
    asking = Asking(tmp_path)
    qtbot.waitUntil(asking.is_done)
    asking.join()
    assert asking.answered
    lock.release()


def test_of_two_windows_that_wait_one_is_asked_and_one_that_left_is_not(
    qtbot: QtBot, tmp_path: Path
) -> None:
    windows = [QWidget(), QWidget()]
    for window in windows:
        qtbot.addWidget(window)
    first, second = (SecondStart(window, tmp_path) for window in windows)
    first.wait()
    second.wait()
    asking = Asking(tmp_path)
    qtbot.waitUntil(asking.is_done)
    asking.join()
    assert asking.answered
    assert [window.isVisible() for window in windows] == [True, False]
    second.close()
    first.close()
    assert not list(tmp_path.iterdir()), "left as it was found"
    assert not knock.is_answered(tmp_path)
    (tmp_path / knock.WAITING_NAME).touch()  # a program was killed
    assert not knock.is_answered(tmp_path)


def test_a_profile_that_nobody_holds_asks_nobody(tmp_path: Path) -> None:
    assert not knock.is_answered(tmp_path)
    assert not list(tmp_path.iterdir())
    InstanceLock.take(tmp_path).release()
    before = knock.place(tmp_path).stat().st_mtime_ns
    assert not knock.is_answered(tmp_path)
    assert knock.place(tmp_path).stat().st_mtime_ns == before


def test_a_holder_that_does_not_answer_is_not_waited_for_long(tmp_path: Path) -> None:
    lock = InstanceLock.take(tmp_path)
    knock.answer(knock.place(tmp_path))  # an answer to somebody before is none to this one
    assert not knock.is_answered(tmp_path, 0.2)
    lock.release()


def test_a_lock_that_goes_away_meanwhile_answers_nobody(tmp_path: Path) -> None:
    lock = InstanceLock.take(tmp_path)
    gone = threading.Timer(0.1, knock.place(tmp_path).unlink)
    gone.start()
    assert not knock.is_answered(tmp_path, 0.5), "it would end without a window and without a word"
    gone.join()
    lock.release()


def test_the_answer_asks_nobody(qtbot: QtBot, tmp_path: Path) -> None:
    lock = InstanceLock.take(tmp_path)
    window = QWidget()
    qtbot.addWidget(window)
    SecondStart(window, tmp_path).hear()
    knock.answer(knock.place(tmp_path))
    os.utime(knock.place(tmp_path), ns=(1, knock.ANSWER_NS))  # a backup that read the file
    qtbot.wait(200)
    assert not window.isVisible()
    lock.release()
