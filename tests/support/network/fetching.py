"""One download from the test hub, by the real client and a real Fetcher process."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app.children.child import Child
from app.core.connections import Connection
from app.library.fetch.client import Fetch
from app.library.fetch.protocol import Event, FetchDone, FetchRequest, Patience, Secrets
from tests.support.network.hub import COMMIT, FILE, REPOSITORY, Hub

QUICK = Patience(
    connect_s=15.0,
    stall_s=0.4,
    dead_s=15.0,
    first_wait_s=0.05,
    longest_wait_s=0.2,
    longest_asked_s=5.0,
    tries=4,
    stop_s=1.0,
)


def request(hub: Hub, folder: Path, **changes: object) -> FetchRequest:
    """Return the wish for the hub's file, with quick deadlines and no reserve."""
    wish = FetchRequest(
        REPOSITORY,
        COMMIT,
        FILE,
        str(folder),
        size=hub.source.size,
        sha256=hub.source.sha256,
        endpoint=hub.endpoint,
        reserve=0,
        patience=QUICK,
    )
    return replace(wish, **changes)  # type: ignore[arg-type] # fields by name, checked by the value itself


def whole(folder: Path, hub: Hub) -> bool:
    """Say whether the hub's file lies in ``folder`` as the hub has it."""
    return hashlib.sha256((folder / FILE).read_bytes()).hexdigest() == hub.source.sha256


class Run:
    """Downloads one after the other; remembers children, events and notes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.events: list[Event] = []
        self.notes: list[Connection] = []
        self.children: list[Child] = []
        self.on_event: Callable[[Event], None] = lambda _: None
        self.fetch = Fetch(self._start, note=self.notes.append, clock=clock)

    def _start(self, role: str) -> Child:
        child = Child.start(role)
        self.children.append(child)
        return child

    def __call__(self, wish: FetchRequest, secrets: Secrets | None = None) -> FetchDone:
        return self.fetch.run(wish, self._event, secrets)

    def _event(self, event: Event) -> None:
        self.events.append(event)
        self.on_event(event)

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    def in_thread(self, wish: FetchRequest) -> Started:
        """Start a download that somebody else will end."""
        return Started(self, wish)


class Started:
    """A download on its own thread; ``join`` returns what came of it."""

    def __init__(self, run: Run, wish: FetchRequest) -> None:
        self._run, self._wish = run, wish
        self.done: FetchDone | None = None
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def _work(self) -> None:
        try:
            self.done = self._run(self._wish)
        except Exception as error:  # noqa: BLE001 - a thread's border
            self.error = error

    def join(self, timeout: float = 20.0) -> None:
        self._thread.join(timeout)
        assert not self._thread.is_alive()
