"""The line to one Engine process: what is sent, what comes back, and when it counts as dead.

Job: send requests to a child, wait for its events, ask it for signs of life. Rule: every wait ends: with
an event, with a UserError of the child's, or with :class:`GoneError`, after which the child is ended.
One thread waits at a time; ``wish`` and ``send`` may be called from others meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from app.children.child import Child
from app.children.watching.looks import Looks
from app.children.wire.channel import Channel, ChannelClosed, ProtocolError
from app.core.logs import log_event
from app.engine.protocol.events import (
    Event,
    LoadProgress,
    PartDelta,
    PrefillProgress,
    Recorded,
    error_of_engine,
    event_from_json,
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the client waits, in seconds.

    After ``ping_s`` of silence the child is asked for a sign of life; after ``dead_s`` without any it is
    killed (``load_s`` while it starts and loads, when it cannot always answer). A cancelled turn must
    end within ``cancel_s``, or the child is killed; a child that gives no sign of life for ``still_s``
    after the cancelling is killed then. ``send_s`` bounds a write to a child that does not read,
    ``wish_s`` one that may come from the GUI thread. ``unseen_s`` bounds a request that nobody watches
    and so nobody would cancel, however alive the child says it is.
    """

    ping_s: float = 5.0
    dead_s: float = 30.0
    load_s: float = 120.0
    cancel_s: float = 10.0
    still_s: float = 4.0
    send_s: float = 10.0
    wish_s: float = 0.2
    unseen_s: float = 300.0


_NO_TURN = -1
_UNREAD = 1000
"""Messages read at most of a child that ends: it might go on sending."""
_ON_THE_WAY = (LoadProgress, PrefillProgress, PartDelta)


class GoneError(Exception):
    """The child cannot be talked to any more; ``hung`` when it is we who gave it up."""

    def __init__(self, hung: bool = False) -> None:
        self.hung = hung
        super().__init__("the engine is gone")


@dataclass(slots=True)
class Work:
    """What the child works on: its number, and when somebody wanted it to end (monotonic seconds).

    ``latest`` is when it is given up whatever the child says, None where somebody watches it. ``looks``
    goes from its beginning to its end, so that no time between two waits is lost.
    """

    turn: int
    loading: bool = False
    cancelled_at: float | None = None
    latest: float | None = None
    looks: Looks = field(default_factory=Looks)

    def put_off(self, seconds: float, now: float) -> None:
        """Give all its limits so much longer: nobody was there to hear of its end."""
        if self.cancelled_at is not None:  # perhaps only just
            self.cancelled_at = min(now, self.cancelled_at + seconds)
        if self.latest is not None:
            self.latest += seconds


class Line:
    """One child and how to talk to it."""

    def __init__(
        self,
        child: Child,
        patience: Patience,
        recorded: Callable[[Recorded], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self.child = child
        self.patience = patience
        self._recorded = recorded

    @property
    def channel(self) -> Channel:
        """The child's channel."""
        return self.child.channel

    @property
    def alive(self) -> bool:
        """Whether the child runs and listens, as far as can be seen."""
        return self.child.outcome() is None and not self.channel.other_side_gone

    def send(self, frame: Mapping[str, Any]) -> None:
        """Send one request. Raises GoneError, and MessageTooLargeError."""
        try:
            self.channel.send(frame, timeout=self.patience.send_s)
        except (ChannelClosed, ProtocolError):
            raise GoneError from None
        except TimeoutError:
            raise GoneError(hung=True) from None

    def ask(self, work: Work, request: Mapping[str, Any], on_event: Callable[[Event], None]) -> Event:
        """Send a request and return the first event that is not one on the way to a result.

        Those go to ``on_event``. Raises as :meth:`send` and :meth:`next_event`.
        """
        self.send(request)
        if work.cancelled_at is not None:  # it may have come before the request was sent
            self.send({"request": "cancel", "turn": work.turn})
        while isinstance(event := self.next_event(work), _ON_THE_WAY):
            on_event(event)
        return event

    def wish(self, request: str, turn: int) -> None:
        """Pass on a wish about a turn, briefly: this may be the GUI thread.

        A child that does not read is found out by the thread that waits for its answer.
        """
        try:
            self.channel.send({"request": request, "turn": turn}, timeout=self.patience.wish_s)
        except (ChannelClosed, TimeoutError):
            log_event("engine.wish_not_delivered")

    def next_event(self, work: Work) -> Event:
        """Return the next event of ``work``; what belongs to another turn is dropped.

        Raises GoneError, and the UserError that the child sends instead of a result.
        """
        dead_s = self.patience.load_s if work.loading else self.patience.dead_s
        heard = self._clock()
        asked = asked_again = False
        while True:
            missed, now = work.looks.missed(), self._clock()
            heard = min(now, heard + missed)  # some of it may have been before this wait
            work.put_off(missed, now)
            cancelled_at = work.cancelled_at
            late = work.latest is not None and now > work.latest
            if late or now - heard > dead_s or self._outlives_cancelling(work, now, heard):
                raise GoneError(hung=True)
            if now - heard > self.patience.ping_s and not asked:
                asked = True
                self.send({"request": "ping"})
            if cancelled_at is not None and not asked_again:
                asked_again = True  # one that is only slow to stop answers this
                self.send({"request": "ping"})
            frame = self._receive()
            if frame is None:
                continue
            heard, asked = self._clock(), False
            event = self._read(frame, work.turn)
            if event is not None:
                return event

    def hear_out(self) -> None:
        """Take what the child said unasked and nobody has read; waits for nothing."""
        with suppress(GoneError, ChannelClosed, ProtocolError):
            for _ in range(_UNREAD):
                frame = self.channel.receive(timeout=0)
                if frame is None:
                    return
                self._read(frame, _NO_TURN)

    def _outlives_cancelling(self, work: Work, now: float, heard: float) -> bool:
        """Say whether a cancelled turn goes on for too long, or in silence."""
        if work.cancelled_at is None:
            return False
        silent_since = max(heard, work.cancelled_at)
        return now - work.cancelled_at > self.patience.cancel_s or (
            not work.loading and now - silent_since > self.patience.still_s
        )

    def _receive(self) -> dict[str, Any] | None:
        try:
            return self.channel.receive(timeout=min(0.5, self.patience.ping_s))
        except (ChannelClosed, ProtocolError):
            raise GoneError from None

    def _read(self, frame: dict[str, Any], turn: int) -> Event | None:
        kind, of = frame.get("event"), frame.pop("turn", None)
        if kind == "pong" or (of != turn and kind != Recorded.NAME):
            return None
        try:
            if kind == "failed":
                raise error_of_engine(frame["error"])
            event = event_from_json(frame)
        except (KeyError, TypeError, ValueError):
            # The child speaks, but not our language: it may be taken over. It is ended.
            raise GoneError from None
        if not isinstance(event, Recorded):
            return event
        self._recorded(event)
        return None
