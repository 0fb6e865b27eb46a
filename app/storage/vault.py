"""The vault: the door through which the floors above read and write conversations.

Job: one object with every call the interface needs. Rule: calls block and belong on one storage thread;
what a call has returned is on the disk; failures of the disk are UserErrors. ``unlock`` opens vaults.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.core.conversation.draft import Draft
from app.core.conversation.message import Effort, Message, Part
from app.core.logs import log_event
from app.storage.database import connection, schema
from app.storage.database.connection import Database
from app.storage.history.bin import Bin
from app.storage.history.conversations import Conversations
from app.storage.history.drafts import Drafts
from app.storage.history.messages import Messages
from app.storage.history.search import Search
from app.storage.network.log import NetworkLog
from app.storage.records import (
    AnswerFacts,
    BinnedConversation,
    ConversationRecord,
    MessageRecord,
    MessageState,
    SearchHit,
)
from app.storage.recovery import Recovery
from app.storage.snapshots import Snapshots


@dataclass(frozen=True, slots=True)
class OpeningNotes:
    """What was found when the vault was opened.

    ``interrupted`` answers were cut off by the end of the last run. ``header_repaired``: vault.json
    or its copy was missing or damaged and was written again. ``header_older``: vault.json is an older
    one than the history knows (an old passphrase may open it); it was accepted. ``unclean``: the last
    run did not close the history; :meth:`Vault.check` is worth running when there is time.
    """

    interrupted: int = 0
    header_repaired: bool = False
    header_older: bool = False
    unclean: bool = False


class Vault:
    """An open history. ``on_close`` gives back what the opening took (the lock of the profile)."""

    def __init__(
        self,
        database: Database,
        notes: OpeningNotes | None = None,
        on_close: Callable[[], None] | None = None,
        *,
        keeps: bool = True,
        snapshots: Snapshots | None = None,
        recovery: Recovery | None = None,
    ) -> None:
        self.keeps = keeps
        """Whether anything outlives the program; False for "keep nothing"."""
        self.snapshots = snapshots if keeps else None
        """What the model had read of each conversation; None where nothing is kept."""
        self.recovery = recovery if keeps else None
        """The recovery code; None where nothing is kept."""
        self._database = database
        self._on_close = on_close
        self._closed = False
        self._conversations = Conversations(database)
        self._bin = Bin(database)
        self._messages = Messages(database, self._conversations)
        self._search = Search(database)
        self._drafts = Drafts(database)
        self.network_log = NetworkLog(database)
        """Every connection that any process of the program made."""
        self.notes = notes or OpeningNotes()

    @classmethod
    def in_memory(cls) -> Vault:
        """Return a vault for "keep nothing": it never touches the disk and ends with the program."""
        database = connection.open_in_memory()
        schema.bring_up_to_date(database)
        return cls(database, keeps=False)

    def conversations(self) -> tuple[ConversationRecord, ...]:
        """Return every conversation that is not in the bin, the one last written in first."""
        return self._conversations.all()

    def conversation(self, conversation_id: int) -> ConversationRecord:
        """Return one conversation; raises UserError("storage.conversation_gone")."""
        return self._conversations.one(conversation_id)

    def create_conversation(self, title: str) -> ConversationRecord:
        """Make an empty conversation; the title becomes one line of at most 200 characters."""
        return self._conversations.create(title)

    def rename(self, conversation_id: int, title: str) -> None:
        """Give a conversation another title; raises UserError("storage.conversation_gone")."""
        self._conversations.rename(conversation_id, title)

    def set_adapter(self, conversation_id: int, path: str, scale: float = 1.0) -> None:
        """Let a conversation be answered with an adapter file; "" for none."""
        self._conversations.set_adapter(conversation_id, path, scale)

    def bin(self) -> tuple[BinnedConversation, ...]:
        """Return what is in the bin, the one deleted last first."""
        return self._bin.all()

    def move_to_bin(self, conversation_id: int) -> None:
        """Take a conversation out of the list and the search; :meth:`give_back` undoes it.

        What the model had read of it is removed at once. Where nothing is kept it is deleted for good.
        """
        if not self.keeps:
            self.delete(conversation_id)
            return
        if self.snapshots:
            self.snapshots.delete(conversation_id)
        self._bin.take_in(conversation_id)

    def give_back(self, conversation_id: int) -> None:
        """Put a conversation of the bin back into the list; raises UserError if it is gone."""
        self._bin.give_back(conversation_id)

    def empty_bin(self, days: float = 0.0) -> int:
        """Delete for good what has been in the bin for ``days`` or longer; returns how many."""
        overdue = self._bin.overdue(days)
        for conversation_id in overdue:
            self.delete(conversation_id)
        return len(overdue)

    def delete(self, conversation_id: int) -> None:
        """Delete a conversation for good, all its branches; its words leave every file of the vault."""
        if self.snapshots:
            self.snapshots.delete(conversation_id)
        self._conversations.delete(conversation_id)

    def conversations_by_model(self) -> dict[str, int]:
        """Return how many conversations have an answer by each model, by the model's name."""
        return self._messages.conversations_by_model()

    def thinking_times(self, model_name: str, effort: Effort, many: int) -> tuple[float, ...]:
        """Return how long (ms) a model thought at an effort, for its last ``many`` whole answers."""
        return self._messages.thinking_times(model_name, effort, many)

    def message(self, message_id: int) -> MessageRecord:
        """Return one message; raises UserError("storage.conversation_gone")."""
        return self._messages.one(message_id)

    def path(self, conversation_id: int, leaf_id: int | None = None) -> tuple[MessageRecord, ...]:
        """Return the messages from the first to ``leaf_id``; None means the branch shown last."""
        return self._messages.path(conversation_id, leaf_id)

    def show_branch(self, message_id: int) -> tuple[MessageRecord, ...]:
        """Show the branch that holds a message, and return it whole, on past that message."""
        return self._messages.show_branch(message_id)

    def add_user_message(
        self, conversation_id: int, parent_id: int | None, message: Message
    ) -> MessageRecord:
        """Keep what the person said; on return it is on the disk. ``parent_id`` None begins a tree."""
        return self._messages.add_user_message(conversation_id, parent_id, message)

    def begin_answer(
        self, conversation_id: int, parent_id: int | None, facts: AnswerFacts | None = None
    ) -> MessageRecord:
        """Add an empty answer that is being written."""
        return self._messages.begin_answer(conversation_id, parent_id, facts or AnswerFacts())

    def continue_answer(self, message_id: int) -> MessageRecord:
        """Let an answer that was cut off be written on; ValueError for one that was not."""
        return self._messages.continue_answer(message_id)

    def add_summary(
        self, conversation_id: int, parent_id: int | None, text: str, covered: Sequence[int] = ()
    ) -> MessageRecord:
        """Add a summary of the ``covered`` messages; on branches that hold it they are left out."""
        return self._messages.add_summary(conversation_id, parent_id, text, covered)

    def leave_out(self, message_ids: Sequence[int]) -> None:
        """Keep these messages and do not let the model read them, on any branch."""
        self._messages.leave_out(message_ids)

    def put_back(self, message_ids: Sequence[int]) -> None:
        """Let the model read these messages again, also where a summary stands for them."""
        self._messages.put_back(message_ids)

    def save_answer(self, message_id: int, parts: Sequence[Part]) -> None:
        """Keep what an answer says so far (all its parts, not only the new ones)."""
        self._messages.save_answer(message_id, parts)

    def finish_answer(
        self,
        message_id: int,
        parts: Sequence[Part],
        state: MessageState,
        facts: AnswerFacts | None = None,
    ) -> MessageRecord:
        """Keep the whole answer and how it ended; without ``facts`` those of its beginning stay."""
        known = facts or self._messages.one(message_id).facts
        return self._messages.finish_answer(message_id, parts, state, known)

    def switch(self, message_id: int, step: int) -> tuple[MessageRecord, ...]:
        """Show the sibling ``step`` places further and return the whole new path."""
        return self._messages.switch(message_id, step)

    def search(self, words: str, limit: int = 50) -> tuple[SearchHit, ...]:
        """Return messages that hold all the words, the newest first; any text is allowed."""
        return self._search.find(words, limit)

    def draft(self, conversation_id: int | None) -> Draft:
        """Return what is not sent of a conversation (None: of the one not begun yet)."""
        return self._drafts.read(conversation_id)

    def save_draft(self, conversation_id: int | None, draft: Draft) -> None:
        """Keep what is not sent exactly; an empty draft is forgotten."""
        self._drafts.save(conversation_id, draft)

    def check(self) -> tuple[str, ...]:
        """Return what is wrong inside the history, in SQLite's words; empty if nothing is. Slow."""
        faults = [str(row[0]) for row in self._database.rows("PRAGMA quick_check") if row[0] != "ok"]
        # The cipher's check looks at the file alone, and what the log replaces may be torn there.
        self._database.forget_log()
        faults += [str(row[0]) for row in self._database.rows("PRAGMA cipher_integrity_check")]
        # Raises if the index and the words differ.
        self._database.execute("INSERT INTO word_index (word_index, rank) VALUES ('integrity-check', 1)")
        faults += [
            f"row {row[1]} of {row[0]}" for row in self._database.rows("PRAGMA foreign_key_check")
        ]
        return tuple(faults)

    def close(self) -> None:
        """Close the history and give the profile back; calling it again does nothing."""
        if self._closed:
            return
        self._closed = True
        try:
            self._database.close()
        finally:
            if self._on_close is not None:
                self._on_close()
        log_event("storage.closed")
