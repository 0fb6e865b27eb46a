"""What is given up first when memory is short, and how sleep is seen: without an engine."""

from __future__ import annotations

import pytest

from app.core.computer.pressure import Pressure
from app.ui.flow.care.sleep_watch import Clocks, SleepWatch, clocks_now
from app.ui.flow.care.step_down import Step, StepDown, shorter, smallest
from tests.support.clock import Clock

NONE, SHORT, CRITICAL = Pressure


# --- which step, and when ------------------------------------------------------------------------


def test_steps_go_from_what_nobody_notices_to_a_shorter_context() -> None:
    clock = Clock()
    steps = StepDown(clock)
    context, taken = 16_384, []
    for _ in range(8):
        step = steps.next(SHORT, busy=False, context=context, needed=0)
        taken.append((step, context))
        context = shorter(context, 0) if step is Step.SHORTEN else context
        assert steps.next(SHORT, busy=False, context=context, needed=0) is Step.NOTHING  # it settles
        clock.now += 20
    assert taken[:4] == [
        (Step.FREE, 16_384),
        (Step.SHORTEN, 16_384),
        (Step.SHORTEN, 8192),
        (Step.SHORTEN, 4096),
    ]
    assert {step for step, _ in taken[4:]} == {Step.NOTHING}
    assert context == 2048


def test_an_answer_is_interrupted_only_where_memory_is_critical_and_stays_so() -> None:
    steps = StepDown(Clock())

    def look(pressure: Pressure, busy: bool) -> Step:
        return steps.next(pressure, busy=busy, context=8192, needed=3000)

    assert [look(SHORT, busy=True) for _ in range(5)] == [Step.NOTHING] * 5
    assert look(CRITICAL, busy=True) is Step.NOTHING
    assert look(SHORT, busy=True) is Step.NOTHING
    assert look(CRITICAL, busy=True) is Step.NOTHING
    assert look(CRITICAL, busy=True) is Step.INTERRUPT
    assert look(CRITICAL, busy=False) is Step.FREE
    assert look(CRITICAL, busy=False) is Step.SMALLEST


def test_where_nothing_is_left_to_give_up_the_engine_ends() -> None:
    steps = StepDown(Clock())
    taken = [steps.next(CRITICAL, busy=False, context=2048, needed=100) for _ in range(3)]
    assert taken == [Step.FREE, Step.END, Step.NOTHING]


def test_a_plan_that_was_tight_from_the_start_is_not_given_up_for_that_alone() -> None:
    clock = Clock()
    steps = StepDown(clock)
    taken = []
    for pressure in (SHORT, SHORT, SHORT, CRITICAL):
        taken.append(steps.next(pressure, busy=False, context=8192, needed=0, tight=True))
        clock.now += 60
    assert taken == [Step.FREE, Step.NOTHING, Step.NOTHING, Step.SMALLEST]


def test_a_new_shortage_begins_with_the_first_step_again() -> None:
    clock = Clock()
    steps = StepDown(clock)
    assert steps.next(SHORT, busy=False, context=2048, needed=0) is Step.FREE
    clock.now += 60
    assert steps.next(NONE, busy=False, context=2048, needed=0) is Step.NOTHING
    assert steps.next(SHORT, busy=False, context=2048, needed=0) is Step.FREE


@pytest.mark.parametrize(
    ("context", "needed", "half", "least"),
    [
        (8192, 0, 4096, 2048),
        (8192, 900, 4096, 2048),
        (8192, 5000, 6144, 6144),
        (8192, 7900, 0, 0),
        (2048, 0, 0, 0),
        (3000, 0, 2048, 2048),
        (0, 0, 0, 0),
    ],
)
def test_a_context_is_never_shorter_than_the_conversation(
    context: int, needed: int, half: int, least: int
) -> None:
    assert shorter(context, needed) == half
    assert smallest(context, needed) == least


# --- sleep ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("awake", "passed", "woke"),
    [
        (3, 3, False),
        (3, 3.5, False),  # clocks are adjusted
        (3, 600, True),
        (3, -7200, False),  # somebody set the clock back
        (3, 86_400, True),  # or forward: a check that does no harm
        (600, 600, True),  # all clocks of the system go on in sleep
    ],
)
def test_sleep_is_seen_by_the_clocks(awake: float, passed: float, woke: bool) -> None:
    readings = [Clocks(50, 1000), Clocks(50 + awake, 1000 + passed), Clocks(53 + awake, 1003 + passed)]
    watch = SleepWatch(lambda: readings.pop(0))
    assert watch.woke() is woke
    assert not watch.woke()


def test_this_computers_clocks_go_together() -> None:
    watch = SleepWatch()
    assert not watch.woke()
    before, after = clocks_now(), clocks_now()
    assert 0 <= after.awake - before.awake < 5
    assert abs(after.passed - before.passed) < 5
