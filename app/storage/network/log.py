"""Every connection that any process of this program made.

Job: keep each one, from the note before it starts to the note after it ended, and take in what was
noted while no vault was open. Rule: a row is never removed and its beginning never changed; a
connection whose end was never noted stays in the list without one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from app.core.connections import Connection
from app.storage.database.connection import Database

_ALL = (
    "SELECT identity, begun, host, why, what, approved_by, received, ended, outcome, sent"
    " FROM connections ORDER BY id DESC"
)
_KEEP = (
    "INSERT INTO connections"
    " (identity, begun, host, why, what, approved_by, received, ended, outcome, sent)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (identity) DO UPDATE SET received = excluded.received,"
    " sent = excluded.sent, ended = excluded.ended, outcome = excluded.outcome"
    " WHERE connections.ended IS NULL"
)


class NetworkLog:
    """The connections of one history. Calls may come from any thread, and block for the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._under_way: set[str] = set()
        self.on_change: Callable[[], None] | None = None
        """Called after each :meth:`add`, on its thread."""

    def add(self, connection: Connection) -> None:
        """Note a connection before it starts, and again under the same identity when it has ended.

        On return it is on the disk. Raises UserError when the disk refuses: then nothing may connect.
        """
        self._keep(connection)
        if connection.ended is None:
            self._under_way.add(connection.identity)
        else:
            self._under_way.discard(connection.identity)
        if self.on_change is not None:
            self.on_change()

    def all(self) -> tuple[Connection, ...]:
        """Return every connection, the newest first."""
        return tuple(_connection(row) for row in self._database.rows(_ALL))

    @property
    def under_way(self) -> frozenset[str]:
        """The identities of the connections begun through this object that have not ended yet."""
        return frozenset(self._under_way)

    def take_in(self, connection: Connection) -> None:
        """Keep what another process noted; only that process knows whether it goes on."""
        self._keep(connection)

    def _keep(self, connection: Connection) -> None:
        values = (
            connection.identity,
            connection.begun.timestamp(),
            connection.host,
            connection.why,
            connection.what,
            connection.approved_by,
            connection.received,
            None if connection.ended is None else connection.ended.timestamp(),
            connection.outcome,
            connection.sent,
        )
        with self._database.transaction():
            self._database.execute(_KEEP, values)


def _connection(row: tuple[Any, ...]) -> Connection:
    identity, begun, host, why, what, approved_by, received, ended, outcome, sent = row
    return Connection(
        identity=str(identity),
        begun=_time(begun),
        host=str(host),
        why=str(why),
        what=str(what),
        approved_by=str(approved_by),
        received=int(received),
        ended=None if ended is None else _time(ended),
        outcome=str(outcome),
        sent=int(sent),
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
