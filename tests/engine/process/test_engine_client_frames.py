"""The client against a child that says the wrong things: late frames, junk, silence."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, cast

import pytest

from app.children.child import Child
from app.children.wire.channel import Channel
from app.core.conversation.message import Part, PartKind, Stop, user_message
from app.core.errors import UserError
from app.engine import shown
from app.engine.client import EngineClient, Patience
from app.engine.protocol.events import Event, PartDelta, TurnDone, event_to_json
from app.engine.protocol.requests import LedgerRequest, LoadRequest, TurnRequest
from tests.engine.played_child import LOADED, PlayedChild

REQUEST = TurnRequest((user_message("Hello"),))

Script = Callable[[Channel], None]


def client_of(*scripts: Script, patience: Patience | None = None) -> EngineClient:
    waiting = iter(scripts)
    return EngineClient(lambda _role: cast("Child", PlayedChild(next(waiting))), patience=patience)


def expect(channel: Channel, request: str) -> dict[str, Any]:
    frame = channel.receive(10)
    assert frame is not None
    assert frame["request"] == request
    return frame


def say(channel: Channel, event: Event, turn: int = 0) -> None:
    channel.send({**event_to_json(event), "turn": turn})


def done(stop: Stop = Stop.RETURN, *parts: Part) -> TurnDone:
    return TurnDone(stop, parts, 1, 0, 1, 1.0, 1.0, 1.0, 2, 1024, 7)


def load(channel: Channel) -> None:
    expect(channel, "load")
    say(channel, LOADED)


def test_late_frames_of_another_turn_are_dropped() -> None:
    def script(channel: Channel) -> None:
        load(channel)
        expect(channel, "turn")
        say(channel, done(Stop.CANCELLED), 1)
        assert expect(channel, "turn")["turn"] == 2
        say(channel, PartDelta(0, PartKind.ANSWER, "late"), 1)
        say(channel, done(), 1)
        channel.send({"event": "failed", "turn": 1, "error": {"code": "engine.hung"}})
        say(channel, PartDelta(0, PartKind.ANSWER, "new"), 2)
        say(channel, done(), 2)

    client = client_of(script)
    client.load(LoadRequest("x"), lambda _event: None)
    assert client.generate(REQUEST, lambda _event: None).stop is Stop.CANCELLED
    events: list[Event] = []
    assert client.generate(REQUEST, events.append).stop is Stop.RETURN
    assert events == [PartDelta(0, PartKind.ANSWER, "new")]
    client.close()


@pytest.mark.parametrize(
    "frame",
    [
        {"event": "nonsense"},
        {"event": "delta", "index": 0},
        {"event": "delta", "index": 0, "kind": "poetry", "text": ""},
        {"event": "done"},
        {"event": "failed", "error": {"code": "no.such.code"}},
        {"event": "failed", "error": 5},
        {"event": "failed", "error": {"code": "engine.hung", "values": {"code": "engine.hung"}}},
        {"event": "failed", "error": {"code": "engine.refused", "values": {"missing": [1]}}},
        {"event": "failed", "error": {"code": "storage.history_damaged", "values": {}}},
        {"event": ["delta"]},
        {"event": "check_progress", "fraction": 0.5},
        {"event": "delta", "index": 1, "kind": "answer", "text": "out of order"},
        {"event": "delta", "index": -1, "kind": "answer", "text": ""},
        {"event": "delta", "index": "0", "kind": "answer", "text": ""},
        {"event": "delta", "index": False, "kind": "answer", "text": ""},
        {"event": "delta", "index": 0, "kind": "answer", "text": ["x"]},
        {"event": "delta", "index": 0, "kind": "answer", "text": "", "name": 5},
        {"event": "delta", "index": 0, "kind": "text", "text": "I, the person, said so"},
        {"event": "done", "stop": "return", "parts": [{"kind": "summary", "text": "all"}]},
        {"event": "done", "stop": "return", "parts": "none"},
        {"event": "done", "stop": "return", "parts": [], "tokens_per_second": "fast"},
        {"event": "done", "stop": "return", "parts": [], "context": 10**30},
        {"event": "done", "stop": "return", "parts": [], "context": -1},
        {"event": "prefill", "done": None, "total": 1, "reused": 0},
        {},
    ],
)
def test_a_child_that_speaks_nonsense_is_ended(frame: dict[str, Any]) -> None:
    def script(channel: Channel) -> None:
        load(channel)
        expect(channel, "turn")
        channel.send({**frame, "turn": 1})
        channel.receive(10)

    client = client_of(script)
    client.load(LoadRequest("x"), lambda _event: None)
    with pytest.raises(UserError, match=r"engine\.stopped"):
        client.generate(REQUEST, lambda _event: None)
    assert client.loaded is None
    client.close()


def test_signs_of_life_are_asked_for_and_believed() -> None:
    def script(channel: Channel) -> None:
        load(channel)
        expect(channel, "turn")
        for _ in range(4):
            expect(channel, "ping")
            channel.send({"event": "pong"})
        say(channel, done(), 1)

    client = client_of(script, patience=Patience(ping_s=0.1))
    client.load(LoadRequest("x"), lambda _event: None)
    assert client.generate(REQUEST, lambda _event: None).stop is Stop.RETURN
    client.close()


def test_a_user_error_of_the_engine_reaches_the_caller() -> None:
    def script(channel: Channel) -> None:
        load(channel)
        expect(channel, "turn")
        error = UserError("engine.prompt_too_long", tokens=9000, context=8128).to_json()
        channel.send({"event": "failed", "turn": 1, "error": error})
        expect(channel, "turn")
        say(channel, done(), 2)

    client = client_of(script)
    client.load(LoadRequest("x"), lambda _event: None)
    with pytest.raises(UserError) as caught:
        client.generate(REQUEST, lambda _event: None)
    assert "9000" in caught.value.sentence
    assert client.generate(REQUEST, lambda _event: None).stop is Stop.RETURN, "the engine goes on"
    client.close()


def test_after_a_failed_computation_a_fresh_engine_is_started() -> None:
    def failing(channel: Channel) -> None:
        load(channel)
        expect(channel, "turn")
        error = UserError("engine.computing_failed").to_json()
        channel.send({"event": "failed", "turn": 1, "error": error})
        channel.receive(10)

    def working(channel: Channel) -> None:
        load(channel)
        say(channel, done(), expect(channel, "turn")["turn"])

    client = client_of(failing, working)
    client.load(LoadRequest("x"), lambda _event: None)
    with pytest.raises(UserError, match=r"engine\.computing_failed"):
        client.generate(REQUEST, lambda _event: None)
    assert client.generate(REQUEST, lambda _event: None).stop is Stop.RETURN
    client.close()


def test_a_load_that_dies_is_a_sentence_about_the_file() -> None:
    def script(channel: Channel) -> None:
        expect(channel, "load")

    client = client_of(script)
    with pytest.raises(UserError, match=r"engine\.load_crashed"):
        client.load(LoadRequest("x"), lambda _event: None)


def test_a_load_can_be_cancelled() -> None:
    def script(channel: Channel) -> None:
        expect(channel, "load")
        client.cancel()
        say(channel, LOADED, 99)
        assert expect(channel, "cancel")["turn"] == 0
        error = UserError("engine.load_cancelled").to_json()
        channel.send({"event": "failed", "turn": 0, "error": error})

    client = client_of(script)
    with pytest.raises(UserError, match=r"engine\.load_cancelled"):
        client.load(LoadRequest("x"), lambda _event: None)
    client.close()


def test_a_child_that_writes_more_than_any_context_holds_is_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shown, "LONGEST", 100)

    def script(channel: Channel) -> None:
        load(channel)
        expect(channel, "turn")
        for _ in range(11):
            say(channel, PartDelta(0, PartKind.ANSWER, "x" * 10), 1)
        channel.receive(10)

    client = client_of(script)
    client.load(LoadRequest("x"), lambda _event: None)
    heard: list[Event] = []
    with pytest.raises(UserError, match=r"engine\.stopped"):
        client.generate(REQUEST, heard.append)
    assert len(heard) == 10, "what came before is shown and kept"
    client.close()


def test_a_number_without_an_end_is_no_number() -> None:
    def script(channel: Channel) -> None:
        load(channel)
        expect(channel, "turn")
        frame = b'{"event": "prefill", "done": 1e999, "total": 1, "reused": 0, "turn": 1}'
        channel._sink.write(struct.pack(">I", len(frame)) + frame, None)
        channel.receive(10)

    client = client_of(script)
    client.load(LoadRequest("x"), lambda _event: None)
    with pytest.raises(UserError, match=r"engine\.stopped"):
        client.generate(REQUEST, lambda _event: None)
    client.close()


def test_what_an_error_names_is_shown_as_a_name() -> None:
    def script(channel: Channel) -> None:
        load(channel)
        expect(channel, "turn")
        reason = "\x1b[2J\u202e" + "long " * 100_000
        error = {"code": "engine.file_damaged", "values": {"reason": reason}}
        channel.send({"event": "failed", "turn": 1, "error": error})
        channel.receive(10)

    client = client_of(script)
    client.load(LoadRequest("x"), lambda _event: None)
    with pytest.raises(UserError, match=r"engine\.file_damaged") as caught:
        client.generate(REQUEST, lambda _event: None)
    assert len(caught.value.sentence) < 1000
    assert caught.value.sentence.isprintable()
    client.close()


def test_a_request_that_nobody_watches_ends_whatever_signs_of_life_come() -> None:
    def script(channel: Channel) -> None:
        load(channel)
        expect(channel, "ledger")
        while True:
            channel.send({"event": "pong"})
            assert channel.receive(0.02) is None

    client = client_of(script, patience=Patience(unseen_s=0.5))
    client.load(LoadRequest("x"), lambda _event: None)
    with pytest.raises(UserError, match=r"engine\.hung"):
        client.count(LedgerRequest(REQUEST))
    assert client.loaded is None, "the next question gets another engine"
    client.close()
