"""The tables of the history and how they came to be.

Job: bring a history to the tables this version knows. Rule: a migration has a name, is never changed
once released, and runs whole or not at all; a history from a newer version is refused, not touched.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from app.core.errors import UserError
from app.core.logs import log_event
from app.storage.database.connection import Database

APPLICATION_ID: Final = 0x434C5354
"""Marks the file as ours ("CLST") for anyone who opens it with the key."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One named step; its number is its place in :data:`MIGRATIONS`, from 1."""

    name: str
    statements: tuple[str, ...]


_FIRST: Final = Migration(
    "first",
    (
        f"PRAGMA application_id={APPLICATION_ID}",
        "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
        """CREATE TABLE migrations (
            number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied REAL NOT NULL
        ) STRICT""",
        # activity orders the list: a counter, because clocks move backwards. leaf_id and shown_child_id
        # remember what was shown; they follow no foreign key, so that deleting needs no order.
        """CREATE TABLE conversations (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            title TEXT NOT NULL,
            created REAL NOT NULL,
            updated REAL NOT NULL,
            activity INTEGER NOT NULL,
            leaf_id INTEGER
        ) STRICT""",
        "CREATE INDEX conversations_by_activity ON conversations (activity)",
        # No cascades: they would nest as deep as the conversation is long.
        """CREATE TABLE messages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation_id INTEGER NOT NULL REFERENCES conversations (id),
            parent_id INTEGER REFERENCES messages (id),
            shown_child_id INTEGER,
            role TEXT NOT NULL,
            state TEXT NOT NULL,
            created REAL NOT NULL,
            facts BLOB NOT NULL,
            parts BLOB NOT NULL
        ) STRICT""",
        "CREATE INDEX messages_by_place ON messages (conversation_id, parent_id)",
        "CREATE INDEX messages_by_parent ON messages (parent_id)",
        "CREATE INDEX messages_streaming ON messages (state) WHERE state = 'streaming'",
        "CREATE TABLE drafts (conversation_id INTEGER PRIMARY KEY, text BLOB NOT NULL) STRICT",
        # The words that can be searched, and the index over them.
        """CREATE TABLE words (
            id INTEGER PRIMARY KEY REFERENCES messages (id), words TEXT NOT NULL
        ) STRICT""",
        """CREATE VIRTUAL TABLE word_index USING fts5 (
            words, content='words', content_rowid='id',
            tokenize='unicode61 remove_diacritics 2'
        )""",
        # Without this the index keeps the words of deleted messages.
        "INSERT INTO word_index (word_index, rank) VALUES ('secure-delete', 1)",
        """CREATE TRIGGER words_added AFTER INSERT ON words BEGIN
            INSERT INTO word_index (rowid, words) VALUES (new.id, new.words);
        END""",
        """CREATE TRIGGER words_removed AFTER DELETE ON words BEGIN
            INSERT INTO word_index (word_index, rowid, words) VALUES ('delete', old.id, old.words);
        END""",
    ),
)

_LEFT_OUT: Final = Migration(
    "left_out",
    (
        # Messages the model does not read: on every branch (summary_id 0), or on those that hold the
        # summary that stands for them.
        """CREATE TABLE left_out (
            message_id INTEGER NOT NULL REFERENCES messages (id),
            summary_id INTEGER NOT NULL,
            PRIMARY KEY (message_id, summary_id)
        ) STRICT, WITHOUT ROWID""",
    ),
)

_ADAPTERS: Final = Migration(
    "adapters",
    (
        # The adapter a conversation is answered with: its file's path, empty for none, and its strength.
        "ALTER TABLE conversations ADD COLUMN adapter TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE conversations ADD COLUMN adapter_scale REAL NOT NULL DEFAULT 1.0",
    ),
)

_CONNECTIONS: Final = Migration(
    "connections",
    (
        # Every connection any process of the program made; noted when it begins, completed when it has
        # ended. Without an end nobody knows how it ended. Never what was carried.
        """CREATE TABLE connections (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            identity TEXT NOT NULL UNIQUE,
            begun REAL NOT NULL,
            ended REAL,
            host TEXT NOT NULL,
            why TEXT NOT NULL,
            what TEXT NOT NULL,
            approved_by TEXT NOT NULL,
            received INTEGER NOT NULL,
            sent INTEGER NOT NULL,
            outcome TEXT NOT NULL
        ) STRICT""",
    ),
)

_BIN: Final = Migration(
    "bin",
    (
        # When a conversation was moved to the bin; nothing for one that is in the list.
        "ALTER TABLE conversations ADD COLUMN binned REAL",
    ),
)

MIGRATIONS: Final = (_FIRST, _LEFT_OUT, _ADAPTERS, _CONNECTIONS, _BIN)


def bring_up_to_date(database: Database, migrations: tuple[Migration, ...] = MIGRATIONS) -> int:
    """Apply what is missing, each step in its own transaction; returns how many were applied.

    Raises UserError("storage.history_newer") if the history knows more steps than we do.
    """
    row = database.row("PRAGMA user_version")
    version = int(row[0]) if row else 0
    if version > len(migrations):
        raise UserError("storage.history_newer")
    for number, migration in enumerate(migrations[version:], start=version + 1):
        with database.transaction():
            for statement in migration.statements:
                database.execute(statement)
            database.execute(
                "INSERT INTO migrations (number, name, applied) VALUES (?, ?, ?)",
                (number, migration.name, time.time()),
            )
            database.execute(f"PRAGMA user_version={number}")
        log_event("storage.migrated", number=number)
    return len(migrations) - version


def fact(database: Database, name: str) -> str | None:
    """Return a fact the history keeps about itself."""
    row = database.row("SELECT value FROM about WHERE name = ?", (name,))
    return str(row[0]) if row else None


def set_fact(database: Database, name: str, value: str) -> None:
    """Keep a fact about the history itself."""
    database.execute("INSERT OR REPLACE INTO about (name, value) VALUES (?, ?)", (name, value))
