"""The inbox: tickets in order, the newest preparation apart, interruptions for those who wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.children.wire.channel import Channel, channel_to_child
from app.engine.host.inbox import Inbox, Ticket

KINDS = ("turn", "save")


class Line:
    """An inbox with its other end, and what it was told to interrupt."""

    def __init__(self, rest_s: float = 60.0) -> None:
        self.theirs, (read, write) = channel_to_child()
        self.ours = Channel(read, write)
        self.flags: list[bool] = []
        self.flagged = threading.Condition()
        self.inbox = Inbox(self.ours, self.flag, KINDS, rest_s)

    def flag(self, stop: bool) -> None:
        with self.flagged:
            self.flags.append(stop)
            self.flagged.notify_all()

    def wait(self, until: Callable[[], bool]) -> None:
        with self.flagged:
            assert self.flagged.wait_for(until, timeout=10)

    def say(self, request: str, turn: int = 0, **values: Any) -> None:
        self.theirs.send({"request": request, "turn": turn, **values})

    def settle(self) -> None:
        """Wait until all that was said has been taken."""
        self.say("ping")
        assert self.theirs.receive(10) == {"event": "pong"}


@pytest.fixture
def line() -> Iterator[Line]:
    opened = Line()
    opened.inbox.start()
    yield opened
    opened.theirs.close()
    assert opened.inbox.next(lambda _newest: False) is None
    opened.ours.close()


def never(newest: dict[str, Any] | None) -> bool:
    raise AssertionError(newest)


def test_tickets_come_in_order_and_keep_their_data(line: Line) -> None:
    line.say("save", 1, conversation=7)
    line.say("turn", 2, messages=[])
    tickets = [line.inbox.next(never), line.inbox.next(never)]
    assert [(t.number, t.kind, t.data) for t in tickets if t] == [
        (1, "save", {"conversation": 7}),
        (2, "turn", {"messages": []}),
    ]


def test_only_the_newest_preparation_is_read_until_a_ticket_comes(line: Line) -> None:
    for draft in ("a", "ab", "abc"):
        line.say("prepare", draft=draft)
    line.settle()
    seen: list[Any] = []

    def idle(newest: dict[str, Any] | None) -> bool:
        seen.append(newest)
        if len(seen) == 3:
            line.say("turn", 1)
            line.wait(lambda: bool(line.flags) and line.flags[-1])
        return True

    ticket = line.inbox.next(idle)
    assert ticket
    assert ticket.kind == "turn"
    assert seen == [{"draft": "abc"}, None, None]
    assert line.flags[-2:] == [True, False], "interrupted for the turn, which then runs undisturbed"


def test_a_newer_preparation_takes_over_between_two_steps(line: Line) -> None:
    line.say("prepare", draft="one")
    seen: list[Any] = []

    def idle(newest: dict[str, Any] | None) -> bool:
        seen.append(newest)
        if len(seen) == 1:
            line.say("prepare", draft="two")
            line.settle()
        if len(seen) == 3:
            line.say("save", 1)
            line.settle()
        return len(seen) < 3

    assert line.inbox.next(idle)
    assert seen == [{"draft": "one"}, {"draft": "two"}, None]


def test_a_preparation_from_before_a_turn_is_forgotten(line: Line) -> None:
    line.say("prepare", draft="for the turn")
    line.say("turn", 1)
    line.settle()
    assert line.inbox.next(never)
    line.say("prepare", draft="for the next one")
    line.say("save", 2)
    line.settle()
    assert line.inbox.next(never)
    seen: list[Any] = []

    def idle(newest: dict[str, Any] | None) -> bool:
        seen.append(newest)
        line.say("save", 3)
        line.settle()
        return False

    assert line.inbox.next(idle)
    assert seen == [{"draft": "for the next one"}]


def test_wishes_reach_the_ticket_they_are_meant_for(line: Line) -> None:
    line.say("turn", 1)
    line.say("turn", 2)
    line.say("answer_now", 2)
    line.say("cancel", 2)
    line.say("cancel", 99)
    line.settle()
    first, flags = line.inbox.next(never), list(line.flags)
    assert first
    assert not first.control.cancelled
    assert flags[-1] is False
    second = line.inbox.next(never)
    assert second
    assert (second.control.cancelled, second.control.answer_now) == (True, True)
    assert line.flags[-1] is True


def test_what_needs_no_computing_is_answered_at_once(line: Line) -> None:
    answered: list[Ticket] = []
    line.inbox.answer_at_once("ledger", answered.append)
    line.say("turn", 1)
    line.say("ledger", 2, draft="x")
    line.settle()
    assert [(ticket.number, ticket.data) for ticket in answered] == [(2, {"draft": "x"})]
    assert line.inbox.next(never)


def test_a_request_nobody_knows_ends_the_line(line: Line) -> None:
    line.say("turn", 1)
    line.say("dance", 5)
    line.wait(lambda: bool(line.flags) and line.flags[-1])
    ticket = line.inbox.next(never)
    assert ticket
    assert ticket.control.cancelled
    assert line.inbox.next(never) is None


def test_a_rest_is_used_once() -> None:
    line = Line(rest_s=0.01)
    line.inbox.start()
    seen: list[Any] = []

    def idle(newest: dict[str, Any] | None) -> bool:
        seen.append(newest)
        if newest is None:
            line.say("prepare", draft="later")
        else:
            line.theirs.close()
        return False

    assert line.inbox.next(idle) is None
    assert seen == [None, {"draft": "later"}]
    line.ours.close()
