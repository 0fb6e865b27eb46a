"""Saving from an engine that was taken over: whatever it sends, the wait ends and the engine with it."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable
from typing import NoReturn, cast

import pytest

from app.children.child import Child
from app.children.wire.bulk import BulkLine
from app.children.wire.channel import Channel
from app.core.errors import UserError
from app.engine.client import EngineClient, Patience
from app.engine.protocol.events import StateOffered, event_to_json
from app.engine.protocol.requests import LoadRequest
from app.engine.protocol.snapshots import SnapshotFacts
from app.engine.transfer import Begin
from tests.engine.played_child import ENOUGH_S, LOADED, PlayedChild

SHORT = Patience(ping_s=0.2, dead_s=0.5, cancel_s=0.5, still_s=0.5)

Send = Callable[[BulkLine], None]


def offering(offered: SnapshotFacts, send: Send) -> PlayedChild:
    """Return a child that loads, offers a state and then sends what it likes."""

    def play(theirs: Channel) -> None:
        for event in (LOADED, StateOffered(offered)):
            frame = theirs.receive(10)
            assert frame is not None
            theirs.send({**event_to_json(event), "turn": frame.get("turn", 0)})
        assert theirs.bulk is not None
        send(theirs.bulk)

    return PlayedChild(play, bulk=True)


def without_end(bulk: BulkLine) -> None:
    while True:
        bulk.send(bytes(100_000))


def byte_by_byte(bulk: BulkLine) -> None:
    bulk._write(struct.pack("!I", 2**20), None)
    while True:
        bulk._write(b"x", None)
        threading.Event().wait(0.05)


def pieces_of_one(bulk: BulkLine) -> None:
    while True:
        bulk.send(b"x")
        threading.Event().wait(0.05)


def take(_facts: SnapshotFacts) -> Callable[[memoryview], None]:
    return lambda _piece: None


def refuse(_facts: SnapshotFacts) -> NoReturn:
    raise ValueError("not wanted")


def ask_to_save(offered: SnapshotFacts, send: Send, begin: Begin, *, cancel: bool) -> str:
    """Have a state saved and return the error's code; fails when the wait does not end."""
    client = EngineClient(lambda _role: cast("Child", offering(offered, send)), patience=SHORT)
    client.load(LoadRequest("/nowhere"), lambda _event: None)
    codes: list[str] = []
    cancellable = threading.Event()

    def begin_it(facts: SnapshotFacts) -> Callable[[memoryview], None]:
        cancellable.set()
        return begin(facts)

    def save() -> None:
        try:
            client.save(1, begin_it)
        except UserError as error:
            codes.append(error.code)
        finally:
            cancellable.set()  # some are refused before

    saving = threading.Thread(target=save, daemon=True)
    saving.start()
    if cancel:
        assert cancellable.wait(ENOUGH_S)  # a wish that comes sooner is about nothing
        client.cancel()
    saving.join(ENOUGH_S)
    client.kill()
    assert not saving.is_alive(), "the engine's lane would stand still for ever"
    assert not client.alive
    return codes[0]


@pytest.mark.parametrize("size", [100, 2**63])
@pytest.mark.parametrize("send", [without_end, byte_by_byte, pieces_of_one])
@pytest.mark.parametrize("begin", [take, refuse])
def test_no_bytes_whatever_keep_the_interface_waiting(size: int, send: Send, begin: Begin) -> None:
    offered = SnapshotFacts("f", "v", "e", "f16", 128, 1024, 64, tokens=10, state_bytes=size)
    code = ask_to_save(offered, send, begin, cancel=True)
    assert code in ("engine.cancelled", "engine.stopped", "engine.hung")
