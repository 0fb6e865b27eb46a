"""What the writer was promised, and whether a vault still keeps it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.core.errors import UserError
from app.storage.records import MessageState
from app.storage.vault import Vault
from tests.storage import vault_writer

FINISHED = 5


@dataclass
class Promises:
    """The acknowledged steps of one or more writers on one vault."""

    questions: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Message -> conversation, number."""
    answers: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    """Message -> conversation, number, version kept at least."""
    deleted: set[int] = field(default_factory=set)
    doubtful: set[int] = field(default_factory=set)
    """Conversations whose deletion had begun."""
    draft: int | None = None

    def note(self, lines: Iterable[str]) -> None:
        """Take in acknowledged lines."""
        for line in lines:
            self._note_one(*line.split())

    def _note_one(self, kind: str, *values: str) -> None:
        if kind in ("opened", "refused"):
            return
        numbers = [int(value) for value in values]
        if kind == "asked":
            self.questions[numbers[1]] = (numbers[0], numbers[2])
        elif kind == "saved":
            self.answers[numbers[1]] = (numbers[0], numbers[2], numbers[3])
        elif kind == "done":
            self.answers[numbers[1]] = (numbers[0], numbers[2], FINISHED)
        elif kind == "deleting":
            self.doubtful.add(numbers[0])
        elif kind == "deleted":
            self.deleted.add(numbers[0])
        else:
            assert kind == "draft"
            self.draft = numbers[0]

    def broken_by(self, vault: Vault) -> list[str]:
        """Return every promise that ``vault`` does not keep, and what is damaged in it."""
        faults = list(vault.check())
        for message_id, (conversation_id, number) in self.questions.items():
            if self._is_there(vault, message_id, conversation_id, faults) and (
                vault.message(message_id).message != vault_writer.question_of(number)
            ):
                faults.append(f"question {number} is not what was asked")
        for message_id, (conversation_id, number, version) in self.answers.items():
            if self._is_there(vault, message_id, conversation_id, faults):
                faults += self._answer_faults(vault, message_id, number, version)
        listed = {one.id for one in vault.conversations()}
        faults += [f"conversation {one} came back" for one in self.deleted & listed]
        draft = vault.draft(None).text
        # One draft further than acknowledged may have been written.
        if self.draft is not None and not draft.startswith("draft "):
            faults.append("the draft is gone")
        elif self.draft is not None and int(draft.split()[1]) < self.draft:
            faults.append("the draft is an older one")
        return faults

    def _is_there(self, vault: Vault, message_id: int, conversation_id: int, faults: list[str]) -> bool:
        try:
            vault.message(message_id)
        except UserError:
            if conversation_id not in self.doubtful:
                faults.append(f"message {message_id} is lost")
            return False
        return True

    @staticmethod
    def _answer_faults(vault: Vault, message_id: int, number: int, version: int) -> list[str]:
        kept = vault.message(message_id)
        if version == FINISHED:
            whole = kept.message.parts == vault_writer.answer_of(number, FINISHED)
            return [] if whole and kept.state is MessageState.DONE else [f"answer {number} is not whole"]
        # Never less than what was acknowledged, and nothing that was never said.
        possible = [vault_writer.answer_of(number, other) for other in range(version, FINISHED + 1)]
        if version == 0:
            possible.append(())
        if kept.message.parts in possible:
            return []
        return [f"answer {number} is not at version {version}"]
