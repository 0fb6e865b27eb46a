"""Snapshots through a real Engine: reopened, given up, or cut short, and the Engine usable after."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.children.child import AT_ONCE
from app.core.conversation.message import Part, PartKind, assistant_message, user_message
from app.core.conversation.sampling import Sampling
from app.core.errors import UserError
from app.engine.client import EngineClient
from app.engine.protocol.events import Event, TurnDone
from app.engine.protocol.plan import Wishes
from app.engine.protocol.requests import LoadRequest, TurnRequest
from app.engine.protocol.snapshots import SnapshotFacts
from tests.support.models import tiny_adapter

LONG = "The lease ends on the last day of June, unless both sides agree otherwise in writing. " * 6


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


def never() -> Iterator[bytes]:
    yield from pytest.fail("asked for bytes")


def test_a_held_state_is_not_asked_for(client: EngineClient) -> None:
    shelf = Shelf()
    ask(client, 1, LONG)
    facts = client.save(1, shelf.begin)
    assert facts is not None
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


def test_a_state_of_the_other_kind_of_attention_is_refused(
    client: EngineClient, any_model: Path
) -> None:
    """Without flash attention values lie the other way round: the header tells before a byte is sent."""
    shelf = Shelf()
    for flash in (True, False):
        load = LoadRequest(str(any_model), Wishes(1024, 64, flash_attention=flash))
        plan = client.load(load, ignore).plan
        assert plan is not None
        assert plan.flash_attention is flash
        if flash:
            ask(client, 1, LONG)
            facts = client.save(1, shelf.begin)
    assert facts is not None
    assert client.restore(1, facts, never()).code == "placing"
    assert ask(client, 1, LONG).reused_tokens == 0


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
