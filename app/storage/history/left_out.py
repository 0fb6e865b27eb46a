"""Messages that stay in a conversation and are not read by the model.

Job: keep the marks, and say which of them hold on a branch. Rule: a person's own mark holds on every
branch; the mark of a summary holds where the summary stands. Putting back takes both away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.storage.database.connection import Database

_EVERYWHERE = 0


class LeftOut:
    """The marks of one history. Calls that change them belong inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def mark(self, message_ids: Iterable[int], summary_id: int | None = None) -> None:
        """Leave messages out: on every branch, or on those that hold ``summary_id``."""
        for message_id in message_ids:
            self._database.execute(
                "INSERT OR IGNORE INTO left_out (message_id, summary_id) VALUES (?, ?)",
                (message_id, summary_id or _EVERYWHERE),
            )

    def unmark(self, message_ids: Iterable[int]) -> None:
        """Let messages be read again, whatever left them out."""
        for message_id in message_ids:
            self._database.execute("DELETE FROM left_out WHERE message_id = ?", (message_id,))

    def on_path(self, conversation_id: int, path: Sequence[int]) -> frozenset[int]:
        """Return which messages of a path, given by their identifiers, are left out on it."""
        here = frozenset(path)
        marks = self._database.rows(
            "SELECT l.message_id, l.summary_id FROM left_out l JOIN messages m ON m.id = l.message_id"
            " WHERE m.conversation_id = ?",
            (conversation_id,),
        )
        return frozenset(
            int(message_id)
            for message_id, summary_id in marks
            if message_id in here and (summary_id == _EVERYWHERE or summary_id in here)
        )
