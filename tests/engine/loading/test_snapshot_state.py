"""The state of a cache, saved and put back: the logits of a cold run, or a refusal; nothing between."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.engine.computing.llama_backend import ContextSettings, LlamaBackend
from app.engine.host.files.fingerprint import fingerprint
from app.engine.protocol.snapshots import SnapshotFacts
from app.engine.turns.prefix_cache import PrefixCache
from app.engine.turns.snapshot import WINDOWS_KEPT, Content, Snapshots

MADE_WITH = SnapshotFacts("f", "v", "e", "f16", 128, 1024, 128)
NOISE = 0.1
"""As measured for other cuts and another order of cells, in spreads of the logits."""


class Bench:
    """A real backend with a cache, as the Engine has one, without the process around it."""

    def __init__(self, path: Path, flash: bool = True) -> None:
        self.backend = LlamaBackend()
        self.backend.load_model([path], lambda _fraction: None)
        self.backend.open_context(ContextSettings(1024, 64, 1, flash_attention=flash))
        self.cache = PrefixCache(self.backend)
        self.snapshots = Snapshots(self.backend, self.cache, MADE_WITH, {})

    def read(self, tokens: list[int], owner: int = 1) -> tuple[float, ...]:
        """Read a prompt as a turn does and return the logits of its last token."""
        self.cache.reuse(tokens, owner)
        while len(self.cache) < len(tokens):
            begin = len(self.cache)
            piece = tokens[begin : min(begin + 64, max(begin + 1, len(tokens) - 1))]
            assert self.backend.decode(piece, begin, logits=begin + len(piece) == len(tokens))
            self.cache.extend(piece)
            if len(self.cache) == len(tokens) - 1:
                self.cache.checkpoint()
        return tuple(self.backend.logits())

    def saved(self, owner: int = 1) -> tuple[SnapshotFacts, Content]:
        facts, pieces = self.snapshots.take(owner)
        if not facts.tokens:
            return facts, Content(bytearray(), bytearray(), ())
        content = Content.for_facts(facts)
        for place, piece in zip(content.places(), pieces, strict=True):
            place[:] = piece
        return facts, content


@pytest.fixture(params=[True, False], ids=["flash", "whole"])
def bench(request: pytest.FixtureRequest, any_model: Path) -> Iterator[Bench]:
    made = Bench(any_model, request.param)
    yield made
    made.backend.close()


def some_tokens(count: int, seed: int = 1) -> list[int]:
    return [(seed * 31 + number * number * 7) % 200 for number in range(count)]


def assert_close(one: Sequence[float], other: Sequence[float]) -> None:
    """Compare logits that another order of cells, or other micro-batches, may round otherwise."""
    left, right = np.array(one), np.array(other)
    assert left.argmax() == right.argmax()
    assert np.abs(left - right).max() <= NOISE * max(1.0, float(right.std()))


@pytest.mark.parametrize("length", [1, 40, 300, 700])
def test_the_next_turn_after_a_restore_gives_the_logits_of_a_cold_run(bench: Bench, length: int) -> None:
    tokens = some_tokens(length)
    longer = [*tokens, *some_tokens(90, seed=5)]
    bench.read(tokens)
    facts, content = bench.saved()
    bench.cache.reset()
    bench.read(tokens)
    cold = bench.read(longer)
    bench.cache.reset()
    bench.read(tokens)
    assert bench.backend.restore_window(bench.backend.save_window())
    from_checkpoint = bench.read(longer)
    bench.read(some_tokens(200, seed=9), owner=2)
    assert bench.snapshots.put(facts, content, 1)
    assert bench.cache.tokens == tuple(tokens)
    assert bench.cache.reuse(longer, 1) == length
    warm = bench.read(longer)
    assert warm == from_checkpoint, "to the last bit what going back to a checkpoint gives"
    assert_close(warm, cold)
    if length <= bench.backend.window:
        assert warm == cold


def test_checkpoints_come_back_and_serve_edits(bench: Bench) -> None:
    tokens = some_tokens(400)
    bench.read(tokens[:300])
    bench.read(tokens)
    facts, content = bench.saved()
    edited = [*tokens[:320], 3, 4, 5]
    bench.cache.reset()
    cold = bench.read(edited)
    assert bench.snapshots.put(facts, content, 1)
    assert bench.cache.checkpoints == (299, 399)
    assert bench.cache.reuse(edited, 1) == 299, "back to the checkpoint, not to the beginning"
    assert_close(bench.read(edited), cold)


def test_only_the_owners_state_is_given(bench: Bench) -> None:
    assert bench.saved()[0].tokens == 0, "an empty cache"
    bench.read(some_tokens(20), owner=7)
    assert bench.saved(8)[0].tokens == 0
    assert bench.saved(0)[0].tokens == 0
    assert bench.saved(7)[0].tokens == 20
    bench.read(some_tokens(20), owner=0)
    assert bench.saved(7)[0].tokens == 0, "nobody's words since"


def test_what_is_held_is_known(bench: Bench) -> None:
    tokens = some_tokens(50)
    bench.read(tokens)
    facts, _ = bench.saved()
    assert bench.snapshots.holds(facts, 1)
    bench.read([*tokens, 1, 2, 3], owner=2)
    assert bench.snapshots.holds(facts, 1), "and more besides"
    assert not bench.snapshots.holds(replace(facts, adapter="x 1.0 other"), 1)
    bench.read([9] * 60)
    assert bench.snapshots.holds(facts, 1), "the conversation has gone on since"
    assert not bench.snapshots.holds(facts, 2)
    bench.read([9, 9, 9])
    assert not bench.snapshots.holds(facts, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"fingerprint": "other"},
        {"vocabulary": "other"},
        {"engine": "other"},
        {"cache_type": "q8_0"},
        {"window": 1},
        {"context": 2048},
        {"micro_batch": 1},
        {"placing": "25 0 plain CPU CUDA0"},
        {"format": 2},
        {"adapter": "digest 1.0 gone"},
        {"tokens": 0},
        {"tokens": 5000},
    ],
)
def test_anything_made_otherwise_is_refused(bench: Bench, change: dict[str, str | int]) -> None:
    bench.read(some_tokens(30))
    facts, _ = bench.saved()
    assert bench.snapshots.misfit(facts) == ""
    code = bench.snapshots.misfit(replace(facts, **change))  # type: ignore[arg-type]  # any of its fields
    assert code == next(iter(change))
    assert len(bench.cache) == 30, "a refusal changes nothing"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda facts, content: (facts, replace(content, tokens=bytearray(len(content.tokens)))),
        lambda facts, content: (facts, replace(content, state=content.state[: len(content.state) // 2])),
        lambda facts, content: (facts, replace(content, state=bytearray(16))),
        lambda facts, content: (replace(facts, windows=((99, facts.windows[0][1]),)), content),
        lambda facts, content: (replace(facts, windows=((0, facts.windows[0][1]),)), content),
    ],
)
def test_a_state_that_does_not_go_in_leaves_an_empty_cache(
    bench: Bench, spoil: Callable[[SnapshotFacts, Content], tuple[SnapshotFacts, Content]]
) -> None:
    tokens = some_tokens(60)
    cold = bench.read(tokens)
    facts, content = bench.saved()
    assert not bench.snapshots.put(*spoil(facts, content), 1)
    assert len(bench.cache) == 0
    assert bench.cache.checkpoints == ()
    assert bench.read(tokens) == cold


def test_few_checkpoints_are_worth_keeping(bench: Bench) -> None:
    tokens = some_tokens(600)
    for length in range(60, 601, 30):
        bench.read(tokens[:length])
    facts, _ = bench.saved()
    positions = [position for position, _ in facts.windows]
    assert len(positions) == WINDOWS_KEPT
    assert positions[-2:] == [569, 599]
    assert positions == sorted(positions)


def test_a_fingerprint_tells_files_apart(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(os.urandom(5 * 2**20))
    first = fingerprint([path])
    assert fingerprint([path]) == first
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert fingerprint([path]) != first
    path.write_bytes(data + b"x")
    assert fingerprint([path]) != first
    assert fingerprint([path, path]) != fingerprint([path])


def test_llama_cpp_takes_no_state_of_the_other_kind_either(any_model: Path) -> None:
    sides = [Bench(any_model, flash) for flash in (True, False)]
    for one, other in (sides, reversed(sides)):
        one.read(some_tokens(300))
        facts, content = one.saved()
        assert not other.snapshots.put(facts, content, 1)
        assert other.cache.tokens == ()
        assert_close(other.read(some_tokens(40)), one.read(some_tokens(40)))
    for side in sides:
        side.backend.close()


def test_facts_survive_json_and_nothing_else_does() -> None:
    facts = replace(MADE_WITH, tokens=5, state_bytes=7, windows=((2, 3), (4, 3)), prefix="p")
    assert SnapshotFacts.from_json(facts.to_json()) == facts
    assert facts.total_bytes == 20 + 7 + 6
    for wrong in (
        {"tokens": -1},
        {"tokens": 1.5},
        {"tokens": True},
        {"windows": [[1, -2]]},
        {"windows": [[1]]},
        {"state_bytes": "9"},
        {"unknown": 1},
    ):
        with pytest.raises((ValueError, TypeError)):
            SnapshotFacts.from_json({**facts.to_json(), **wrong})
