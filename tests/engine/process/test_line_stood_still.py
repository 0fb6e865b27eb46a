"""A computer that slept in the middle of an answer: the answer goes on, whatever the clocks say."""

from __future__ import annotations

import threading
import time
from typing import cast

from app.children.child import Child
from app.children.watching.looks import Looks
from app.children.wire.channel import Channel
from app.engine.line import Line, Patience, Work
from app.engine.protocol.events import Freed, event_to_json
from tests.engine.played_child import PlayedChild

SLEPT_S = 3600.0


def test_a_child_that_stood_still_with_this_process_is_not_given_up() -> None:
    slept = threading.Event()

    def clock() -> float:
        return time.monotonic() + (SLEPT_S if slept.is_set() else 0.0)

    def play(channel: Channel) -> None:
        channel.receive(10)
        slept.set()
        time.sleep(1.2)  # longer than two looks: it wakes later than we do
        channel.send({**event_to_json(Freed()), "turn": 7})

    line = Line(cast("Child", PlayedChild(play)), Patience(), clock=clock)
    work = Work(7, latest=clock() + 300.0, looks=Looks(clock))
    line.send({"request": "free", "turn": 7})
    assert line.next_event(work) == Freed()
    assert work.latest is not None
    assert work.latest > clock()
    line.channel.close()


def test_a_sleep_between_two_waits_counts_as_little() -> None:
    now = 0.0

    def clock() -> float:
        return now

    def play(channel: Channel) -> None:
        channel.receive(10)
        channel.send({**event_to_json(Freed()), "turn": 7})

    line = Line(cast("Child", PlayedChild(play)), Patience(), clock=clock)
    work = Work(7, latest=300.0, looks=Looks(clock))
    line.send({"request": "free", "turn": 7})
    now = SLEPT_S
    assert line.next_event(work) == Freed()
    assert work.latest == 300.0 + SLEPT_S
    line.channel.close()


def test_an_ending_that_was_wished_before_the_sleep_is_still_waited_for() -> None:
    work = Work(7, cancelled_at=100.0)
    work.put_off(50.0, now=160.0)
    assert work.cancelled_at == 150.0
    work.put_off(50.0, now=160.0)  # never later than now: it may have been wished after the sleep
    assert work.cancelled_at == 160.0
