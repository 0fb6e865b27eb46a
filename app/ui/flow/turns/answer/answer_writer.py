"""Answers on their way to the vault.

Job: write what an answer says, while it grows and when it is done, and try again what the vault could
not take. Rule: a finished answer is let go only when it is on the disk (or its conversation is deleted);
until then it is shown instead of what the vault holds. A full disk is reported once per answer.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.conversation.message import Part
from app.core.errors import UserError
from app.storage.records import MessageRecord
from app.storage.vault import Vault
from app.ui.flow.tasks import Lane

RETRY_EVERY_MS = 5000
_GONE = "storage.conversation_gone"


class AnswerWriter(QObject):
    """Writes answers on the storage lane; ``trouble`` carries why one could not be written."""

    trouble = Signal(object)

    def __init__(self, vault: Vault, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._vault = vault
        self._lane = lane
        self._waiting: dict[int, MessageRecord] = {}
        self._reported: set[int] = set()
        self._timer = QTimer(self, interval=RETRY_EVERY_MS)
        self._timer.timeout.connect(self.retry)

    def save(self, message_id: int, parts: tuple[Part, ...]) -> None:
        """Write what an answer says so far; what cannot be written comes with the next call."""
        self._lane.run(
            lambda: self._vault.save_answer(message_id, parts),
            failed=lambda error: self._report(message_id, error),
        )

    def finish(self, record: MessageRecord) -> None:
        """Write a whole answer, now or as soon as the vault can."""
        self._waiting[record.id] = record
        self._write(record)

    def retry(self) -> None:
        """Try again what is not written; also called before the vault is closed."""
        for record in tuple(self._waiting.values()):
            self._write(record)

    def newest(self, path: tuple[MessageRecord, ...]) -> tuple[MessageRecord, ...]:
        """Return a path as it was read, with answers in their newest form."""
        return tuple(self._waiting.get(record.id, record) for record in path)

    def _write(self, record: MessageRecord) -> None:
        parts, state, facts = record.message.parts, record.state, record.facts
        self._lane.run(
            lambda: self._vault.finish_answer(record.id, parts, state, facts),
            lambda _: self._written(record.id),
            self._not_written(record.id),
        )

    def _written(self, message_id: int) -> None:
        self._waiting.pop(message_id, None)
        self._reported.discard(message_id)
        if not self._waiting:
            self._timer.stop()

    def _not_written(self, message_id: int) -> Callable[[UserError], None]:
        def failed(error: UserError) -> None:
            self._report(message_id, error)
            if error.code == _GONE:
                self._written(message_id)
            elif not self._timer.isActive():
                self._timer.start()

        return failed

    def _report(self, message_id: int, error: UserError) -> None:
        if message_id not in self._reported and error.code != _GONE:
            self._reported.add(message_id)
            self.trouble.emit(error)
