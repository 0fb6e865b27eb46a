"""A chat controller with a real vault and an engine that does what a test says, step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from app.core.conversation.draft import Draft
from app.core.conversation.ledger import EntryKind, Ledger, LedgerEntry
from app.core.conversation.message import Part, PartKind, Stop
from app.core.errors import UserError
from app.engine.protocol.events import PartDelta, TurnDone
from app.engine.protocol.requests import LedgerRequest, TurnRequest
from app.storage.records import MessageRecord
from app.storage.vault import Vault
from app.ui.flow.tasks import Lane
from app.ui.flow.turns.chat_controller import ChatController

Counted = Callable[[Ledger], None]
Refused = Callable[[UserError], None]


def ledger_of(request: LedgerRequest, context: int, each: int = 100) -> Ledger:
    """Return a ledger in which every message takes ``each`` tokens."""
    entries = tuple(
        LedgerEntry(EntryKind.MESSAGE, each, place, place in request.turn.left_out)
        for place in range(len(request.turn.messages))
    )
    used = sum(entry.tokens for entry in entries if not entry.left_out)
    return Ledger(context, entries, 2048, max(64, min(2048, context - used)))


class SteppedEngine(QObject):
    """Stands for the engine worker; the test emits its signals."""

    delta = Signal(object)
    finished = Signal(object)
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[TurnRequest] = []
        self.stops = 0
        self.ready = False
        """Whether turns are counted before they are asked."""
        self.counts: list[tuple[LedgerRequest, Counted, Refused]] = []

    def ask(self, request: TurnRequest) -> None:
        self.requests.append(request)

    def count(
        self,
        request: LedgerRequest,
        done: Callable[[Ledger], None],
        failed: Callable[[UserError], None],
    ) -> None:
        self.counts.append((request, done, failed))

    def stop(self) -> None:
        self.stops += 1

    def answer_now(self) -> None:
        self.stops += 1

    def write(self, text: str, index: int = 0, kind: PartKind = PartKind.ANSWER) -> None:
        self.delta.emit(PartDelta(index, kind, text))

    def end(self, text: str, stop: Stop = Stop.RETURN, *, edge: bool = False) -> None:
        parts = (Part(PartKind.ANSWER, text),)
        self.finished.emit(TurnDone(stop, parts, 9, 0, 3, 1.0, 2.0, 0.0, 12, 4096, 7, edge=edge))


class Paper:
    """A transcript that remembers what it shows."""

    def __init__(self) -> None:
        self.records: list[MessageRecord] = []
        self.live = ""
        self.left_out: tuple[int, ...] = ()

    def show_path(self, path: tuple[MessageRecord, ...]) -> None:
        self.records = list(path)

    def cut(self, message_id: int) -> None:
        ids = [record.id for record in self.records]
        self.records = self.records[: ids.index(message_id)]

    def add(self, record: MessageRecord) -> None:
        self.records.append(record)
        self.live = ""

    def feed(self, delta: PartDelta) -> None:
        self.live += delta.text

    def go_on(self, record: MessageRecord) -> None:
        self.settle(record)
        self.live = record.message.answer

    def mark_left_out(self, message_ids: tuple[int, ...]) -> None:
        self.left_out = message_ids

    def settle(self, record: MessageRecord) -> None:
        self.records = [record if old.id == record.id else old for old in self.records]

    @property
    def words(self) -> list[str]:
        return [record.message.question or record.message.answer for record in self.records]


class Desk:
    """A controller with all it needs."""

    def __init__(self, qtbot: QtBot, vault: Vault) -> None:
        self.qtbot = qtbot
        self.vault = vault
        self.lane = Lane("storage")
        self.engine = SteppedEngine()
        self.paper = Paper()
        engine: Any = self.engine
        self.chat = ChatController(vault, self.lane, engine, self.paper)
        self.chat.new_conversation()
        self.troubles: list[UserError] = []
        self.given_back: list[str] = []
        self.chat.trouble.connect(self.troubles.append)
        self.chat.rejected.connect(lambda draft: self.given_back.append(draft.text))

    def settle(self) -> None:
        """Wait until everything queued on the lane has come back."""
        done: list[bool] = []
        self.lane.run(lambda: True, done.append)
        self.qtbot.waitUntil(lambda: bool(done))

    def ask(self, text: str) -> None:
        asked = len(self.engine.requests)
        self.chat.ask(Draft(text))
        self.qtbot.waitUntil(lambda: len(self.engine.requests) > asked)

    def stored(self) -> tuple[MessageRecord, ...]:
        self.settle()
        (conversation,) = self.vault.conversations()
        return self.vault.path(conversation.id)
