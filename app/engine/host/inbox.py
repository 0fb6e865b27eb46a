"""The Engine's ear: reads requests while the main thread computes.

Job: queue tickets, keep the newest preparation apart, and let "cancel" and "answer now" reach the turn
they are meant for at once, also while native code runs. Rule: one thread receives; it touches turns only
through :class:`TurnControl` and the interrupt, under one lock.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from app.children.wire.channel import Channel, ChannelClosed, ProtocolError
from app.engine.protocol.events import LOAD_TURN
from app.engine.turns.generation import TurnControl

PREPARE, TURN = "prepare", "turn"
REST_S = 2.0
"""Seconds without anything asked, after which work that is never urgent may be done."""
_LOAD, _CANCEL, _ANSWER_NOW = "load", "cancel", "answer_now"
_WISHES = frozenset((_CANCEL, _ANSWER_NOW))

AtOnce = Callable[["Ticket"], None]
"""Answers a ticket on the listening thread: briefly, and without the backend."""

IdleWork = Callable[[dict[str, Any] | None], bool]
"""One short step of work that may wait: gets a newer preparation or None, says whether more is to do."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Something asked for that waits or runs: its number and kind, plain data, the person's wishes."""

    number: int
    kind: str
    data: dict[str, Any] = field(default_factory=dict)
    control: TurnControl = field(default_factory=TurnControl)


class Inbox:
    """Receives on a thread of its own, from :meth:`start` until the channel ends.

    ``kinds`` are the requests that become tickets; what is none of the known ones is a protocol error.
    ``interrupt(True)`` is called when the current ticket is cancelled, when a ticket comes
    while only idle work is done, or when the other side is gone; ``interrupt(False)`` when a ticket that
    nobody cancelled begins, and before idle work.
    """

    def __init__(
        self,
        channel: Channel,
        interrupt: Callable[[bool], None],
        kinds: Collection[str],
        rest_s: float = REST_S,
    ) -> None:
        self._channel = channel
        self._interrupt = interrupt
        self._kinds = frozenset(kinds)
        self._rest_s = rest_s
        self._waiting: deque[Ticket] = deque()
        self._preparation: dict[str, Any] | None = None
        self._tickets: dict[int, Ticket] = {LOAD_TURN: Ticket(LOAD_TURN, _LOAD)}
        self._current: int | None = LOAD_TURN
        self._gone = False
        self._at_once: dict[str, AtOnce] = {}
        self._changed = threading.Condition()

    def start(self) -> None:
        """Begin to receive."""
        threading.Thread(target=self._listen, name="engine-inbox", daemon=True).start()

    def answer_at_once(self, kind: str, answer: AtOnce) -> None:
        """From now on answer this kind when it comes, also while the main thread computes."""
        self._at_once[kind] = answer

    def next(self, idle: IdleWork) -> Ticket | None:
        """Wait for the next ticket and make it the current one; None when there will be no more.

        While none waits, ``idle`` is called with each newest preparation, and then with None as long as
        it says that more is to do; with None also once when nothing came for a while. A ticket
        interrupts it.
        """
        with self._changed:
            self._tickets.pop(self._current if self._current is not None else LOAD_TURN, None)
            self._current = None
            self._interrupt(self._gone)
        more = rested = False
        while True:
            with self._changed:
                while not (self._waiting or self._gone or self._preparation or more):
                    if not self._changed.wait(None if rested else self._rest_s):
                        more = rested = True
                if self._waiting:
                    return self._begin(self._waiting.popleft())
                if self._gone:
                    return None
                newest, self._preparation = self._preparation, None
            more = idle(newest)

    def _begin(self, ticket: Ticket) -> Ticket:
        self._current = ticket.number
        self._interrupt(ticket.control.cancelled or self._gone)
        return ticket

    def _listen(self) -> None:
        try:
            while True:
                frame = self._channel.receive()
                if frame is not None:
                    self._take(frame)
        except (ChannelClosed, ProtocolError, KeyError, TypeError, ValueError):
            # Nobody is there any more, or nobody who speaks our language.
            with self._changed:
                self._gone = True
                for ticket in self._tickets.values():
                    ticket.control.cancelled = True
                self._interrupt(True)
                self._changed.notify()

    def _take(self, frame: dict[str, Any]) -> None:
        kind = frame.pop("request")
        if kind == "ping":
            self._channel.send({"event": "pong"})
            return
        number = int(frame.pop("turn", LOAD_TURN))
        if kind in self._at_once:
            self._at_once[kind](Ticket(number, kind, frame))
            return
        with self._changed:
            if kind == PREPARE:
                self._preparation = frame
                self._changed.notify()
            elif kind in self._kinds:
                self._queue(Ticket(number, kind, frame))
            elif kind not in _WISHES:
                raise ValueError("unknown request")
            elif number in self._tickets:
                self._wish(kind, self._tickets[number])

    def _queue(self, ticket: Ticket) -> None:
        self._tickets[ticket.number] = ticket
        self._waiting.append(ticket)
        if ticket.kind == TURN:
            self._preparation = None  # it was meant for this turn
        if self._current is None:
            self._interrupt(True)
        self._changed.notify()

    def _wish(self, kind: str, ticket: Ticket) -> None:
        if kind == _ANSWER_NOW:
            ticket.control.answer_now = True
            return
        ticket.control.cancelled = True
        if ticket.number == self._current:
            self._interrupt(True)
