"""The list of connections as a file that a person takes away.

Job: CSV for a table program, JSON for a script. Rule: everything the log knows and nothing else; times
in UTC; a cell never begins with what a table program would take for a formula.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from app.core.connections import Connection

SUFFIXES = (".csv", ".json")
_COLUMNS = (
    *("begun", "ended", "host", "why", "what", "approved_by", "received", "sent", "outcome"),
    "identity",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
UNKNOWN = "unknown"
"""Outcome of a connection whose end was not noted."""


def encoded(connections: Iterable[Connection], suffix: str) -> bytes:
    """Return the list, JSON for the suffix ".json", else CSV."""
    rows = [_row(connection) for connection in connections]
    if suffix.lower() == ".json":
        return (json.dumps(rows, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _COLUMNS)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return text.getvalue().encode("utf-8-sig")


def _row(connection: Connection) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(connection, name) for name in _COLUMNS}
    row["begun"] = connection.begun.isoformat()
    row["ended"] = "" if connection.ended is None else connection.ended.isoformat()
    row["outcome"] = connection.outcome or UNKNOWN
    return row


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
