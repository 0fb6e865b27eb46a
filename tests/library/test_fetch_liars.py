"""A Fetcher that was taken over says it is done: with what was not wished for it is not believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from app.children.child import Child
from app.core.errors import UserError
from app.library.fetch.client import Fetch
from app.library.fetch.protocol import (
    Carried,
    Connecting,
    Event,
    FetchDone,
    FetchRequest,
    event_from_json,
    event_to_json,
)

WANTED, OTHER = "a" * 64, "b" * 64


class Liar:
    """A child, and its channel, that says one thing and nothing more."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.channel = self
        self._frames = [said]

    def send(self, frame: Mapping[str, Any], timeout: float | None = None) -> None:
        assert frame["request"] == "fetch"
        assert timeout

    def receive(self, timeout: float | None = None) -> dict[str, Any] | None:
        assert timeout
        return self._frames.pop() if self._frames else None

    def stop(self, _ladder: object) -> None:
        self._frames.clear()


def said(request: FetchRequest, done: FetchDone) -> FetchDone:
    fetch = Fetch(lambda _role: cast("Child", Liar(event_to_json(done))))
    return fetch.run(request, lambda _event: None)


@pytest.fixture
def request_(tmp_path: Path) -> FetchRequest:
    return FetchRequest("a/b", "0" * 40, "x.gguf", str(tmp_path), size=12, sha256=WANTED)


def test_what_was_wished_for_is_believed(request_: FetchRequest) -> None:
    done = FetchDone(str(request_.target), WANTED, 12, 12)
    assert said(request_, done) == done
    unknown = replace(request_, size=0, sha256="")
    by_hub = replace(done, sha256=OTHER, size=7, vouched_by="hub", confirmed=True)
    assert said(unknown, by_hub) == by_hub


@pytest.mark.parametrize(
    "change",
    [
        {"path": "/somewhere/else.gguf"},
        {"sha256": OTHER},
        {"sha256": "no hash"},
        {"size": 13},
        {"vouched_by": "hub"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_file_or_another_origin_is_not(request_: FetchRequest, change: dict[str, Any]) -> None:
    done = replace(FetchDone(str(request_.target), WANTED, 12, 12), **change)
    with pytest.raises(UserError) as error:
        said(request_, done)
    assert error.value.code == "library.fetch_crashed"


def test_the_catalogue_does_not_vouch_for_what_it_does_not_know(request_: FetchRequest) -> None:
    unknown = replace(request_, sha256="")
    with pytest.raises(UserError, match="fetch_crashed"):
        said(unknown, FetchDone(str(unknown.target), OTHER, 12, 12))


@pytest.mark.parametrize(
    "frame",
    [
        {"event": "connecting", "host": 5},
        {"event": "connecting", "host": {"a": 1}},
        {"event": "connecting", "host": "a", "port": 1},
        {"event": "fetched", "done": "1", "total": 2, "bytes_per_second": 0.0},
        {"event": "fetched", "done": 1, "total": 2, "bytes_per_second": float("nan")},
        {"event": "fetched", "done": -1, "total": 2, "bytes_per_second": 0.0},
        {"event": "stalled", "seconds": 1e300},
        {"event": "waiting", "seconds": 1.0, "reason": "Call this number"},
        {"event": "started_again", "reason": "it_says_so"},
        {"event": "carried", "host": "a", "received": 1.5},
        {"event": "failed", "error": {"code": "storage.history_damaged", "values": {}}},
        {"event": "failed", "error": {"code": "library.fetch_cut", "values": []}},
    ],
    ids=lambda frame: str(frame)[:60],
)
def test_what_no_fetcher_says_ends_it(request_: FetchRequest, frame: dict[str, Any]) -> None:
    heard: list[Event] = []
    fetch = Fetch(lambda _role: cast("Child", Liar(frame)))
    with pytest.raises(UserError) as error:
        fetch.run(request_, heard.append)
    assert error.value.code == "library.fetch_crashed"
    assert not heard


def test_a_host_is_shown_as_a_name_is() -> None:
    host = "\x1b[2Jexample.org\u202e\nhuggingface.co"
    for kind in ("connecting", "carried"):
        told = event_from_json({"event": kind, "host": host})
        assert isinstance(told, Connecting | Carried)
        assert told.host == "\ufffd[2Jexample.org\ufffd\ufffdhuggingface.co"
