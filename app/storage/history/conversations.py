"""The list of conversations.

Job: make, name, order and delete conversations. Rule: deleting removes the words from the tables, the
search index, the drafts and the write-ahead log in one go.
"""

from __future__ import annotations

import time

from app.core.errors import UserError
from app.storage.database.connection import Database, Row
from app.storage.history.stored_text import clean_title
from app.storage.records import ConversationRecord

_COLUMNS = "id, title, created, updated, leaf_id, adapter, adapter_scale"


class Conversations:
    """The conversations of one history."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[ConversationRecord, ...]:
        """Return every conversation that is not in the bin, the one last written in first."""
        sql = (
            f"SELECT {_COLUMNS} FROM conversations WHERE binned IS NULL"  # noqa: S608 - no input
            " ORDER BY activity DESC, id DESC"
        )
        return tuple(_record(row) for row in self._database.rows(sql))

    def one(self, conversation_id: int) -> ConversationRecord:
        """Return one conversation; raises UserError("storage.conversation_gone")."""
        sql = f"SELECT {_COLUMNS} FROM conversations WHERE id = ?"  # noqa: S608 - no input
        row = self._database.row(sql, (conversation_id,))
        if row is None:
            raise UserError("storage.conversation_gone")
        return _record(row)

    def create(self, title: str) -> ConversationRecord:
        """Make an empty conversation; it becomes the first of the list."""
        now = time.time()
        with self._database.transaction():
            new_id = self._database.execute(
                "INSERT INTO conversations (title, created, updated, activity) VALUES (?, ?, ?,"
                " (SELECT coalesce(max(activity), 0) + 1 FROM conversations))",
                (clean_title(title), now, now),
            )
        return self.one(new_id)

    def rename(self, conversation_id: int, title: str) -> None:
        """Give a conversation another title; its place in the list stays."""
        with self._database.transaction():
            self.one(conversation_id)
            self._database.execute(
                "UPDATE conversations SET title = ? WHERE id = ?", (clean_title(title), conversation_id)
            )

    def set_adapter(self, conversation_id: int, path: str, scale: float) -> None:
        """Let a conversation be answered with an adapter file ("" for none) from now on."""
        with self._database.transaction():
            self.one(conversation_id)
            self._database.execute(
                "UPDATE conversations SET adapter = ?, adapter_scale = ? WHERE id = ?",
                (path, scale, conversation_id),
            )

    def touch(self, conversation_id: int, leaf_id: int) -> None:
        """Note, inside a transaction, that ``leaf_id`` was written and is shown: first of the list."""
        self._database.execute(
            "UPDATE conversations SET leaf_id = ?, updated = ?,"
            " activity = (SELECT max(activity) + 1 FROM conversations) WHERE id = ?",
            (leaf_id, time.time(), conversation_id),
        )

    def show(self, conversation_id: int, leaf_id: int) -> None:
        """Note, inside a transaction, which branch is shown; the place in the list stays."""
        self._database.execute(
            "UPDATE conversations SET leaf_id = ? WHERE id = ?", (leaf_id, conversation_id)
        )

    def delete(self, conversation_id: int) -> None:
        """Delete a conversation with all its branches; deleting what is gone does nothing."""
        with self._database.transaction():
            self._database.execute(
                "DELETE FROM words WHERE id IN (SELECT id FROM messages WHERE conversation_id = ?)",
                (conversation_id,),
            )
            self._database.execute(
                "DELETE FROM left_out WHERE message_id IN"
                " (SELECT id FROM messages WHERE conversation_id = ?)",
                (conversation_id,),
            )
            for table, column in (
                ("messages", "conversation_id"),
                ("drafts", "conversation_id"),
                ("conversations", "id"),
            ):
                sql = f"DELETE FROM {table} WHERE {column} = ?"  # noqa: S608 - the names stand above
                self._database.execute(sql, (conversation_id,))
        self._database.forget_log()


def _record(row: Row) -> ConversationRecord:
    return ConversationRecord(
        id=row[0],
        title=row[1],
        created=row[2],
        updated=row[3],
        leaf_id=row[4],
        adapter=row[5],
        adapter_scale=row[6],
    )
