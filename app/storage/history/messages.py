"""The tree of messages of a conversation.

Job: add, fill and walk messages; keep which branch was shown last at every fork. Rule: a message is on
the disk before the call that adds it returns, and nothing that was said is ever overwritten: another
try is a sibling.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from app.core.conversation.message import Effort, Message, Part, PartKind, Role
from app.core.errors import UserError
from app.storage.database.connection import Database, Row
from app.storage.history import stored_text
from app.storage.history.conversations import Conversations
from app.storage.history.left_out import LeftOut
from app.storage.records import AnswerFacts, MessageRecord, MessageState

_COLUMNS = """m.id, m.conversation_id, m.parent_id, m.role, m.state, m.created, m.facts, m.parts,
    (SELECT count(*) FROM messages s WHERE s.conversation_id = m.conversation_id
        AND s.parent_id IS m.parent_id AND s.id <= m.id),
    (SELECT count(*) FROM messages s WHERE s.conversation_id = m.conversation_id
        AND s.parent_id IS m.parent_id)"""

_ONE = f"SELECT {_COLUMNS} FROM messages m WHERE m.id = ?"  # noqa: S608 - no input in it

_PATH = f"""WITH RECURSIVE up (id, parent_id, depth) AS (
        SELECT id, parent_id, 0 FROM messages WHERE id = ? AND conversation_id = ?
        UNION ALL
        SELECT messages.id, messages.parent_id, up.depth + 1
        FROM messages JOIN up ON messages.id = up.parent_id
    )
    SELECT {_COLUMNS} FROM up JOIN messages m ON m.id = up.id ORDER BY up.depth DESC"""  # noqa: S608 - no input

# From a message down along the branch shown last; where none was, along the newest.
_LEAF_BELOW = """WITH RECURSIVE down (id, depth) AS (
        SELECT id, 0 FROM messages WHERE id = ?
        UNION ALL
        SELECT coalesce(
            (SELECT c.id FROM messages c WHERE c.id = m.shown_child_id AND c.parent_id = m.id),
            (SELECT max(c.id) FROM messages c WHERE c.parent_id = m.id)), down.depth + 1
        FROM down JOIN messages m ON m.id = down.id
        WHERE EXISTS (SELECT 1 FROM messages c WHERE c.parent_id = m.id)
    )
    SELECT id FROM down ORDER BY depth DESC LIMIT 1"""


_LOOKED_THROUGH = 10
"""Answers looked through for each that is wanted: they may be of other models and efforts."""
_CUT_OFF = (MessageState.STOPPED, MessageState.LENGTH, MessageState.INTERRUPTED)


class Messages:
    """The messages of one history."""

    def __init__(self, database: Database, conversations: Conversations) -> None:
        self._database = database
        self._conversations = conversations
        self._left_out = LeftOut(database)

    def one(self, message_id: int) -> MessageRecord:
        """Return one message; raises UserError("storage.conversation_gone")."""
        row = self._database.row(_ONE, (message_id,))
        if row is None:
            raise UserError("storage.conversation_gone")
        return _record(row)

    def path(self, conversation_id: int, leaf_id: int | None = None) -> tuple[MessageRecord, ...]:
        """Return the messages from the first to ``leaf_id`` (None: the branch shown last)."""
        leaf = self._conversations.one(conversation_id).leaf_id if leaf_id is None else leaf_id
        if leaf is None:
            return ()
        records = [_record(row) for row in self._database.rows(_PATH, (leaf, conversation_id))]
        unread = self._left_out.on_path(conversation_id, [record.id for record in records])
        return tuple(replace(record, left_out=record.id in unread) for record in records)

    def show_branch(self, message_id: int) -> tuple[MessageRecord, ...]:
        """Show the branch that holds a message, whole, and return it from the first message to its end.

        That is the branch shown last, if it does; else the one shown last below the message.
        """
        here = self.one(message_id)
        shown = self.path(here.conversation_id)
        if any(record.id == message_id for record in shown):
            return shown
        with self._database.transaction():
            for record in self.path(here.conversation_id, message_id):
                self._remember_child(record.parent_id, record.id)
            leaf_id = self._show_below(here.conversation_id, message_id)
        return self.path(here.conversation_id, leaf_id)

    def add_user_message(
        self, conversation_id: int, parent_id: int | None, message: Message
    ) -> MessageRecord:
        """Keep what the person said; raises ValueError if the message is not theirs."""
        if message.role is not Role.USER:
            raise ValueError("a person's message is expected")
        with self._database.transaction():
            new_id = self._add(conversation_id, parent_id, message, MessageState.DONE, AnswerFacts())
            self._make_searchable(new_id, message)
        return self.one(new_id)

    def begin_answer(
        self, conversation_id: int, parent_id: int | None, facts: AnswerFacts
    ) -> MessageRecord:
        """Add an empty answer in the state "streaming"."""
        with self._database.transaction():
            empty = Message(Role.ASSISTANT, ())
            new_id = self._add(conversation_id, parent_id, empty, MessageState.STREAMING, facts)
        return self.one(new_id)

    def continue_answer(self, message_id: int) -> MessageRecord:
        """Let an answer that was cut off grow on from what it says; ValueError for a whole one."""
        with self._database.transaction():
            here = self.one(message_id)
            if here.message.role is not Role.ASSISTANT or here.state not in _CUT_OFF:
                raise ValueError("this answer was not cut off")
            self._database.execute("DELETE FROM words WHERE id = ?", (message_id,))
            self._database.execute(
                "UPDATE messages SET state = ? WHERE id = ?", (MessageState.STREAMING.value, message_id)
            )
        return replace(here, state=MessageState.STREAMING)

    def add_summary(
        self, conversation_id: int, parent_id: int | None, text: str, covered: Sequence[int] = ()
    ) -> MessageRecord:
        """Add a summary of the ``covered`` messages, which are left out wherever it stands."""
        summary = Message(Role.ASSISTANT, (Part(PartKind.SUMMARY, text),))
        with self._database.transaction():
            new_id = self._add(conversation_id, parent_id, summary, MessageState.DONE, AnswerFacts())
            self._make_searchable(new_id, summary)
            self._left_out.mark(covered, new_id)
        return self.one(new_id)

    def leave_out(self, message_ids: Sequence[int]) -> None:
        """Keep these messages and do not let the model read them, on any branch."""
        with self._database.transaction():
            self._left_out.mark([self.one(message_id).id for message_id in message_ids])

    def put_back(self, message_ids: Sequence[int]) -> None:
        """Let the model read these messages again."""
        with self._database.transaction():
            self._left_out.unmark(message_ids)

    def save_answer(self, message_id: int, parts: Sequence[Part]) -> None:
        """Keep what an answer says so far; raises ValueError if it is finished already."""
        with self._database.transaction():
            self._expect_streaming(message_id)
            self._database.execute(
                "UPDATE messages SET parts = ? WHERE id = ?",
                (stored_text.encode_parts(parts), message_id),
            )

    def finish_answer(
        self, message_id: int, parts: Sequence[Part], state: MessageState, facts: AnswerFacts
    ) -> MessageRecord:
        """Keep the whole answer, how it ended and its facts; from now on it can be searched."""
        if state is MessageState.STREAMING:
            raise ValueError("a finished answer is not streaming")
        with self._database.transaction():
            conversation_id = self._expect_streaming(message_id)
            self._database.execute(
                "UPDATE messages SET parts = ?, state = ?, facts = ? WHERE id = ?",
                (
                    stored_text.encode_parts(parts),
                    state.value,
                    stored_text.encode_facts(facts),
                    message_id,
                ),
            )
            self._make_searchable(message_id, Message(Role.ASSISTANT, tuple(parts)))
            # The branch shown stays: the person may have looked elsewhere meanwhile.
            leaf_id = self._conversations.one(conversation_id).leaf_id
            self._conversations.touch(conversation_id, message_id if leaf_id is None else leaf_id)
        return self.one(message_id)

    def switch(self, message_id: int, step: int) -> tuple[MessageRecord, ...]:
        """Show the sibling ``step`` places further (it stops at the ends) and return its branch.

        Below the sibling the branch shown last is taken again.
        """
        with self._database.transaction():
            here = self.one(message_id)
            siblings = [
                int(row[0])
                for row in self._database.rows(
                    "SELECT id FROM messages WHERE conversation_id = ? AND parent_id IS ? ORDER BY id",
                    (here.conversation_id, here.parent_id),
                )
            ]
            place = max(0, min(here.sibling - 1 + step, len(siblings) - 1))
            self._remember_child(here.parent_id, siblings[place])
            leaf_id = self._show_below(here.conversation_id, siblings[place])
        return self.path(here.conversation_id, leaf_id)

    def mark_interrupted(self) -> int:
        """Turn answers the last run left unfinished into interrupted ones; returns how many."""
        with self._database.transaction():
            cut = self._database.rows(
                "SELECT id, parts FROM messages WHERE state = ?", (MessageState.STREAMING.value,)
            )
            for message_id, parts in cut:
                self._database.execute(
                    "UPDATE messages SET state = ? WHERE id = ?",
                    (MessageState.INTERRUPTED.value, message_id),
                )
                message = Message(Role.ASSISTANT, stored_text.decode_parts(parts))
                self._make_searchable(int(message_id), message)
        return len(cut)

    def conversations_by_model(self) -> dict[str, int]:
        """Return how many conversations have an answer by each model, by the model's name."""
        found: dict[str, set[int]] = {}
        rows = self._database.rows(
            "SELECT conversation_id, facts FROM messages WHERE role = 'assistant'"
        )
        for conversation_id, facts in rows:
            name = stored_text.decode_facts(facts).model_name
            found.setdefault(name, set()).add(int(conversation_id))
        return {name: len(conversations) for name, conversations in found.items() if name}

    def thinking_times(self, model_name: str, effort: Effort, many: int) -> tuple[float, ...]:
        """Return how long (ms) a model thought at an effort, for its last ``many`` whole answers."""
        rows = self._database.rows(
            "SELECT facts FROM messages WHERE role = 'assistant' AND state = ? ORDER BY id DESC LIMIT ?",
            (MessageState.DONE.value, many * _LOOKED_THROUGH),
        )
        found = (stored_text.decode_facts(facts) for (facts,) in rows)
        times = [
            one.thinking_ms
            for one in found
            if one.model_name == model_name and one.effort is effort and one.thinking_ms
        ]
        return tuple(times[:many])

    def _add(
        self,
        conversation_id: int,
        parent_id: int | None,
        message: Message,
        state: MessageState,
        facts: AnswerFacts,
    ) -> int:
        self._conversations.one(conversation_id)
        if parent_id is not None and self.one(parent_id).conversation_id != conversation_id:
            raise ValueError("the parent belongs to another conversation")
        new_id = self._database.execute(
            "INSERT INTO messages (conversation_id, parent_id, role, state, created, facts, parts)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                conversation_id,
                parent_id,
                message.role.value,
                state.value,
                time.time(),
                stored_text.encode_facts(facts),
                stored_text.encode_parts(message.parts),
            ),
        )
        self._remember_child(parent_id, new_id)
        self._conversations.touch(conversation_id, new_id)
        return new_id

    def _remember_child(self, parent_id: int | None, child_id: int) -> None:
        if parent_id is not None:
            self._database.execute(
                "UPDATE messages SET shown_child_id = ? WHERE id = ?", (child_id, parent_id)
            )

    def _show_below(self, conversation_id: int, message_id: int) -> int:
        """Show, inside a transaction, the branch shown last below a message; return its end."""
        row = self._database.row(_LEAF_BELOW, (message_id,))
        assert row is not None
        leaf_id = int(row[0])
        self._conversations.show(conversation_id, leaf_id)
        return leaf_id

    def _expect_streaming(self, message_id: int) -> int:
        row = self._database.row(
            "SELECT conversation_id, state FROM messages WHERE id = ?", (message_id,)
        )
        if row is None:
            raise UserError("storage.conversation_gone")
        if row[1] != MessageState.STREAMING.value:
            raise ValueError("this answer is finished")
        return int(row[0])

    def _make_searchable(self, message_id: int, message: Message) -> None:
        words = stored_text.searchable_words(message)
        if words:
            self._database.execute("INSERT INTO words (id, words) VALUES (?, ?)", (message_id, words))


def _record(row: Row) -> MessageRecord:
    return MessageRecord(
        id=row[0],
        conversation_id=row[1],
        parent_id=row[2],
        message=Message(Role(row[3]), stored_text.decode_parts(row[7])),
        state=MessageState(row[4]),
        created=row[5],
        facts=stored_text.decode_facts(row[6]),
        sibling=row[8],
        siblings=row[9],
    )
