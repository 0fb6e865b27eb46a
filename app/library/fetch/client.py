"""The Interface's end of a download.

Job: start a Fetcher for one approved file, pass on what it says, and see that it ends. Rule: nothing
starts unless it is permitted; a host is noted before it is spoken to and again when all is over; every
wait ends, and a child that does not obey is ended, which costs nothing that was fetched.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.children.child import Child, Ladder
from app.children.watching.looks import Looks
from app.children.wire.channel import Channel, ChannelClosed, ProtocolError
from app.core.connections import DOWNLOAD, Connection
from app.core.errors import UserError
from app.core.logs import log_event
from app.library.fetch.protocol import (
    SHA256,
    Carried,
    Connecting,
    Event,
    FetchDone,
    FetchRequest,
    Secrets,
    error_from_json,
    event_from_json,
)
from app.library.files import free_space

StartChild = Callable[[str], Child]
Note = Callable[[Connection], None]
Permit = Callable[[], None]
Wished = Callable[[], str]

NEXT_PLACE = frozenset(
    f"library.fetch_{code}"
    for code in ("no_name", "no_connection", "silent", "busy", "not_found", "foreign_answer")
)
"""After these the next place that may have the file is tried."""
NOTED_EVERY_S = 10.0
"""How often the list of connections learns how much has been carried while it goes on."""
PERMITTED_EVERY_S = 2.0
"""How often it is asked whether a download that is under way is still permitted: a policy may appear."""
_START_S = 60.0
_SEND_S = 5.0
_ENDED = Ladder(close_s=2.0, terminate_s=1.0, kill_s=5.0)
_DEAF = Ladder(close_s=0.0, terminate_s=1.0, kill_s=5.0)
"""For a child that was told to stop and did not: the end of its channel would tell it the same again."""


def note_nothing(connection: Connection) -> None:
    """Keep no record: for callers without a vault."""


def permit_all() -> None:
    """Permit every download; one that does not raises UserError."""


def nothing_wished() -> str:
    """Wish nothing: for callers that stop nothing before it began."""
    return ""


class Fetch:
    """One download at a time.

    ``note`` is told of each host before and after, and in between of what was carried. ``permit`` is
    asked before anything starts and every two seconds until it ends or shall end, and raises UserError
    to forbid it: a download that the seal pauses was paused, and did not fail.
    ``run`` belongs to a worker thread; ``pause`` and ``cancel`` may be called from any.
    """

    def __init__(
        self,
        start: StartChild = Child.start,
        note: Note = note_nothing,
        permit: Permit = permit_all,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._start, self._note, self._permit = start, note, permit
        self._lock = threading.Lock()
        self._channel: Channel | None = None
        self._wish = ""
        self._wished_at = 0.0

    def run(
        self,
        request: FetchRequest,
        on_event: Callable[[Event], None],
        secrets: Secrets | None = None,
        wished: Wished = nothing_wished,
    ) -> FetchDone:
        """Fetch the file and return what came; blocks.

        ``wished`` returns "pause" or "cancel" where that was wished before this began, else nothing.
        Raises UserError ``library.fetch_*`` (``fetch_paused`` and ``fetch_cancelled`` when that was
        wished; both keep what has come) or ``children.*``.
        """
        self._permit()
        free_space.require_whole(request.target.parent, request.size)
        with self._lock:
            self._wish = wished()
        self._heed()
        child = self._start("fetcher")
        log = _Log(self._note, request)
        outcome = "library.fetch_crashed"
        ladder = _ENDED
        try:
            with self._lock:
                self._channel = child.channel
            self._heed()  # from here on a wish goes to the child
            frame = {
                "request": "fetch",
                "file": request.to_json(),
                "secrets": (secrets or Secrets()).to_json(),
            }
            child.channel.send(frame, timeout=_SEND_S)
            done = self._follow(child.channel, request, log, on_event)
            outcome = "done"
        except UserError as error:
            outcome = error.code
            raise
        except (ChannelClosed, ProtocolError, TimeoutError) as error:
            if isinstance(error, TimeoutError):
                ladder = _DEAF
            ending = self._ended_early()
            outcome = ending.code
            raise ending from None
        else:
            return done
        finally:
            with self._lock:
                self._channel = None
            child.stop(ladder)
            log.close(outcome)
            log_event("fetch.ended", outcome=outcome)

    def run_any(
        self,
        requests: Sequence[FetchRequest],
        on_event: Callable[[Event], None],
        secrets: Secrets | None = None,
        wished: Wished = nothing_wished,
    ) -> FetchDone:
        """Fetch from the first place that answers; all places give the same bytes or none.

        Raises as :meth:`run`.
        """
        for request in requests[:-1]:
            try:
                return self.run(request, on_event, secrets, wished)
            except UserError as error:
                if error.code not in NEXT_PLACE:
                    raise
        return self.run(requests[-1], on_event, secrets, wished)

    def pause(self) -> None:
        """End the running download for now; ``run`` raises ``library.fetch_paused`` soon."""
        self._stop("pause")

    def cancel(self) -> None:
        """End the running download; ``run`` raises ``library.fetch_cancelled`` soon."""
        self._stop("cancel")

    def _stop(self, wish: str) -> None:
        with self._lock:
            channel, self._wish, self._wished_at = self._channel, wish, self._clock()
        if channel is not None:
            try:
                channel.send({"request": wish}, timeout=0.2)
            except (ChannelClosed, TimeoutError):
                log_event("fetch.wish_not_delivered")  # who waits for the child finds out

    def _follow(
        self, channel: Channel, request: FetchRequest, log: _Log, on_event: Callable[[Event], None]
    ) -> FetchDone:
        patience = request.patience
        silent_s = max(_START_S, 4 * patience.stall_s)
        heard = asked = self._clock()
        looks = Looks(self._clock)
        while True:
            frame = channel.receive(timeout=0.25)
            missed, now = looks.missed(), self._clock()
            heard += missed
            self._wished_at = min(now, self._wished_at + missed)
            if now - asked > PERMITTED_EVERY_S and not self._wish:
                asked = now
                self._permit()  # what has come is kept when it no longer is
            if now - heard > silent_s or (self._wish and now - self._wished_at > patience.stop_s):
                raise TimeoutError
            if frame is None:
                continue
            heard = now
            event = _read(frame)
            if event is None:
                continue
            if isinstance(event, Carried):
                log.carried(event)
                continue
            if isinstance(event, FetchDone):
                _check(event, request)
                return event
            if isinstance(event, Connecting):
                log.open(event.host)
            on_event(event)
            if isinstance(event, Connecting):
                channel.send({"request": "leave"}, timeout=_SEND_S)

    def _heed(self) -> None:
        if self._wish:
            raise self._ended_early()

    def _ended_early(self) -> UserError:
        """Say why the child is gone: because it was wished, or by itself."""
        if self._wish:
            return UserError(f"library.fetch_{'paused' if self._wish == 'pause' else 'cancelled'}")
        return UserError("library.fetch_crashed")


class _Log:
    """The connections of one download, for the note."""

    def __init__(self, note: Note, request: FetchRequest) -> None:
        self._note, self._request = note, request
        self._open: dict[str, Connection] = {}
        self._noted = time.monotonic()

    def open(self, host: str) -> None:
        connection = Connection(
            identity=uuid.uuid4().hex,
            begun=datetime.now(UTC),
            host=host,
            why=DOWNLOAD,
            what=self._request.target.name,
            approved_by=self._request.approved_by,
        )
        self._note(connection)
        self._open[host] = connection

    def carried(self, told: Carried) -> None:
        """Take over what a host carried; a host that was never opened is not believed."""
        connection = self._open.get(told.host)
        if connection is None:
            raise ProtocolError("bytes of an unknown host")
        self._open[told.host] = replace(connection, received=told.received, sent=told.sent)
        if time.monotonic() - self._noted >= NOTED_EVERY_S:
            self._note_so_far()

    def close(self, outcome: str) -> None:
        """Note all again."""
        for connection in self._open.values():
            self._note(replace(connection, ended=datetime.now(UTC), outcome=outcome))

    def _note_so_far(self) -> None:
        self._noted = time.monotonic()
        for connection in self._open.values():
            try:
                self._note(connection)
            except UserError as error:  # the end is noted again, and says so if it cannot be
                log_event("fetch.not_noted_so_far", code=error.code)


def _check(done: FetchDone, request: FetchRequest) -> None:
    """Refuse the end of another download than the one that was approved; raises ProtocolError."""
    fitting = Path(done.path) == request.target and SHA256.fullmatch(done.sha256) is not None
    fitting = fitting and request.sha256 in {"", done.sha256} and request.size in {0, done.size}
    if not fitting or done.vouched_by != ("catalogue" if request.sha256 else "hub"):
        raise ProtocolError("not the file that was wished for")


def _read(frame: dict[str, Any]) -> Event | None:
    """Return the event of a frame, None for what is not for the person; raises UserError."""
    try:
        name = frame["event"]
        if name == "failed":
            raise error_from_json(frame["error"])
        if name == "stopped":
            raise UserError(f"library.fetch_{'paused' if frame['how'] == 'pause' else 'cancelled'}")
        if name == "confined":
            log_event("fetch.confined", confinement=frame["level"])
            return None
        return event_from_json(frame)
    except (KeyError, TypeError, ValueError):
        raise ProtocolError("not a frame of the fetcher") from None
