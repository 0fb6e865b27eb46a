"""The restart budget, on a clock of our own."""

from __future__ import annotations

from app.children.watching.supervision import RestartBudget
from tests.support.clock import Clock


def test_three_restarts_in_ten_minutes_and_not_a_fourth() -> None:
    clock = Clock()
    budget = RestartBudget(clock=clock)
    for expected in (1, 2, 3):
        assert budget.spend()
        assert budget.used == expected
        clock.now += 60
    assert budget.left == 0
    assert not budget.spend()
    assert budget.used == 3


def test_a_restart_comes_back_when_its_ten_minutes_are_over() -> None:
    clock = Clock()
    budget = RestartBudget(limit=2, window_s=600, clock=clock)
    budget.spend()
    clock.now += 599
    budget.spend()
    assert not budget.spend()
    clock.now += 1
    assert budget.spend()
    assert not budget.spend()
    clock.now += 10_000
    assert budget.left == 2
