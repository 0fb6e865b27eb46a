"""No thread but the GUI's takes apart what Qt made."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.ui.flow.tasks import Lane
from app.ui.garbage import Garbage


class Held(QObject):
    """Something of Qt's that stands in a cycle, as most windows and controllers do."""

    def __init__(self, gone: list[threading.Thread]) -> None:
        super().__init__()
        self.itself = self
        weakref.finalize(self, lambda: gone.append(threading.current_thread()))


class Shown:
    """What the callback of a job refers to."""

    def __init__(self, gone: list[threading.Thread]) -> None:
        weakref.finalize(self, lambda: gone.append(threading.current_thread()))

    def take(self, _result: object = None) -> None:
        """Be called on either side."""


@pytest.fixture
def lane() -> Iterator[Lane]:
    made = Lane("busy")
    yield made
    assert made.close()


def done(qtbot: QtBot, lane: Lane, work: Callable[[], object]) -> None:
    """Let ``work`` run on the lane, and its end arrive."""
    ended: list[object] = []
    lane.run(work, ended.append)
    qtbot.waitUntil(lambda: bool(ended))


def many_objects() -> int:
    """Make as many objects as have a collection begun many times over."""
    return sum(len([[] for _ in range(3000)]) for _ in range(60))


def test_a_lane_that_makes_objects_collects_nothing(qtbot: QtBot, lane: Lane) -> None:
    garbage, gone = Garbage(), list[threading.Thread]()
    for _ in range(20):
        Held(gone)
    done(qtbot, lane, many_objects)
    assert all(thread is threading.main_thread() for thread in gone)
    gc.collect()
    assert len(gone) == 20
    garbage.deleteLater()


def test_the_gui_thread_collects_when_it_is_due(qtbot: QtBot) -> None:
    garbage, gone = Garbage(), list[threading.Thread]()
    Held(gone)
    kept = [[object()] for _ in range(5000)]
    qtbot.waitUntil(lambda: gone == [threading.main_thread()])
    assert len(kept) == 5000
    assert not gc.isenabled()
    garbage.deleteLater()


def test_what_a_job_refers_to_is_let_go_on_this_thread(qtbot: QtBot, lane: Lane) -> None:
    gone: list[threading.Thread] = []
    for _ in range(30):
        shown = Shown(gone)
        lane.run(shown.take, shown.take)
        lane.run(partial(lambda _held: [], shown), shown.take, shown.take)
        del shown
    done(qtbot, lane, list)
    assert gone == [threading.main_thread()] * 30


def test_a_lane_that_is_closed_lets_go_on_this_thread() -> None:
    gone: list[threading.Thread] = []
    lane = Lane("busy")
    for _ in range(10):
        lane.run(Shown(gone).take, Shown(gone).take)
    assert lane.close()
    assert gone == [threading.main_thread()] * 20


def test_a_lane_in_a_hurry_drops_what_has_not_begun() -> None:
    lane, begun, go_on, ran = Lane("busy"), threading.Event(), threading.Event(), list[int]()

    def first() -> None:
        begun.set()
        go_on.wait(10)

    lane.run(first)
    lane.run(lambda: ran.append(1))
    assert begun.wait(10)
    assert not lane.close(0.01, drop=True)
    go_on.set()
    assert lane.close()
    assert ran == []
