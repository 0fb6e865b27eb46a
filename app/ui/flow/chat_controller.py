"""The conversation on screen: asking, answering, stopping, branching.

Job: take the person's wishes (send, stop, try again, edit, switch branch), keep the vault ahead of
the engine, and tell the transcript what to show. Rule: a question is committed to the vault before
the engine sees it; streamed text is saved at least every second; nothing generated is thrown away.
An answer goes on being made, and saved, while the person looks at another conversation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.conversation import Effort, Message, Part, Role, Stop, manual_page_before, user_message
from app.core.errors import UserError
from app.core.sampling import Sampling
from app.engine.protocol.events import PartDelta, TurnDone
from app.engine.protocol.requests import TurnRequest
from app.storage.records import AnswerFacts, MessageRecord, MessageState
from app.storage.vault import Vault
from app.ui.flow.answer_writer import AnswerWriter
from app.ui.flow.engine_worker import EngineWorker
from app.ui.flow.live_answer import LiveAnswer
from app.ui.flow.open_conversation import OpenConversation
from app.ui.flow.tasks import Lane
from app.ui.flow.titles import title_from

SAVE_EVERY_MS = 800
"""How often streamed text is saved; the promise is one second, the rest is for the commit itself."""

_STATES = {
    Stop.CANCELLED: MessageState.STOPPED,
    Stop.LENGTH: MessageState.LENGTH,
    Stop.ERROR: MessageState.INTERRUPTED,
}

Placement = Callable[[str, Part | None], Part]
"""Finds the manual page for a question, given the page placed beside the one before."""


Tools = Callable[[str], tuple[str, ...]]
"""Names the tools to offer with a question."""


def no_tools(_question: str) -> tuple[str, ...]:
    """Offer none."""
    return ()


class TranscriptPort(Protocol):
    """What the controller needs of the transcript on screen."""

    def show_path(self, path: tuple[MessageRecord, ...]) -> None:
        """Show this path from root to leaf instead of what was shown."""

    def add(self, record: MessageRecord) -> None:
        """Append one message; an answer in state STREAMING is shown as live."""

    def feed(self, delta: PartDelta) -> None:
        """Add text to the live answer."""

    def settle(self, record: MessageRecord) -> None:
        """Show the final form of the live answer, which is complete now."""


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """What the next answer is asked with."""

    effort: Effort = Effort.MEDIUM
    sampling: Sampling = field(default_factory=Sampling)
    instructions: str = ""
    tools: Tools = no_tools
    model_name: str = ""


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
        self._transcript = transcript
        self._shown = OpenConversation()
        self._live: LiveAnswer | None = None
        self._busy = False
        self._stop_wanted = False
        self.settings = TurnSettings()
        self.placement: Placement | None = None
        self._writer = AnswerWriter(vault, lane, self)
        self._writer.trouble.connect(self.trouble)
        self._save_timer = QTimer(self, interval=SAVE_EVERY_MS)
        self._save_timer.timeout.connect(self._save_streamed)
        engine.delta.connect(self._on_delta)
        engine.finished.connect(self._on_finished)
        engine.failed.connect(self._on_failed)

    # --- what is on screen ----------------------------------------------------------------------

    @property
    def conversation_id(self) -> int | None:
        """The conversation on screen, None for a new one that has no question yet."""
        return self._shown.id

    @property
    def busy(self) -> bool:
        """Whether an answer is being made or about to be."""
        return self._busy

    @property
    def unanswered(self) -> bool:
        """Whether the conversation on screen ends without a whole answer."""
        last = self._shown.path[-1] if self._shown.path else None
        return last is not None and (
            last.message.role is Role.USER or last.state is MessageState.INTERRUPTED
        )

    @property
    def tokens_read(self) -> int:
        """Tokens of the conversation on screen when its last answer ended; 0 where there is none."""
        facts = [record.facts for record in self._shown.path if record.facts.prompt_tokens]
        return facts[-1].prompt_tokens + facts[-1].completion_tokens if facts else 0

    def new_conversation(self) -> None:
        """Show an empty conversation."""
        self._shown = OpenConversation()
        self._transcript.show_path(())
        self.opened.emit(None)

    def open_conversation(self, conversation_id: int, leaf_id: int | None = None) -> None:
        """Show a conversation, on the branch that holds ``leaf_id`` or the one shown last."""
        if self._live is not None and self._live.owner.id == conversation_id:
            self._show_live(self._live)
            return
        shown = self._shown = OpenConversation(conversation_id)
        self._lane.run(
            lambda: self._vault.path(conversation_id, leaf_id),
            lambda path: self._show(shown, path),
            self.trouble.emit,
        )

    def switch_branch(self, message_id: int, step: int) -> None:
        """Show the sibling ``step`` places further, and the branch below it."""
        shown = self._shown
        if not self._busy and shown.id is not None:
            self._lane.run(
                lambda: self._vault.switch(message_id, step),
                lambda path: self._show(shown, path),
                self.trouble.emit,
            )

    def question(self, message_id: int) -> str:
        """Return the words of a question on screen, empty if it is not there."""
        place = self._shown.place_of(message_id)
        return "" if place is None else self._shown.path[place].message.question

    def _show(self, shown: OpenConversation, path: tuple[MessageRecord, ...]) -> None:
        if shown is self._shown:
            shown.path = self._writer.newest(path)
            self._transcript.show_path(shown.path)
            self.opened.emit(shown.id)

    def _show_live(self, live: LiveAnswer) -> None:
        self._shown = live.owner
        self._transcript.show_path(live.owner.path[:-1])
        self._transcript.add(live.record)
        for delta in live.replay():
            self._transcript.feed(delta)
        self.opened.emit(live.owner.id)

    # --- asking ---------------------------------------------------------------------------------

    def ask(self, text: str) -> None:
        """Send a question; the composer holds it back while an answer is being made."""
        if self._busy or not text.strip():
            self.rejected.emit(text)
            return
        self._commit_question(self._shown, self._shown.leaf_id, text)

    def ask_again(self, answer_id: int) -> None:
        """Make another answer to the same question, beside the one that is there."""
        shown = self._shown
        place = shown.place_of(answer_id)
        if place is None or self._busy:
            return
        while place >= 0 and shown.path[place].message.role is not Role.USER:
            place -= 1
        if place >= 0:
            shown.cut(place + 1)
            self._transcript.show_path(shown.path)
            self._set_busy(True)
            self._begin_answer(shown)

    def edit(self, question_id: int, text: str) -> None:
        """Ask a question again in other words, as a new branch beside the old one."""
        shown = self._shown
        place = shown.place_of(question_id)
        if place is None or self._busy or not text.strip():
            return
        parent_id = shown.path[place].parent_id
        shown.cut(place)
        self._transcript.show_path(shown.path)
        self._commit_question(shown, parent_id, text)

    def stop(self) -> None:
        """End the running answer; what it has is kept."""
        if self._live is not None:
            self._engine.stop()
        else:
            self._stop_wanted = self._busy

    def try_again(self) -> None:
        """Answer the last question again, or for the first time if the engine never got to it."""
        shown = self._shown
        if self._busy or not shown.path:
            return
        last = shown.path[-1]
        if last.message.role is Role.USER:
            self._set_busy(True)
            self._begin_answer(shown)
        else:
            self.ask_again(last.id)

    def set_effort(self, effort: Effort) -> None:
        """Ask the next question with this effort."""
        self.settings = replace(self.settings, effort=effort)

    def save_and_stop(self) -> None:
        """Stop the running answer and keep what it has, because the program closes."""
        live = self._live
        self._writer.retry()
        if live is not None:
            self._engine.stop()
            self._finish(live, live.parts, MessageState.STOPPED, live.record.facts)

    def forget(self, conversation_id: int) -> None:
        """Leave a conversation that was deleted, and stop an answer that is being made in it."""
        if self._live is not None and self._live.owner.id == conversation_id:
            self._engine.stop()
        if self._shown.id == conversation_id:
            self.new_conversation()

    def answer_now(self) -> None:
        """Make the model answer with what it has so far."""
        self._engine.answer_now()

    def _commit_question(self, owner: OpenConversation, parent_id: int | None, text: str) -> None:
        self._set_busy(True)
        known_id, placement, previous = owner.id, self.placement, manual_page_before(owner.messages)
        made: list[int] = []

        def commit() -> MessageRecord:
            beside = (placement(text, previous),) if placement else ()
            message = user_message(text, *beside)
            conversation_id = known_id
            if conversation_id is None:
                conversation_id = self._vault.create_conversation(title_from(text)).id
                made.append(conversation_id)
            return self._vault.add_user_message(conversation_id, parent_id, message)

        def refuse(error: UserError) -> None:
            if made:  # there was room for the conversation only: the next try goes there
                owner.id = made[0]
            self._set_busy(False)
            self.rejected.emit(text)
            self.trouble.emit(error)

        self._lane.run(commit, lambda question: self._asked(owner, question), refuse)

    def _asked(self, owner: OpenConversation, question: MessageRecord) -> None:
        is_new = not owner.path
        self._append(owner, question)
        self.conversations_changed.emit()
        if is_new and owner is self._shown:
            self.opened.emit(owner.id)
        self._begin_answer(owner)

    # --- answering ------------------------------------------------------------------------------

    def _begin_answer(self, owner: OpenConversation) -> None:
        question, settings = owner.path[-1], self.settings
        facts = AnswerFacts(model_name=settings.model_name, effort=settings.effort)
        request = TurnRequest(
            messages=owner.messages,
            effort=settings.effort,
            sampling=settings.sampling,
            instructions=settings.instructions,
            date=date.today().isoformat(),  # noqa: DTZ011 - the person's own calendar day is meant
            tools=settings.tools(question.message.question),
        )

        def begun(record: MessageRecord) -> None:
            self._live = LiveAnswer(record, owner)
            self._append(owner, record)
            if self._stop_wanted:
                self._finish(self._live, (), MessageState.STOPPED, facts)
                return
            self._save_timer.start()
            self._engine.ask(request)

        def refuse(error: UserError) -> None:
            self._set_busy(False)
            self.trouble.emit(error)

        self._lane.run(
            lambda: self._vault.begin_answer(question.conversation_id, question.id, facts), begun, refuse
        )

    def _on_delta(self, delta: PartDelta) -> None:
        live = self._live
        if live is not None:
            live.add(delta)
            if live.owner is self._shown:
                self._transcript.feed(delta)

    def _on_finished(self, done: TurnDone) -> None:
        if self._live is not None:
            facts = replace(
                self._live.record.facts,
                seed=done.seed,
                thinking_ms=done.thinking_ms,
                tokens_per_second=done.tokens_per_second,
                prompt_tokens=done.prompt_tokens,
                completion_tokens=done.completion_tokens,
                repaired=done.repaired,
            )
            self._finish(self._live, done.parts, _STATES.get(done.stop, MessageState.DONE), facts)
            self.answered.emit(done)

    def _on_failed(self, error: UserError) -> None:
        live = self._live
        if live is not None:
            self._finish(live, live.parts, MessageState.INTERRUPTED, live.record.facts)
        self.trouble.emit(error)

    def _finish(
        self, live: LiveAnswer, parts: tuple[Part, ...], state: MessageState, facts: AnswerFacts
    ) -> None:
        self._live = None
        self._save_timer.stop()
        written = replace(live.record, message=Message(Role.ASSISTANT, parts), state=state, facts=facts)
        # What is on screen settles before it is written: a vault that cannot write (a full disk)
        # says so, and does not take the text away from the person.
        live.owner.replace(written)
        if live.owner is self._shown:
            self._transcript.settle(written)
        self._writer.finish(written)
        self._set_busy(False)
        self.conversations_changed.emit()

    def _save_streamed(self) -> None:
        live = self._live
        parts = live.take_unsaved() if live else None
        if live is not None and parts is not None:
            self._writer.save(live.record.id, parts)

    def _append(self, owner: OpenConversation, record: MessageRecord) -> None:
        owner.append(record)
        if owner is self._shown:
            self._transcript.add(record)

    def _set_busy(self, busy: bool) -> None:
        self._stop_wanted = False
        if busy != self._busy:
            self._busy = busy
            self.busy_changed.emit(busy)
