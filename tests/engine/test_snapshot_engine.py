"""Snapshots and the Engine: the same logits as a cold run, or a refusal; never anything between."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.children.child import AT_ONCE
from app.core.conversation import Part, PartKind, assistant_message, user_message
from app.core.errors import UserError
from app.core.sampling import Sampling
from app.engine.client import EngineClient
from app.engine.computing.llama_backend import ContextSettings, LlamaBackend
from app.engine.host.files.fingerprint import fingerprint
from app.engine.protocol.events import Event, TurnDone
from app.engine.protocol.plan import Wishes
from app.engine.protocol.requests import LoadRequest, TurnRequest
from app.engine.protocol.snapshots import SnapshotFacts
from app.engine.turns.prefix_cache import PrefixCache
from app.engine.turns.snapshot import WINDOWS_KEPT, Content, Snapshots
from tests.support import tiny_adapter

MADE_WITH = SnapshotFacts("f", "v", "e", "f16", 128, 1024, 128)
NOISE = 0.1
"""As measured for other cuts and another order of cells, in spreads of the logits."""
LONG = "The lease ends on the last day of June, unless both sides agree otherwise in writing. " * 6


class Bench:
    """A real backend with a cache, as the Engine has one, without the process around it."""

    def __init__(self, path: Path) -> None:
        self.backend = LlamaBackend()
        self.backend.load_model([path], lambda _fraction: None)
        self.backend.open_context(ContextSettings(1024, 64, 1))
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


@pytest.fixture
def bench(any_model: Path) -> Iterator[Bench]:
    made = Bench(any_model)
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


# --- through a real engine process ---------------------------------------------------------------


@pytest.fixture
def client(any_model: Path) -> Iterator[EngineClient]:
    opened = EngineClient(ladder=AT_ONCE)
    opened.load(LoadRequest(str(any_model), Wishes(context=1024)), ignore)
    yield opened
    opened.close()


def ignore(_event: Event) -> None:
    """Take an event and do nothing."""


def ask(client: EngineClient, conversation: int, *texts: str) -> TurnDone:
    said = [
        user_message(text) if place % 2 == 0 else assistant_message([Part(PartKind.ANSWER, text)])
        for place, text in enumerate(texts)
    ]
    request = TurnRequest(
        tuple(said), sampling=Sampling(temperature=0.0, max_tokens=8, seed=1), conversation=conversation
    )
    return client.generate(request, ignore)


class Shelf:
    """Keeps one state in memory, as a file would."""

    def __init__(self) -> None:
        self.facts: SnapshotFacts | None = None
        self.data = bytearray()

    def begin(self, facts: SnapshotFacts) -> Callable[[memoryview], None]:
        self.facts = facts
        self.data.clear()
        return self.data.extend

    def chunks(self, size: int = 100_000) -> Iterator[memoryview]:
        view = memoryview(self.data)
        for start in range(0, len(view), size):
            yield view[start : start + size]


def test_a_conversation_is_reopened(client: EngineClient) -> None:
    shelf = Shelf()
    first = ask(client, 1, LONG)
    facts = client.save(1, shelf.begin)
    assert facts is not None
    assert facts == shelf.facts
    assert facts.total_bytes == len(shelf.data)
    assert facts.tokens == first.context_tokens
    ask(client, 2, "Something else")
    assert client.save(1, shelf.begin) is None, "another conversation's words by now"
    cold = ask(client, 0, LONG, "Yes.", "And then?")
    ask(client, 2, "Something else")
    assert client.restore(1, facts, shelf.chunks()).code == ""
    warm = ask(client, 1, LONG, "Yes.", "And then?")
    assert warm.parts == cold.parts
    assert warm.reused_tokens > facts.tokens - 40


def test_a_held_state_is_not_asked_for(client: EngineClient) -> None:
    shelf = Shelf()
    ask(client, 1, LONG)
    facts = client.save(1, shelf.begin)
    assert facts is not None

    def never() -> Iterator[bytes]:
        yield from pytest.fail("asked for bytes")

    restored = client.restore(1, facts, never())
    assert (restored.tokens, restored.code) == (facts.tokens, "held")
    refused = client.restore(1, replace(facts, engine="other", prefix="0"), never())
    assert (refused.tokens, refused.code) == (0, "engine")


def test_another_engine_of_the_same_file_takes_it(client: EngineClient, any_model: Path) -> None:
    shelf = Shelf()
    ask(client, 1, LONG)
    facts = client.save(1, shelf.begin)
    assert facts is not None
    cold = ask(client, 1, LONG, "Yes.", "Why?")
    client.load(LoadRequest(str(any_model), Wishes(context=1024)), ignore)
    assert client.restore(1, facts, shelf.chunks()).tokens == facts.tokens
    warm = ask(client, 1, LONG, "Yes.", "Why?")
    assert warm.parts == cold.parts
    assert warm.reused_tokens > 0
    client.load(LoadRequest(str(any_model), Wishes(context=512)), ignore)
    assert client.restore(1, facts, shelf.chunks()).code == "context"


class DiskFull(Exception):  # noqa: N818 - stands for whatever a keeper may raise
    """The keeper's own trouble."""


