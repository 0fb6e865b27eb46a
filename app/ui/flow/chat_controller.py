"""The conversation on screen: asking, answering, stopping, branching.

Job: take the person's wishes (send, stop, try again, edit, switch branch) and lead each through its
stages. Rule: a question is committed to the vault before the engine sees it; one thing is done at a
time, and :class:`Stage` says which. Answers are kept by ``answering``, questions by ``questions``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto

from PySide6.QtCore import QObject, Signal

from app.core.conversation import Effort, Message, Role
from app.core.errors import UserError
from app.engine.protocol.events import PartDelta, TurnDone
from app.storage.records import AnswerFacts, MessageRecord, MessageState
from app.storage.vault import Vault
from app.ui.flow.answer_writer import AnswerWriter
from app.ui.flow.answering import Answering
from app.ui.flow.engine_worker import EngineWorker
from app.ui.flow.on_screen import OnScreen, TranscriptPort
from app.ui.flow.open_conversation import OpenConversation
from app.ui.flow.questions import QuestionWriter
from app.ui.flow.tasks import Lane
from app.ui.flow.turn_settings import Placement, TurnSettings


class Stage(Enum):
    """What is being done about a question."""

    IDLE = auto()
    ASKING = auto()
    """Question or empty answer are on their way to the vault."""
    STOPPING = auto()
    """As before, but the person does not want the answer any more."""
    ANSWERING = auto()
    """The engine writes."""


class ChatController(QObject):
    """Drives one conversation at a time.

    ``busy_changed`` tells whether an answer is being made; ``trouble`` carries a UserError to show;
    ``conversations_changed`` that the list in the sidebar is out of date; ``opened`` which
    conversation is on screen now (None: a new one); ``answered`` the figures of an answer;
    ``rejected`` gives back the words of a question that was not sent.
    """

    busy_changed = Signal(bool)
    trouble = Signal(object)
    conversations_changed = Signal()
    opened = Signal(object)
    answered = Signal(object)
    rejected = Signal(str)

    def __init__(
        self,
        vault: Vault,
        lane: Lane,
        engine: EngineWorker,
        transcript: TranscriptPort,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._vault = vault
        self._lane = lane
        self._engine = engine
        self._stage = Stage.IDLE
        self._screen = OnScreen(transcript)
        self._questions = QuestionWriter(vault, lane)
        self._writer = AnswerWriter(vault, lane, self)
        self._answering = Answering(self._screen, self._writer, self)
        self.settings = TurnSettings()
        self._writer.trouble.connect(self.trouble)
        engine.delta.connect(self._on_delta)
        engine.finished.connect(self._on_finished)
        engine.failed.connect(self._on_failed)

    # --- what is on screen ----------------------------------------------------------------------

    @property
    def placement(self) -> Placement | None:
        """How a manual page is found for a question, None where there is no manual."""
        return self._questions.placement

    @placement.setter
    def placement(self, placement: Placement | None) -> None:
        self._questions.placement = placement

    @property
    def conversation_id(self) -> int | None:
        """The conversation on screen, None for a new one that has no question yet."""
        return self._screen.conversation.id

    @property
    def busy(self) -> bool:
        """Whether an answer is being made or about to be."""
        return self._stage is not Stage.IDLE

    @property
    def unanswered(self) -> bool:
        """Whether the conversation on screen ends without a whole answer."""
        path = self._screen.conversation.path
        return bool(path) and (
            path[-1].message.role is Role.USER or path[-1].state is MessageState.INTERRUPTED
        )

    @property
    def tokens_read(self) -> int:
        """Tokens of the conversation on screen when its last answer ended; 0 where there is none."""
        facts = [record.facts for record in self._screen.conversation.path if record.facts.prompt_tokens]
        return facts[-1].prompt_tokens + facts[-1].completion_tokens if facts else 0

    def new_conversation(self) -> None:
        """Show an empty conversation."""
        self._turn_to(OpenConversation())

    def open_conversation(self, conversation_id: int, leaf_id: int | None = None) -> None:
        """Show a conversation, on the branch that holds ``leaf_id`` or the one shown last."""
        answered = self._answering.owner
        if answered is not None and answered.id == conversation_id:
            self._answering.show()
            self.opened.emit(conversation_id)
            return
        shown = OpenConversation(conversation_id)
        self._screen.turn_to(shown)
        self._lane.run(
            lambda: self._vault.path(conversation_id, leaf_id),
            lambda path: self._show(shown, path),
            self.trouble.emit,
        )

    def switch_branch(self, message_id: int, step: int) -> None:
        """Show the sibling ``step`` places further, and the branch below it."""
        shown = self._screen.conversation
        if not self.busy and shown.id is not None:
            self._lane.run(
                lambda: self._vault.switch(message_id, step),
                lambda path: self._show(shown, path),
                self.trouble.emit,
            )

    def question(self, message_id: int) -> str:
        """Return the words of a question on screen, empty if it is not there."""
        shown = self._screen.conversation
        place = shown.place_of(message_id)
        return "" if place is None else shown.path[place].message.question

    def _turn_to(self, owner: OpenConversation) -> None:
        self._screen.turn_to(owner)
        self._screen.refresh(owner)
        self.opened.emit(owner.id)

    def _show(self, shown: OpenConversation, path: tuple[MessageRecord, ...]) -> None:
        if self._screen.shows(shown):
            shown.path = self._writer.newest(path)
            self._turn_to(shown)

    # --- asking ---------------------------------------------------------------------------------

    def ask(self, text: str) -> None:
        """Send a question; the composer holds it back while an answer is being made."""
        shown = self._screen.conversation
        self._put(shown, len(shown.path), text)

    def edit(self, question_id: int, text: str) -> None:
        """Ask a question again in other words, as a new branch beside the old one."""
        shown = self._screen.conversation
        place = shown.place_of(question_id)
        if place is not None:
            self._put(shown, place, text)

    def ask_again(self, answer_id: int) -> None:
        """Make another answer to the same question, beside the one that is there."""
        shown = self._screen.conversation
        place = shown.place_of(answer_id)
        if place is None or self.busy:
            return
        while place >= 0 and shown.path[place].message.role is not Role.USER:
            place -= 1
        if place >= 0:
            self._enter(Stage.ASKING)
            self._screen.cut(shown, place + 1)
            self._begin_answer(shown)

    def try_again(self) -> None:
        """Answer the last question again, or for the first time if the engine never got to it."""
        shown = self._screen.conversation
        if self.busy or not shown.path:
            return
        last = shown.path[-1]
        if last.message.role is Role.USER:
            self._enter(Stage.ASKING)
            self._begin_answer(shown)
        else:
            self.ask_again(last.id)

    def stop(self) -> None:
        """End the running answer; what it has is kept."""
        if self._stage is Stage.ANSWERING:
            self._engine.stop()
        elif self._stage is Stage.ASKING:
            self._enter(Stage.STOPPING)

    def answer_now(self) -> None:
        """Make the model answer with what it has so far."""
        self._engine.answer_now()

    def set_effort(self, effort: Effort) -> None:
        """Ask the next question with this effort."""
        self.settings = replace(self.settings, effort=effort)

    def save_and_stop(self) -> None:
        """Stop the running answer and keep what it has, because the program closes."""
        self._writer.retry()
        if self._stage is Stage.ANSWERING:
            self._engine.stop()
            self._answering.cut_off(MessageState.STOPPED)
            self._enter(Stage.IDLE)

    def forget(self, conversation_id: int) -> None:
        """Leave a conversation that was deleted, and stop an answer that is being made in it."""
        answered = self._answering.owner
        if answered is not None and answered.id == conversation_id:
            self._engine.stop()
        if self.conversation_id == conversation_id:
            self.new_conversation()

    def _put(self, owner: OpenConversation, length: int, text: str) -> None:
        """Ask ``text`` after the first ``length`` messages of ``owner``."""
        if self.busy or not text.strip():
            self.rejected.emit(text)
            return

        def refuse(error: UserError) -> None:
            self._enter(Stage.IDLE)
            self.rejected.emit(text)
            self.trouble.emit(error)

        def commit(message: Message) -> None:
            self._questions.commit(owner, length, message, committed, refuse)

        def committed(question: MessageRecord) -> None:
            is_new = not owner.path
            self._screen.cut(owner, length)
            self._screen.append(owner, question)
            self.conversations_changed.emit()
            if is_new and self._screen.shows(owner):
                self.opened.emit(owner.id)
            self._begin_answer(owner)

        self._enter(Stage.ASKING)
        self._questions.compose(owner, length, text, commit, refuse)

    # --- answering ------------------------------------------------------------------------------

    def _begin_answer(self, owner: OpenConversation) -> None:
        question = owner.path[-1]
        facts = AnswerFacts(model_name=self.settings.model_name, effort=self.settings.effort)

        def begun(record: MessageRecord) -> None:
            self._answering.begin(owner, record)
            self._ask_engine(owner)

        self._write(
            lambda: self._vault.begin_answer(question.conversation_id, question.id, facts), begun
        )

    def _ask_engine(self, owner: OpenConversation) -> None:
        """Let the engine write the last message of ``owner``, unless the person has stopped it."""
        if self._stage is Stage.STOPPING:
            self._end_with(MessageState.STOPPED)
            return
        question = owner.path[-2].message.question
        self._enter(Stage.ANSWERING)
        self._engine.ask(
            self.settings.request(owner.messages[:-1], question=question, left_out=owner.left_out)
        )

    def _write(self, work: Callable[[], MessageRecord], done: Callable[[MessageRecord], None]) -> None:
        """Do something about an answer in the vault; if it cannot, nothing more is done."""

        def refuse(error: UserError) -> None:
            self._enter(Stage.IDLE)
            self.trouble.emit(error)

        self._lane.run(work, done, refuse)

    def _on_delta(self, delta: PartDelta) -> None:
        self._answering.take(delta)

    def _on_finished(self, done: TurnDone) -> None:
        if self._stage is Stage.ANSWERING:
            self._answering.finish(done)
            self._ended()
            self.answered.emit(done)

    def _on_failed(self, error: UserError) -> None:
        if self._stage is Stage.ANSWERING:
            self._end_with(MessageState.INTERRUPTED)
        self.trouble.emit(error)

    def _end_with(self, state: MessageState) -> None:
        self._answering.cut_off(state)
        self._ended()

    def _ended(self) -> None:
        self._enter(Stage.IDLE)
        self.conversations_changed.emit()

    def _enter(self, stage: Stage) -> None:
        was_busy, self._stage = self.busy, stage
        if was_busy != self.busy:
            self.busy_changed.emit(self.busy)
