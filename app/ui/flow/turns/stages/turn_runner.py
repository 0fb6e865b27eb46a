"""One turn through its stages: checked, committed, answered.

Job: lead a question (or another try, or the rest of an answer) from the person's wish to the last token.
Rule: whether it fits is known before anything is written; a question is committed to the vault before
the engine answers it; one thing is done at a time, and :class:`Stage` says which.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from PySide6.QtCore import QObject, Signal

from app.core.conversation.draft import Draft
from app.core.conversation.ledger import Ledger
from app.core.conversation.message import Message, Role
from app.core.errors import UserError
from app.engine.protocol.events import PartDelta, TurnDone
from app.engine.protocol.requests import TurnRequest
from app.storage.records import AnswerFacts, MessageRecord, MessageState
from app.storage.vault import Vault
from app.ui.flow.engine.worker import EngineWorker
from app.ui.flow.tasks import Lane
from app.ui.flow.turns.answer.answer_writer import AnswerWriter
from app.ui.flow.turns.answer.answering import Answering
from app.ui.flow.turns.conversation.on_screen import OnScreen
from app.ui.flow.turns.conversation.open_conversation import OpenConversation
from app.ui.flow.turns.stages.questions import QuestionWriter
from app.ui.flow.turns.stages.room_check import REFUSALS, RoomCheck
from app.ui.flow.turns.stages.summarising import Summarising
from app.ui.flow.turns.stages.turn_settings import TurnSettings


class Stage(Enum):
    """What is being done."""

    IDLE = auto()
    CHECKING = auto()
    """Whether the turn fits; nothing is written yet."""
    WRITING = auto()
    """Question or empty answer are on their way to the vault."""
    STOPPING = auto()
    """As before, but the person does not want the answer any more."""
    ANSWERING = auto()
    """The engine writes an answer."""
    SUMMARISING = auto()
    """The engine writes a summary."""


@dataclass(frozen=True, slots=True)
class NoRoom:
    """A turn that does not fit: what was counted, of which messages.

    ``again`` does the same once more, when there is room; None for a question, whose words are back in
    the composer and may be changed. ``rest``: it is the rest of an answer that is kept.
    """

    owner: OpenConversation
    ledger: Ledger
    messages: tuple[Message, ...]
    again: Callable[[], None] | None = None
    rest: bool = False


class TurnRunner(QObject):
    """Runs one turn at a time.

    ``busy_changed`` tells whether anything is being done; ``trouble`` carries a UserError; ``asked``
    says that a question is in the vault, ``begun`` the conversation it was the first of; ``answered``
    the figures of an answer and ``ended`` that the turn is over, however it went; ``rejected`` gives
    back a question (a Draft) that was not sent, ``full`` says why (a :class:`NoRoom`).
    """

    busy_changed = Signal(bool)
    trouble = Signal(object)
    asked = Signal()
    begun = Signal(object)
    answered = Signal(object)
    ended = Signal()
    rejected = Signal(object)
    full = Signal(object)

    def __init__(
        self,
        vault: Vault,
        lane: Lane,
        engine: EngineWorker,
        screen: OnScreen,
        writer: AnswerWriter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._vault = vault
        self._lane = lane
        self._engine = engine
        self._screen = screen
        self._stage = Stage.IDLE
        self._question: Draft | None = None
        """What is being checked."""
        self._attempt = 0
        self._room = RoomCheck(engine, self)
        self.settings = TurnSettings()
        self.questions = QuestionWriter(vault, lane)
        self.answering = Answering(screen, writer, self)
        self.summarising = Summarising(engine)
        engine.delta.connect(self._on_delta)
        engine.finished.connect(self._on_finished)
        engine.failed.connect(self._on_failed)

    @property
    def busy(self) -> bool:
        """Whether anything is being done."""
        return self._stage is not Stage.IDLE

    # --- what the person wants ------------------------------------------------------------------

    def ask(self, owner: OpenConversation, length: int, question: Draft) -> None:
        """Ask a question after the first ``length`` messages; what stood there stays as a branch."""
        if self.busy or not question.can_be_sent:
            self.rejected.emit(question)
            return
        self._enter(Stage.CHECKING)
        self._question = question
        attempt = self._attempt

        def composed(message: Message) -> None:
            if attempt == self._attempt:
                messages = (*owner.messages[:length], message)
                request = self._request(owner, messages, question.text)
                self._check(owner, request, lambda: self._commit(owner, length, message))

        self.questions.compose(owner, length, question, composed, self._refuse)

    def answer(self, owner: OpenConversation, length: int) -> None:
        """Answer the question that is the last of the first ``length`` messages, once more."""
        if self.busy:
            return

        def go() -> None:
            self._enter(Stage.WRITING)
            self._screen.cut(owner, length)
            self._begin_answer(owner)

        messages = owner.messages[:length]
        self._enter(Stage.CHECKING)
        request = self._request(owner, messages, messages[-1].question)
        self._check(owner, request, go, lambda: self.answer(owner, length))

    def go_on(self, owner: OpenConversation) -> None:
        """Write on the last answer, which was cut off."""
        if self.busy or not owner.path or owner.path[-1].message.role is not Role.ASSISTANT:
            return
        request, answer_id = self._request_to_go_on(owner), owner.path[-1].id

        def begun(record: MessageRecord) -> None:
            self.answering.go_on(owner, record)
            self._ask_engine(request)

        def go() -> None:
            self._enter(Stage.WRITING)
            self._lane.run(lambda: self._vault.continue_answer(answer_id), begun, self._refuse)

        self._enter(Stage.CHECKING)
        self._check(owner, request, go, lambda: self.go_on(owner))

    def summarise(
        self, owner: OpenConversation, messages: tuple[Message, ...], done: Callable[[str], None]
    ) -> None:
        """Have the model summarise ``messages`` of ``owner``; nothing else comes of it."""
        if not self.busy:
            self._enter(Stage.SUMMARISING)
            self.summarising.begin(owner, messages, self.settings, done)

    def stop(self) -> None:
        """End what is being done; what an answer has is kept."""
        if self._stage in (Stage.ANSWERING, Stage.SUMMARISING):
            self._engine.stop()
        elif self._stage is Stage.WRITING:
            self._enter(Stage.STOPPING)
        elif self._stage is Stage.CHECKING:
            self._give_up()

    def close(self) -> None:
        """Stop and keep what the answer has, because the program closes."""
        self._room.drop()
        if self._stage is Stage.ANSWERING:
            self._engine.stop()
            self._cut_off(MessageState.STOPPED)

    # --- before the vault -----------------------------------------------------------------------

    def _check(
        self,
        owner: OpenConversation,
        request: TurnRequest,
        go: Callable[[], None],
        again: Callable[[], None] | None = None,
    ) -> None:
        def full(ledger: Ledger) -> None:
            self._give_up()
            self.full.emit(NoRoom(owner, ledger, request.messages, again, request.continued))

        self._room.begin(request, go, full, self._refuse)

    def _refuse(self, error: UserError) -> None:
        self._give_up()
        self.trouble.emit(error)

    def _give_up(self) -> None:
        """End a turn that has not come to the engine; the words go back."""
        question = self._question
        self._room.drop()
        self._enter(Stage.IDLE)
        if question is not None:
            self.rejected.emit(question)

    def _commit(self, owner: OpenConversation, length: int, message: Message) -> None:
        def committed(record: MessageRecord) -> None:
            is_new = not owner.path
            self._question = None
            self._screen.cut(owner, length)
            self._screen.append(owner, record)
            self.asked.emit()
            if is_new:
                self.begun.emit(owner)
            self._begin_answer(owner)

        self._enter(Stage.WRITING)
        self.questions.commit(owner, length, message, committed, self._refuse)

    def _request(
        self, owner: OpenConversation, messages: tuple[Message, ...], question: str
    ) -> TurnRequest:
        left_out = tuple(place for place in owner.left_out if place < len(messages))
        return self.settings.request(messages, question=question, left_out=left_out, owner=owner)

    def _request_to_go_on(self, owner: OpenConversation) -> TurnRequest:
        messages = owner.messages if owner.path[-1].message.parts else owner.messages[:-1]
        asked = [message.question for message in messages if message.role is Role.USER]
        return self.settings.request(
            messages,
            question=asked[-1] if asked else "",
            left_out=owner.left_out,
            continued=len(messages) == len(owner.path),
            owner=owner,
        )

    # --- answering ------------------------------------------------------------------------------

    def _begin_answer(self, owner: OpenConversation) -> None:
        question = owner.path[-1]
        facts = AnswerFacts(model_name=self.settings.model_name, effort=self.settings.effort)

        def begun(record: MessageRecord) -> None:
            request = self._request(owner, owner.messages, question.message.question)
            self.answering.begin(owner, record)
            self._ask_engine(request)

        self._lane.run(
            lambda: self._vault.begin_answer(question.conversation_id, question.id, facts),
            begun,
            self._refuse,
        )

    def _ask_engine(self, request: TurnRequest) -> None:
        """Let the engine write, unless the person has stopped it."""
        if self._stage is Stage.STOPPING:
            self._cut_off(MessageState.STOPPED)
        else:
            self._enter(Stage.ANSWERING)
            self._engine.ask(request)

    def _on_delta(self, delta: PartDelta) -> None:
        if self._stage is Stage.ANSWERING:
            self.answering.take(delta)

    def _on_finished(self, done: TurnDone) -> None:
        if self._stage is Stage.ANSWERING:
            owner = self.answering.owner
            self.answering.finish(done)
            self._end()
            self.answered.emit(done)
            if done.edge and owner is not None:
                self._offer_room(owner)
        elif self._stage is Stage.SUMMARISING:
            self._end()
            error = self.summarising.finish(done)
            if error is not None:
                self.trouble.emit(error)

    def _on_failed(self, error: UserError) -> None:
        owner, stage = self.answering.owner, self._stage
        if stage is Stage.ANSWERING:
            self._cut_off(MessageState.INTERRUPTED)
        elif stage is Stage.SUMMARISING:
            self._end()
        if owner is not None and error.code in REFUSALS:
            self._offer_room(owner, error)
        else:
            self.trouble.emit(error)

    def _offer_room(self, owner: OpenConversation, error: UserError | None = None) -> None:
        """Count the answer that has no room to go on, and say what can be done.

        ``error`` is what the engine said instead of an answer, None where it wrote to the edge.
        """
        request = self._request_to_go_on(owner)
        rest = error is None

        def full(ledger: Ledger) -> None:
            again = partial(self.go_on, owner)
            self.full.emit(NoRoom(owner, ledger, request.messages, again, rest))

        def fits() -> None:
            if error is not None:
                self.trouble.emit(error)

        self._room.begin(request, fits, full, self.trouble.emit)

    def _cut_off(self, state: MessageState) -> None:
        self.answering.cut_off(state)
        self._end()

    def _end(self) -> None:
        self._enter(Stage.IDLE)
        self.ended.emit()

    def _enter(self, stage: Stage) -> None:
        was_busy, self._stage = self.busy, stage
        if stage is Stage.IDLE:
            self._question = None
            self._attempt += 1
        if was_busy != self.busy:
            self.busy_changed.emit(self.busy)
