"""Time in which a whole process stood still is told apart from waiting."""

from __future__ import annotations

from app.children.watching.looks import STOOD_STILL_S, Looks
from tests.support.clock import Clock


def test_only_a_gap_that_no_waiting_makes_was_standing_still() -> None:
    clock = Clock()
    looks = Looks(clock)
    for _ in range(200):
        clock.now += 0.5
        assert not looks.missed()
    clock.now += STOOD_STILL_S
    assert not looks.missed()
    clock.now += 40.0
    assert looks.missed() == 40.0
    assert not looks.missed()
