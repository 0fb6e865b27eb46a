"""The bin: conversations that were deleted and can still be had back.

Job: move conversations there and back, list them, and find those whose time is over. Rule: what is in
the bin is in no list and no search, and stays encrypted where it was; taking it out of the vault for
good is :meth:`Conversations.delete`. A clock that was set back keeps nothing for longer than meant; one
that leapt ahead empties nothing for a day, in which it can be set right.
"""

from __future__ import annotations

import time
from math import ceil

from app.core.errors import UserError
from app.storage.database.connection import Database
from app.storage.database.schema import fact, set_fact
from app.storage.records import BinnedConversation

DAY_SECONDS = 86_400
LEAP_S = 3 * DAY_SECONDS
"""Between two looks lies an hour, or a time without the program; more than this may be a wrong clock."""
_LOOKED, _LEAPT = "bin_looked", "bin_leapt"
_THERE = "SELECT 1 FROM conversations WHERE id = ?"


def days_left(binned: float, days: int, now: float) -> int:
    """Return for how many days, begun ones counted, what came at ``binned`` stays; never below 0.

    A moment that is still to come counts as now: see :meth:`Bin.overdue`.
    """
    stays = days * DAY_SECONDS - max(0.0, now - binned)
    return max(0, min(days, ceil(stays / DAY_SECONDS)))


class Bin:
    """The bin of one history."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[BinnedConversation, ...]:
        """Return what is in the bin, the one deleted last first."""
        rows = self._database.rows(
            "SELECT c.id, c.title, c.updated, c.binned,"
            " (SELECT count(*) FROM messages m WHERE m.conversation_id = c.id)"
            " FROM conversations c WHERE c.binned IS NOT NULL ORDER BY c.binned DESC, c.id DESC"
        )
        return tuple(BinnedConversation(*row) for row in rows)

    def take_in(self, conversation_id: int) -> None:
        """Move a conversation into the bin; one that is there keeps its day."""
        with self._database.transaction():
            self._database.execute(
                "UPDATE conversations SET binned = ? WHERE id = ? AND binned IS NULL",
                (time.time(), conversation_id),
            )

    def give_back(self, conversation_id: int) -> None:
        """Put a conversation back into the list, where it was; raises UserError if it is gone."""
        with self._database.transaction():
            if self._database.row(_THERE, (conversation_id,)) is None:
                raise UserError("storage.conversation_gone")
            self._database.execute(
                "UPDATE conversations SET binned = NULL WHERE id = ?", (conversation_id,)
            )

    def overdue(self, days: float) -> tuple[int, ...]:
        """Return what has been here for ``days`` or longer; those from the future start anew today.

        Without a number of days that is everything. Else nothing is, for a day after the clock leapt.
        """
        now = time.time()
        with self._database.transaction():
            self._database.execute("UPDATE conversations SET binned = ? WHERE binned > ?", (now, now))
            leapt = self._leapt(now)
        if days and now - leapt < DAY_SECONDS:
            return ()
        rows = self._database.rows(
            "SELECT id FROM conversations WHERE binned <= ?", (now - days * DAY_SECONDS,)
        )
        return tuple(row[0] for row in rows)

    def _leapt(self, now: float) -> float:
        """Note that the clock was looked at; return when it last leapt ahead, 0 for never."""
        looked = float(fact(self._database, _LOOKED) or now)
        leapt = float(fact(self._database, _LEAPT) or 0)
        if now - looked > LEAP_S:
            leapt = now
        elif now < leapt:  # it was set right
            leapt = 0.0
        set_fact(self._database, _LOOKED, repr(now))
        set_fact(self._database, _LEAPT, repr(leapt))
        return leapt
