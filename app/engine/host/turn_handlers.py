"""Answers the requests that are about turns.

Job: from a ticket's plain data to the generator and back to an event. Rule: rebuilds the request first,
so that a frame of the wrong shape changes nothing.
"""

from __future__ import annotations

from app.engine.host.desk import Desk, Report
from app.engine.host.inbox import Ticket
from app.engine.protocol.events import Counted, Event, Freed
from app.engine.protocol.requests import LedgerRequest, SelfTestRequest, TurnRequest
from app.engine.turns.counting import count


def run_turn(desk: Desk, ticket: Ticket, report: Report) -> Event:
    """Generate one message."""
    request = TurnRequest.from_json(ticket.data)
    desk.preparation.drop()
    return desk.generator.run(request, ticket.control, report)


def count_ledger(desk: Desk, ticket: Ticket, report: Report) -> Event:
    """Count the next prompt's pieces; safe on any thread and while a turn runs."""
    del report
    request = LedgerRequest.from_json(ticket.data)
    return Counted(count(desk.generator.writer, request, desk.backend.context))


def free(desk: Desk, ticket: Ticket, report: Report) -> Event:
    """Give back what only saves time: renderings, and all checkpoints but the newest."""
    del ticket, report
    desk.generator.cache.drop_checkpoints()
    desk.generator.writer.forget()
    return Freed()


def self_test(desk: Desk, ticket: Ticket, report: Report) -> Event:
    """Compute the recorded answer once more, of this engine or of one that is gone."""
    del report
    return desk.self_test.run(SelfTestRequest.from_json(ticket.data).known)
