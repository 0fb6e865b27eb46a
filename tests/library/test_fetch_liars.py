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
from app.library.fetch.protocol import FetchDone, FetchRequest, event_to_json

WANTED, OTHER = "a" * 64, "b" * 64


class Liar:
    """A child, and its channel, that says one thing and nothing more."""

    def __init__(self, done: FetchDone) -> None:
        self.channel = self
        self._frames: list[dict[str, Any]] = [event_to_json(done)]

    def send(self, frame: Mapping[str, Any], timeout: float | None = None) -> None:
        assert frame["request"] == "fetch"
        assert timeout

    def receive(self, timeout: float | None = None) -> dict[str, Any] | None:
        assert timeout
        return self._frames.pop() if self._frames else None

    def stop(self, _ladder: object) -> None:
        self._frames.clear()


def said(request: FetchRequest, done: FetchDone) -> FetchDone:
    fetch = Fetch(lambda _role: cast("Child", Liar(done)))
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
