"""The self-test: repeatable, beside the conversation, and able to fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.conversation.message import user_message
from app.core.conversation.sampling import Sampling
from app.engine.known_answers import KnownAnswers
from app.engine.protocol.events import Recorded, SelfTested
from app.engine.protocol.plan import DevicePlan, LoadMode, Plan, Verdict
from app.engine.protocol.requests import TurnRequest
from app.engine.protocol.snapshots import SnapshotFacts
from app.engine.turns.self_test import LENGTH, SelfTest, terms_of
from tests.support.models import tiny_gguf
from tests.support.models.exactness import RECIPE, VOCABULARY, Bench

_PLAN = Plan(Verdict.FITS, (), 8192, 512, 0, 0, "f16", LoadMode.READ, False, 2, (), 0.0, "")


class Writer:
    """Writes what it is told to."""

    def __init__(self, *answers: list[int] | None) -> None:
        self._answers = list(answers)

    def write_aside(self, tokens: Sequence[int], count: int) -> list[int] | None:
        assert tokens
        assert count == LENGTH
        return self._answers.pop(0)


@pytest.mark.parametrize(
    ("answers", "ok"),
    [
        (([1, 2], [1, 2]), True),
        (([1, 2], [1, 3]), False),
        (([1, 2], None), False),
        ((None, [1, 2]), True),
        ((None, None), False),
    ],
)
def test_only_the_recorded_answer_will_do(answers: tuple[list[int] | None, ...], ok: bool) -> None:
    test = SelfTest(Writer(*answers), VOCABULARY)
    test.record()
    assert test.recorded == (answers[0] is not None)
    assert test.run().ok is ok


def test_what_an_engine_before_recorded_counts_before_its_own_record() -> None:
    gone = SelfTest(Writer([1, 2]), VOCABULARY, "terms").record()
    assert gone is not None
    known = {gone.terms: gone.answer}
    assert SelfTest(Writer([1, 2]), VOCABULARY, "terms").run(known).ok
    wrong = SelfTest(Writer([1, 3], [1, 3]), VOCABULARY, "terms")
    wrong.record()
    assert not wrong.run(known).ok, "though it is what this one computed when it was fresh"
    assert SelfTest(Writer([1, 3]), VOCABULARY, "other terms").run(known).ok


def test_the_terms_name_all_that_moves_numbers() -> None:
    made = SnapshotFacts("file", "v", "build", "f16", 128, 8192, 512, _PLAN.placing)
    terms = terms_of(made, 2)
    assert terms == terms_of(replace(made, context=4096, micro_batch=64), 2)
    for other in (
        replace(made, fingerprint="x"),
        replace(made, engine="x"),
        replace(made, cache_type="x"),
    ):
        assert terms_of(other, 2) != terms
    assert terms_of(made, 7) != terms
    card = DevicePlan("CUDA0", 1.0, 1.0, 1.0, 1.0)
    changes = (
        replace(_PLAN, repack=True),
        replace(_PLAN, gpu_layers=3),
        replace(_PLAN, cpu_expert_layers=1),
        replace(_PLAN, devices=(card,)),
    )
    for change in changes:
        assert terms_of(replace(made, placing=change.placing), 2) != terms
    assert replace(_PLAN, context=4096).placing == _PLAN.placing


def test_the_first_answer_for_some_terms_stays() -> None:
    known = KnownAnswers()
    known.turn_to("a.gguf")
    known.note(Recorded("terms", "right"))
    known.note(SelfTested(False, "terms", "wrong"))
    known.note(SelfTested(False))
    known.note(Recorded("terms" * 100, "right"))
    for number in range(100):
        known.note(Recorded(f"terms {number}", "right"))
    assert known.request().known["terms"] == "right"
    assert len(known.request().known) == 16
    known.turn_to("a.gguf")
    assert known.request().known
    known.turn_to("b.gguf")
    assert not known.request().known


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    opened = Bench(tiny_gguf.write(tmp_path / "exact.gguf", RECIPE))
    yield opened
    opened.close()


def test_a_real_model_answers_alike_and_keeps_its_conversation(bench: Bench) -> None:
    test = SelfTest(bench.backend, VOCABULARY)
    test.record()
    request = TurnRequest((user_message("Hello"),), sampling=Sampling(seed=1, max_tokens=200))
    before = bench.run(request)
    span, sizes, read = bench.backend.span(), bench.backend.sizes, bench.backend.read
    assert test.run().ok
    assert (bench.backend.span(), bench.backend.sizes, bench.backend.read) == (span, sizes, read)
    again = bench.run(request)
    assert again.reused_tokens == before.prompt_tokens - 1, "and the logits were compared"


def test_an_interrupted_one_knows_nothing(bench: Bench) -> None:
    test = SelfTest(bench.backend, VOCABULARY)
    bench.backend.interrupt(True)
    test.record()
    assert not test.recorded
    assert not test.run().ok
    bench.backend.interrupt(False)
    assert test.run().ok
    assert test.recorded