def test_a_keeper_that_fails_leaves_the_engine_usable(client: EngineClient) -> None:
    shelf = Shelf()
    ask(client, 1, LONG)

    def full(_facts: SnapshotFacts) -> Callable[[memoryview], None]:
        def write(_data: memoryview) -> None:
            raise DiskFull

        return write

    def refuse(_facts: SnapshotFacts) -> Callable[[memoryview], None]:
        raise DiskFull

    pid = client.pid
    for begin in (full, refuse, full):
        with pytest.raises(DiskFull):
            client.save(1, begin)
    facts = client.save(1, shelf.begin)
    assert facts is not None

    def damaged() -> Iterator[bytes]:
        yield bytes(shelf.data[:1000])
        raise DiskFull

    ask(client, 2, "Something else")
    for _ in range(2):
        with pytest.raises(DiskFull):
            client.restore(1, facts, damaged())
    assert client.restore(1, facts, shelf.chunks()).tokens == facts.tokens
    assert client.pid == pid


def test_an_adapter_belongs_to_the_state(tiny_model: Path, tmp_path: Path) -> None:
    adapter = tiny_adapter.write(tmp_path / "adapter.gguf", tiny_adapter.Recipe())
    load = LoadRequest(str(tiny_model), Wishes(context=1024), (str(adapter),))

    def turn(conversation: int, name: str, *texts: str) -> TurnRequest:
        said = tuple(user_message(text) for text in texts)
        sampling = Sampling(temperature=0.0, max_tokens=4, seed=1)
        return TurnRequest(said, sampling=sampling, conversation=conversation, adapter=name)

    client, shelf = EngineClient(ladder=AT_ONCE), Shelf()
    client.load(load, ignore)
    client.generate(turn(1, str(adapter), LONG), ignore)
    facts = client.save(1, shelf.begin)
    assert facts is not None
    assert facts.adapter
    cold = client.generate(turn(1, str(adapter), LONG, "And?"), ignore)
    client.generate(turn(2, "", "Plain"), ignore)

    def given_up() -> Iterator[bytes]:
        yield b"x"
        raise DiskFull

    with pytest.raises(DiskFull):
        client.restore(1, facts, given_up())
    plain = client.save(2, Shelf().begin)
    assert plain is not None
    assert plain.adapter == "", "named after what the cache was read with"
    assert client.restore(1, facts, shelf.chunks()).code == ""
    warm = client.generate(turn(1, str(adapter), LONG, "And?"), ignore)
    assert warm.parts == cold.parts
    assert warm.reused_tokens > 50
    tiny_adapter.write(adapter, tiny_adapter.Recipe(seed=9))
    client.load(load, ignore)
    assert client.restore(1, facts, shelf.chunks()).code == "adapter", "another file of the same name"
    client.close()


def test_cancelling_gives_up_between_two_pieces(client: EngineClient) -> None:
    shelf = Shelf()
    ask(client, 1, LONG)
    facts = client.save(1, shelf.begin)
    assert facts is not None
    ask(client, 2, "Something else")

    def slow() -> Iterator[bytes]:
        for chunk in shelf.chunks(1000):
            client.cancel()
            yield bytes(chunk)

    with pytest.raises(UserError, match=r"engine\.cancelled"):
        client.restore(1, facts, slow())
    assert client.restore(1, facts, shelf.chunks()).tokens == facts.tokens


def test_an_engine_killed_meanwhile_costs_the_snapshot_only(client: EngineClient) -> None:
    shelf = Shelf()
    ask(client, 1, LONG)
    facts = client.save(1, shelf.begin)
    assert facts is not None

    def killing() -> Iterator[bytes]:
        client.kill()
        while True:
            yield bytes(1000)

    ask(client, 2, "Something else")
    with pytest.raises(UserError, match=r"engine\.stopped"):
        client.restore(1, facts, killing())
    assert client.restore(1, facts, shelf.chunks()).code == "no_engine"
    assert client.save(1, shelf.begin) is None
    assert ask(client, 1, LONG).parts, "a question starts it again"


def test_closing_meanwhile_ends_the_wait(client: EngineClient) -> None:
    shelf = Shelf()
    ask(client, 1, LONG)

    def closing(facts: SnapshotFacts) -> Callable[[memoryview], None]:
        thread = threading.Thread(target=client.close)
        thread.start()
        thread.join(20)
        return shelf.begin(facts)

    with pytest.raises(UserError, match=r"engine\."):
        client.save(1, closing)


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
