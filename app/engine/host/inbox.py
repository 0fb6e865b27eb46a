"""The Engine's ear: reads requests while the main thread computes.

Job: queue turns, and let "cancel" and "answer now" reach the turn they are meant for at once, also
while native code runs. Rule: one thread receives; it touches turns only through :class:`TurnControl`
and the interrupt, under one lock.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.children.channel import Channel, ChannelClosed, ProtocolError
from app.engine.protocol.events import LOAD_TURN
from app.engine.turns.generation import TurnControl


@dataclass(frozen=True, slots=True)
class Ticket:
    """A turn that waits or runs: its number, the request as plain data, the person's wishes."""

    number: int
    request: dict[str, Any]
    control: TurnControl = field(default_factory=TurnControl)


class Inbox:
    """Receives on a thread of its own, from :meth:`start` until the channel ends.

    ``interrupt(True)`` is called when the current turn is cancelled or the other side is gone,
    ``interrupt(False)`` when a turn that nobody cancelled begins.
    """

    def __init__(self, channel: Channel, interrupt: Callable[[bool], None]) -> None:
        self._channel = channel
        self._interrupt = interrupt
        self._waiting: queue.SimpleQueue[Ticket | None] = queue.SimpleQueue()
        self._tickets: dict[int, Ticket] = {LOAD_TURN: Ticket(LOAD_TURN, {})}
        self._current = LOAD_TURN
        self._gone = False
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to receive."""
        threading.Thread(target=self._listen, name="engine-inbox", daemon=True).start()

    def next(self) -> Ticket | None:
        """Wait for the next turn and make it the current one; None when there will be no more."""
        with self._lock:
            self._tickets.pop(self._current, None)
        ticket = self._waiting.get()
        if ticket is None:
            return None
        with self._lock:
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
            with self._lock:
                self._gone = True
                for ticket in self._tickets.values():
                    ticket.control.cancelled = True
                self._interrupt(True)
            self._waiting.put(None)

    def _take(self, frame: dict[str, Any]) -> None:
        request = frame["request"]
        if request == "ping":
            self._channel.send({"event": "pong"})
            return
        number = int(frame["turn"])
        with self._lock:
            if request == "turn":
                ticket = self._tickets[number] = Ticket(number, frame)
                self._waiting.put(ticket)
            elif number in self._tickets:
                self._wish(request, self._tickets[number])

    def _wish(self, request: str, ticket: Ticket) -> None:
        if request == "answer_now":
            ticket.control.answer_now = True
        elif request == "cancel":
            ticket.control.cancelled = True
            if ticket.number == self._current:
                self._interrupt(True)
        else:
            raise ValueError("unknown request")
