"""What must hold for every computer: more memory never hurts, and a plan keeps to its budgets."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.planning.planner import plan
from app.engine.protocol.plan import Computer, Plan, Verdict, Wishes
from tests.support.models.model_shapes import apple, card, computer, shape

ORDER = [Verdict.REFUSED, Verdict.TIGHT, Verdict.FITS]
SHAPE = shape()

mib = st.floats(0, 60000)
devices = st.one_of(
    st.just(()),
    st.builds(lambda budget: (card(budget),), st.floats(0, 40000)),
    # There is no Mac with less: the system grants two thirds and more of at least 8 GB.
    st.builds(lambda budget: (apple(budget),), st.floats(3000, 40000)),
)
computers = st.builds(lambda available, found: computer(available, devices=found), mib, devices)
wishes = st.builds(
    Wishes,
    context=st.sampled_from([0, 0, 256, 4096, 9000, 32768, 131072]),
    micro_batch=st.sampled_from([0, 0, 64, 512, 2048]),
    others_mib=st.floats(0, 2000),
)


@given(computers, wishes, st.floats(0, 30000))
@settings(max_examples=60)
def test_more_free_memory_never_hurts(machine: Computer, wish: Wishes, more: float) -> None:
    richer = replace(machine, available_mib=machine.available_mib + more, ram_mib=machine.ram_mib + more)
    _is_no_worse(plan(SHAPE, richer, wish), plan(SHAPE, machine, wish))


@given(computers, wishes, st.floats(0, 30000))
@settings(max_examples=60)
def test_a_larger_device_never_hurts(machine: Computer, wish: Wishes, more: float) -> None:
    grown = tuple(replace(device, budget_mib=device.budget_mib + more) for device in machine.devices)
    _is_no_worse(plan(SHAPE, replace(machine, devices=grown), wish), plan(SHAPE, machine, wish))


@given(computers, wishes)
@settings(max_examples=100)
def test_what_is_not_refused_keeps_to_every_budget(machine: Computer, wish: Wishes) -> None:
    made = plan(SHAPE, machine, wish)
    rounding = 0.3
    within = all(device.total_mib <= device.budget_mib + rounding for device in made.devices)
    assert within or made.verdict is Verdict.REFUSED
    assert (made.missing_mib > 0) == (made.verdict is Verdict.REFUSED) or made.verdict is Verdict.TIGHT


@given(computers, wishes)
@settings(max_examples=60)
def test_every_byte_of_the_weights_is_somewhere(machine: Computer, wish: Wishes) -> None:
    made = plan(SHAPE, machine, wish)
    assert abs(sum(device.weights_mib for device in made.devices) - SHAPE.weight_bytes / 2**20) < 0.2
    assert 0 <= made.cpu_expert_layers <= SHAPE.layers
    assert made.gpu_layers in (0, SHAPE.layers + 1)
    assert 0 < made.context <= SHAPE.trained_context
    assert made.expected_tokens_per_second >= 0


@given(computers, wishes)
@settings(max_examples=60)
def test_insisting_never_refuses(machine: Computer, wish: Wishes) -> None:
    assert plan(SHAPE, machine, replace(wish, force=True)).verdict is not Verdict.REFUSED


@given(computers, st.integers(256, 131072), st.integers(0, 60000))
@settings(max_examples=60)
def test_a_longer_wish_never_fits_better(machine: Computer, context: int, more: int) -> None:
    short = plan(SHAPE, machine, Wishes(context=context))
    long = plan(SHAPE, machine, Wishes(context=context + more))
    assert ORDER.index(long.verdict) <= ORDER.index(short.verdict)


def _is_no_worse(richer: Plan, poorer: Plan) -> None:
    assert ORDER.index(richer.verdict) >= ORDER.index(poorer.verdict)
    if poorer.verdict is not Verdict.REFUSED:
        assert richer.context >= poorer.context
