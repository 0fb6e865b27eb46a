"""The restart budget and the watchdog, on a clock of our own."""

from __future__ import annotations

from app.children.supervision import RestartBudget, Watchdog


class _Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_three_restarts_in_ten_minutes_and_not_a_fourth() -> None:
    clock = _Clock()
    budget = RestartBudget(clock=clock)
    for expected in (1, 2, 3):
        assert budget.spend()
        assert budget.used == expected
        clock.now += 60
    assert budget.left == 0
    assert not budget.spend()
    assert budget.used == 3


def test_a_restart_comes_back_when_its_ten_minutes_are_over() -> None:
    clock = _Clock()
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


def test_silence_is_reported_once_per_interval() -> None:
    clock, heard = _Clock(), list[float]()
    watchdog = Watchdog(heard.append, quiet_s=10, clock=clock)
    assert watchdog.wait_s() == 10
    clock.now += 9
    assert not watchdog.check()
    clock.now += 1
    assert watchdog.check()
    assert not watchdog.check()
    assert watchdog.wait_s() == 10
    clock.now += 10
    assert watchdog.check()
    assert heard == [10, 20]


def test_a_word_from_the_child_starts_the_waiting_anew() -> None:
    clock, heard = _Clock(), list[float]()
    watchdog = Watchdog(heard.append, quiet_s=10, clock=clock)
    clock.now += 9
    watchdog.heard()
    clock.now += 9
    assert not watchdog.check()
    assert watchdog.silence_s == 9
    assert heard == []


def test_a_long_sleep_is_one_report_not_many() -> None:
    clock, heard = _Clock(), list[float]()
    watchdog = Watchdog(heard.append, quiet_s=10, clock=clock)
    clock.now += 3600
    assert watchdog.wait_s() == 0
    assert watchdog.check()
    assert not watchdog.check()
    assert heard == [3600]
