"""What a request's handler works with.

Job: carry the loaded engine's parts to whoever answers a request. Rule: a handler takes the desk, a
ticket and a way to report progress, and returns the one event that answers the ticket; trouble in the
person's world is raised as a UserError.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.children.wire.channel import Channel
from app.engine.computing.llama_backend import LlamaBackend
from app.engine.host.inbox import Ticket
from app.engine.protocol.events import Event
from app.engine.turns.generation import Generator
from app.engine.turns.preparation import Preparation
from app.engine.turns.self_test import SelfTest
from app.engine.turns.snapshot import Snapshots


@dataclass(frozen=True, slots=True)
class Desk:
    """A loaded engine: what computes, what runs turns, what reads ahead, and the line to the Interface.

    A handler that changes what the cache holds drops the preparation first.
    """

    channel: Channel
    backend: LlamaBackend
    generator: Generator
    preparation: Preparation
    snapshots: Snapshots
    self_test: SelfTest


Report = Callable[[Event], None]
"""Sends an event that belongs to the ticket being answered."""

Handler = Callable[[Desk, Ticket, Report], Event]
"""Answers one kind of request."""
