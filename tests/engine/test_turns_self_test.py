"""The self-test: repeatable, beside the conversation, and able to fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from app.core.conversation import user_message
from app.core.sampling import Sampling
from app.engine.protocol.requests import TurnRequest
from app.engine.turns.self_test import LENGTH, SelfTest
from tests.support import tiny_gguf
from tests.support.exactness import RECIPE, VOCABULARY, Bench


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
    assert test.run() is ok


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
    assert test.run()
    assert (bench.backend.span(), bench.backend.sizes, bench.backend.read) == (span, sizes, read)
    again = bench.run(request)
    assert again.reused_tokens == before.prompt_tokens - 1, "and the logits were compared"


def test_an_interrupted_one_knows_nothing(bench: Bench) -> None:
    test = SelfTest(bench.backend, VOCABULARY)
    bench.backend.interrupt(True)
    test.record()
    assert not test.recorded
    assert not test.run()
    bench.backend.interrupt(False)
    assert test.run()
    assert test.recorded
