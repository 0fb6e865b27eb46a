"""Saving from an engine that was taken over: whatever it sends, the wait ends and the engine with it."""

from __future__ import annotations

import os
import struct
import threading
from collections.abc import Callable
from typing import NoReturn, cast

import pytest

from app.children.bulk import BulkClosed, BulkLine
from app.children.channel import Channel, ChannelClosed, channel_to_child
from app.children.child import Child, Ladder
from app.children.outcome import Ending, Outcome
from app.core.errors import UserError
from app.engine.client import EngineClient, Patience
from app.engine.protocol.events import Event, Loaded, StateOffered, event_to_json
from app.engine.protocol.requests import LoadRequest
from app.engine.protocol.snapshots import SnapshotFacts
from app.engine.transfer import Begin

LOADED = Loaded("Stub", "stub", 1024, 1.0, 1.0, 1.0, 1.0, "none")
SHORT = Patience(ping_s=0.2, dead_s=0.5, cancel_s=0.5, still_s=0.5)
ENOUGH_S = 15.0
"""Far more than any of these waits may take, far less than for ever."""

Send = Callable[[BulkLine], None]


class HostileChild:
    """A child, played by a thread, that offers a state and then sends what it likes."""

    pid = os.getpid()

    def __init__(self, offered: SnapshotFacts, send: Send) -> None:
        self.channel, (read, write, bulk_read, bulk_write) = channel_to_child(bulk=True)
        self._theirs = Channel(read, write, bulk=BulkLine(bulk_read, bulk_write))
        self._thread = threading.Thread(target=self._play, args=(offered, send), daemon=True)
        self._thread.start()

    def _play(self, offered: SnapshotFacts, send: Send) -> None:
        def say(event: Event) -> int:
            frame = self._theirs.receive(10)
            assert frame is not None
            self._theirs.send({**event_to_json(event), "turn": frame.get("turn", 0)})
            return 0

        try:
            say(LOADED)
            say(StateOffered(offered))
            assert self._theirs.bulk is not None
            send(self._theirs.bulk)
        except (ChannelClosed, BulkClosed):
            pass
        finally:
            self._theirs.close()

    def outcome(self) -> Outcome | None:
        return None if self._thread.is_alive() else Outcome(Ending.CRASHED)

    def kill(self) -> None:
        self.channel.close()

    def stop(self, ladder: Ladder) -> Outcome:
        del ladder
        self.channel.close()
        self._thread.join(ENOUGH_S)
        return Outcome(Ending.CRASHED)


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
    client = EngineClient(lambda _role: cast("Child", HostileChild(offered, send)), patience=SHORT)
    client.load(LoadRequest("/nowhere"), lambda _event: None)
    codes: list[str] = []

    def save() -> None:
        try:
            client.save(1, begin)
        except UserError as error:
            codes.append(error.code)

    saving = threading.Thread(target=save, daemon=True)
    saving.start()
    if cancel:
        threading.Event().wait(0.2)
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
