"""A connection that a process of this program makes, as a value.

Job: what is kept of it (when, whither, how much, why, who agreed). Rule: it is noted before the first
byte leaves and noted again, under the same identity, when it has ended; never what was carried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

DOWNLOAD = "download"
"""Why a connection is made: to fetch a model file."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One host that one process talked to.

    ``identity`` is the same in both notes of a connection; ``host`` is a name or an address with its
    port where it is not the usual one; ``why`` is a code, ``what`` the file's name; ``received`` and
    ``sent`` count bytes. ``ended`` is None in the first note, and ``outcome`` then empty; later ``done``
    or the code of an error. Times are in UTC.
    """

    identity: str
    begun: datetime
    host: str
    why: str
    what: str
    approved_by: str
    received: int = 0
    ended: datetime | None = None
    outcome: str = ""
    sent: int = 0


def last_time(connections: Sequence[Connection], now: datetime | None = None) -> datetime:
    """Return when the last of ``connections`` was (the newest first); ``now`` is for tests.

    One that was noted while the clock ran ahead counts only until the next is noted: its day is still
    to come, and would hide all that follow.
    """
    moment = now or datetime.now(UTC)
    times = [connection.ended or connection.begun for connection in connections]
    return max([times[0], *(time for time in times if time <= moment)])
