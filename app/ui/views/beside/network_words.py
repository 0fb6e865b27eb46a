"""Connections in words.

Job: one connection, and all of them together, as a person reads them. Rule: from the plain value only;
an end that nobody noted is called unknown, never success.
"""

from __future__ import annotations

from datetime import date, datetime

from PySide6.QtCore import QDate, QLocale, QTime

from app.core import texts
from app.core.connections import Connection

_KNOWN_WHY = frozenset({"download"})
_KNOWN_APPROVERS = frozenset({"person", "policy", "setting"})
DONE = "done"
_PAUSES = frozenset({"library.fetch_paused", "library.fetch_cancelled"})
_UNITS = ((1000**3, "gigabytes"), (1000**2, "megabytes"), (1000, "kilobytes"))


def day(moment: datetime, today: date | None = None) -> str:
    """Return the day, in the computer's own time: "12 Nov", with the year where it is another."""
    local = moment.astimezone()
    now = today or datetime.now().astimezone().date()
    pattern = "d MMM" if local.year == now.year else "d MMM yyyy"
    return _locale().toString(QDate(local.year, local.month, local.day), pattern)


def clock(moment: datetime) -> str:
    """Return the time of day, in the computer's own time: "14:03"."""
    local = moment.astimezone()
    return _locale().toString(QTime(local.hour, local.minute), "HH:mm")


def amount(size: int) -> str:
    """Return a number of bytes as people say it."""
    for unit, name in _UNITS:
        if size >= unit:
            return texts.text(f"seal.page.{name}", value=texts.number(size / unit, 1, short=True))
    return texts.plural("seal.page.bytes", size)


def happened(connection: Connection, *, under_way: bool) -> str:
    """Return when it was, why, who agreed, and how it ended."""
    began = f"{day(connection.begun)}, {clock(connection.begun)}"
    if connection.ended is None:
        key = "when_now" if under_way else "when_unknown"
        when = texts.text(f"seal.page.{key}", began=began)
    else:
        ended = clock(connection.ended)
        if day(connection.ended) != day(connection.begun):
            ended = f"{day(connection.ended)}, {ended}"
        when = texts.text("seal.page.when", began=began, ended=ended)
    why = connection.why if connection.why in _KNOWN_WHY else "other"
    who = connection.approved_by if connection.approved_by in _KNOWN_APPROVERS else "unknown"
    parts = (
        when,
        texts.text(f"seal.page.why_{why}", what=connection.what),
        texts.text(f"seal.page.who_{who}"),
        texts.text(f"seal.page.end_{end_of(connection, under_way=under_way)}"),
    )
    return " ".join(parts)


def end_of(connection: Connection, *, under_way: bool) -> str:
    """Return how it ended as a code: now, unknown, done, stopped or failed."""
    if connection.ended is None:
        return "now" if under_way else "unknown"
    if connection.outcome == DONE:
        return DONE
    return "stopped" if connection.outcome in _PAUSES else "failed"


def carried(connection: Connection) -> str:
    """Return how much came in and, where that is known, went out; nothing where nobody counted yet."""
    if connection.ended is None and not connection.received:
        return ""
    words = texts.text("seal.page.received", size=amount(connection.received))
    if not connection.sent:
        return words
    return texts.text("seal.page.both", received=words, size=amount(connection.sent))


def _locale() -> QLocale:
    return QLocale()
