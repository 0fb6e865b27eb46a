"""Answers the requests that are about turns.

Job: from a ticket's plain data to the generator and back to an event. Rule: rebuilds the request first,
so that a frame of the wrong shape changes nothing.
"""

from __future__ import annotations

from app.engine.host.desk import Desk, Report
from app.engine.host.inbox import Ticket
from app.engine.protocol.events import Event
from app.engine.protocol.requests import TurnRequest


def run_turn(desk: Desk, ticket: Ticket, report: Report) -> Event:
    """Generate one message."""
    request = TurnRequest.from_json(ticket.data)
    desk.preparation.drop()
    return desk.generator.run(request, ticket.control, report)
