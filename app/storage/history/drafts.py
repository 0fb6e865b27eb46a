"""What stands in the composer and was not sent.

Job: keep one draft per conversation, and one for a conversation not begun yet. Rule: it is kept exactly
as typed, with what is attached and what waits behind it.
"""

from __future__ import annotations

from app.core.conversation.draft import Draft
from app.storage.database.connection import Database
from app.storage.history import stored_text

_NEW_CONVERSATION = 0


class Drafts:
    """The drafts of one history; ``conversation_id`` None means a conversation not begun yet."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, conversation_id: int | None) -> Draft:
        """Return the draft, empty if there is none."""
        row = self._database.row(
            "SELECT text FROM drafts WHERE conversation_id = ?", (conversation_id or _NEW_CONVERSATION,)
        )
        return stored_text.decode_draft(row[0]) if row else Draft()

    def save(self, conversation_id: int | None, draft: Draft) -> None:
        """Keep the draft; an empty one is removed, one of a deleted conversation is not kept."""
        key = conversation_id or _NEW_CONVERSATION
        with self._database.transaction():
            self._database.execute("DELETE FROM drafts WHERE conversation_id = ?", (key,))
            if draft:
                self._database.execute(
                    "INSERT INTO drafts (conversation_id, text) SELECT ?, ?"
                    " WHERE ? = 0 OR EXISTS (SELECT 1 FROM conversations WHERE id = ?)",
                    (key, stored_text.encode_draft(draft), key, key),
                )
