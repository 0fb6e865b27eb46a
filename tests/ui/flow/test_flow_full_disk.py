"""What the vault cannot take is neither lost nor forgotten: answers and drafts on a full disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.core.conversation.draft import Draft
from app.core.conversation.message import Message, Part, PartKind, Role, user_message
from app.core.errors import UserError
from app.storage.records import MessageRecord, MessageState
from app.storage.vault import Vault
from app.ui.flow.tasks import Lane
from app.ui.flow.turns.answer import answer_writer
from app.ui.flow.turns.answer.answer_writer import AnswerWriter
from app.ui.flow.turns.composing import drafts
from app.ui.flow.turns.composing.drafts import DraftKeeper
from app.ui.theme.theme import Theme
from app.ui.views.composer.composer import Composer


class Disk:
    """A vault in memory whose disk can be full."""

    def __init__(self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        self.vault = Vault.in_memory()
        self.lane = Lane("storage")
        self._qtbot = qtbot
        for name in ("save_answer", "finish_answer", "save_draft"):
            self._refuse_when_full(monkeypatch, name)

    def _refuse_when_full(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        real = getattr(self.vault, name)

        def call(*arguments: Any) -> object:
            if self.full:
                raise UserError("storage.disk_full")
            return real(*arguments)

        monkeypatch.setattr(self.vault, name, call)

    def answer(self) -> MessageRecord:
        """Begin an answer in a conversation of its own."""
        conversation = self.vault.create_conversation("A lien")
        question = self.vault.add_user_message(conversation.id, None, user_message("What is a lien?"))
        return self.vault.begin_answer(conversation.id, question.id)

    def settle(self) -> None:
        """Wait until everything queued on the lane has come back."""
        done: list[bool] = []
        self.lane.run(lambda: True, done.append)
        self._qtbot.waitUntil(lambda: bool(done))


@pytest.fixture
def disk(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    disk = Disk(qtbot, monkeypatch)
    yield disk
    disk.lane.close()


def written(record: MessageRecord, text: str) -> MessageRecord:
    """Return the answer as it is when it is done."""
    message = Message(Role.ASSISTANT, (Part(PartKind.ANSWER, text),))
    return replace(record, message=message, state=MessageState.DONE)


def test_a_finished_answer_is_written_as_soon_as_there_is_room(
    disk: Disk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_writer, "RETRY_EVERY_MS", 20)
    writer, troubles = AnswerWriter(disk.vault, disk.lane), list[UserError]()
    writer.trouble.connect(troubles.append)
    record = disk.answer()
    disk.full = True
    for count in range(3):
        writer.save(record.id, (Part(PartKind.ANSWER, "A right" * count),))
    writer.finish(written(record, "A right over goods."))
    disk.settle()
    assert [error.code for error in troubles] == ["storage.disk_full"], "said once, not every second"
    stale = disk.vault.path(record.conversation_id)
    assert stale[-1].message.answer == ""
    assert writer.newest(stale)[-1].message.answer == "A right over goods."
    disk.full = False
    qtbot.waitUntil(lambda: disk.vault.message(record.id).message.answer == "A right over goods.")
    assert disk.vault.message(record.id).state is MessageState.DONE


def test_closing_tries_once_more(disk: Disk) -> None:
    writer = AnswerWriter(disk.vault, disk.lane)
    record = disk.answer()
    disk.full = True
    writer.finish(written(record, "A right."))
    disk.settle()
    disk.full = False
    writer.retry()
    disk.settle()
    assert disk.vault.message(record.id).message.answer == "A right."
    assert writer.newest(disk.vault.path(record.conversation_id))[-1].sibling == 1


def test_an_answer_of_a_deleted_conversation_is_let_go_quietly(disk: Disk) -> None:
    writer, troubles = AnswerWriter(disk.vault, disk.lane), list[UserError]()
    writer.trouble.connect(troubles.append)
    record = disk.answer()
    disk.vault.delete(record.conversation_id)
    writer.save(record.id, (Part(PartKind.ANSWER, "A"),))
    writer.finish(written(record, "A right."))
    disk.settle()
    disk.settle()
    assert troubles == []
    assert writer.newest((record,)) == (record,)


def test_a_draft_survives_a_full_disk(
    disk: Disk, qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "SAVE_AFTER_MS", 10)
    monkeypatch.setattr(drafts, "RETRY_AFTER_MS", 20)
    conversation = disk.vault.create_conversation("A lien").id
    composer = Composer(theme)
    qtbot.addWidget(composer)
    keeper = DraftKeeper(disk.vault, disk.lane, composer)
    disk.full = True
    keeper.keep(Draft("half a thought"))
    keeper.save()
    disk.settle()
    # Even the change to another conversation and back does not lose it.
    composer.set_text("half a thought")
    keeper.turn_to(conversation)
    disk.settle()
    keeper.keep(Draft("another"))
    keeper.turn_to(None)
    disk.settle()
    disk.settle()
    assert composer.text() == "half a thought"
    disk.full = False
    qtbot.waitUntil(lambda: disk.vault.draft(conversation).text == "another")
