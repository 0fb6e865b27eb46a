"""A sealed program's own process gives up connecting, and marks itself for the children it starts.

Job: what is done once, at the start, when the program is sealed. Rule: it cannot be taken back before
the program starts again; what the system does not allow is reported, never assumed. The mark is a
variable of the environment: the one thing that a child is told besides places.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from app.children.confine.report import Mechanism
from app.core.logs import log_event

MARK = "CLOISTER_SEALED"
CAN_GIVE_UP = sys.platform == "linux"
"""Whether this system lets the window's process give up connecting."""
_IN_FORCE, _NOT_IN_FORCE = "1", "0"


def seal_this_process() -> Mechanism:
    """Give up the right to connect, as far as this system knows it, here and in every child."""
    mechanism = _give_up()
    os.environ[MARK] = _IN_FORCE if mechanism.in_force else _NOT_IN_FORCE
    log_event("seal.applied", in_force=mechanism.in_force, errno=mechanism.errno)
    return mechanism


def is_marked(variables: Mapping[str, str] = os.environ) -> bool:
    """Say whether this process, or the one that started it, was sealed from its beginning."""
    return MARK in variables


def has_given_up() -> bool:
    """Say whether the system refuses this process any connection, until its end."""
    return os.environ.get(MARK) == _IN_FORCE


def _give_up() -> Mechanism:
    if sys.platform == "linux":
        from app.children.confine import no_connections

        return no_connections.give_up()
    else:  # noqa: RET505 - else the type checker calls the rest unreachable on the other systems
        # Windows has no such right to give up. On macOS a process has one sandbox for life and its
        # children inherit it: the engine could then not take its own, which is worth more.
        return Mechanism("connections", in_force=False, boundary=True)
