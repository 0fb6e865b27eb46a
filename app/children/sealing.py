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


def seal_this_process() -> Mechanism:
    """Give up the right to connect, as far as this system knows it, here and in every child."""
    os.environ[MARK] = "1"
    mechanism = _give_up()
    log_event("seal.applied", in_force=mechanism.in_force, errno=mechanism.errno)
    return mechanism


def is_marked(variables: Mapping[str, str] = os.environ) -> bool:
    """Say whether a sealed program started this process."""
    return MARK in variables


def _give_up() -> Mechanism:
    if sys.platform == "linux":
        from app.children.confine import no_connections

        return no_connections.give_up()
    else:  # noqa: RET505 - else the type checker calls the rest unreachable on the other systems
        # Windows has no such right to give up. On macOS a process has one sandbox for life and its
        # children inherit it: the engine could then not take its own, which is worth more.
        return Mechanism("connections", in_force=False, boundary=True)
