"""The conversation on screen: opening, asking, branching.

Job: know which conversation and which of its messages the person means, and pass their wishes on. Rule:
what happens in a turn is ``turn_runner``'s; an answer goes on being made, and saved, while the person
looks at another conversation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.core.conversation.draft import Draft
from app.core.conversation.message import Effort, Message, Part, Role, manual_page_before
from app.engine.protocol.requests import TurnRequest
from app.storage.records import MessageRecord, MessageState
from app.storage.vault import Vault
from app.ui.flow.engine.worker import EngineWorker
from app.ui.flow.tasks import Lane
from app.ui.flow.turns.answer.answer_writer import AnswerWriter
from app.ui.flow.turns.conversation.on_screen import OnScreen, TranscriptPort
from app.ui.flow.turns.conversation.open_conversation import OpenConversation
from app.ui.flow.turns.stages.turn_runner import TurnRunner
from app.ui.flow.turns.stages.turn_settings import Placement, TurnSettings


class ChatController(QObject):
    """Drives one conversation at a time.

    ``busy_changed`` tells whether an answer is being made; ``trouble`` carries a UserError to show;
    ``conversations_changed`` that the list in the sidebar is out of date; ``opened`` which
    conversation is on screen now (None: a new one); ``begun``, before it, that the new one on screen is
    in the vault now, by its id; ``asked`` that a question is in the vault; ``answered`` the figures of
    an answer; ``rejected`` gives back a question (a Draft) that was not sent, and ``full`` (a NoRoom)
    says why; ``path_changed`` that the next turn reads something else.
    """

    busy_changed = Signal(bool)
    trouble = Signal(object)
    conversations_changed = Signal()
    opened = Signal(object)
    begun = Signal(int)
    asked = Signal()
    answered = Signal(object)
    rejected = Signal(object)
    full = Signal(object)
    path_changed = Signal()

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
        self._screen = OnScreen(transcript)
        self._writer = AnswerWriter(vault, lane, self)
        self._turns = TurnRunner(vault, lane, engine, self._screen, self._writer, self)
        self._join()

    def _join(self) -> None:
        turns = self._turns
        self._writer.trouble.connect(self.trouble)
        turns.busy_changed.connect(self.busy_changed)
        turns.trouble.connect(self.trouble)
        turns.asked.connect(self.asked)
        turns.asked.connect(self.conversations_changed)
        turns.begun.connect(self._begun)
        turns.answered.connect(self.answered)
        turns.ended.connect(self.conversations_changed)
        turns.ended.connect(self.path_changed)
        turns.rejected.connect(self.rejected)
        turns.full.connect(self.full)

    # --- what the next turn is made of ----------------------------------------------------------

    @property
    def settings(self) -> TurnSettings:
        """What the next answer is asked with."""
        return self._turns.settings

    @settings.setter
    def settings(self, settings: TurnSettings) -> None:
        self._turns.settings = settings
        self.path_changed.emit()

    @property
    def placement(self) -> Placement | None:
        """How a manual page is found for a question, None where there is no manual."""
        return self._turns.questions.placement

    @placement.setter
    def placement(self, placement: Placement | None) -> None:
        self._turns.questions.placement = placement

    def set_effort(self, effort: Effort) -> None:
        """Ask the next question with this effort."""
        self.settings = replace(self.settings, effort=effort)

    def next_turn(
        self, draft: str, attached: tuple[Part, ...] = (), question_id: int | None = None
    ) -> TurnRequest:
        """Return the next turn without its question, whose words so far are ``draft``.

        What is ``attached`` to it is a message of its own, to which the words belong.

        ``question_id`` is the question that is being edited, None for one at the end.
        """
        shown = self.conversation
        place = shown.place_of(question_id) if question_id is not None else None
        messages = shown.messages[:place]
        left_out = tuple(one for one in shown.left_out if one < len(messages))
        if attached:
            messages = (*messages, Message(Role.USER, attached))
        return self.settings.request(messages, question=draft, left_out=left_out, owner=shown)

    # --- what is on screen ----------------------------------------------------------------------

    @property
    def conversation(self) -> OpenConversation:
        """The conversation on screen, on the branch that is shown."""
        return self._screen.conversation

    @property
    def conversation_id(self) -> int | None:
        """The conversation on screen, None for a new one that has no question yet."""
        return self.conversation.id

    @property
    def busy(self) -> bool:
        """Whether an answer is being made or about to be."""
        return self._turns.busy

    @property
    def unanswered(self) -> bool:
        """Whether the conversation on screen ends without a whole answer."""
        last = self.conversation.path[-1] if self.conversation.path else None
        return last is not None and (
            last.message.role is Role.USER or last.state is MessageState.INTERRUPTED
        )

    @property
    def tokens_read(self) -> int:
        """Tokens of the conversation on screen when its last answer ended; 0 where there is none."""
        facts = [record.facts for record in self.conversation.path if record.facts.prompt_tokens]
        return facts[-1].prompt_tokens + facts[-1].completion_tokens if facts else 0

    def new_conversation(self) -> None:
        """Show an empty conversation."""
        self._turn_to(OpenConversation())

    def open_conversation(self, conversation_id: int) -> None:
        """Show a conversation, on the branch shown last."""
        if self._answered_in(conversation_id) is not None:
            self._turns.answering.show()
            self._opened()
            return
        shown = OpenConversation(conversation_id)
        self._screen.turn_to(shown)
        self._lane.run(
            lambda: self._vault.path(conversation_id),
            lambda path: self._show(shown, path),
            self.trouble.emit,
        )

    def open_message(self, conversation_id: int, message_id: int, opened: Callable[[], None]) -> None:
        """Show the whole branch that holds a message; ``opened`` is called once it is on screen."""
        answered = self._answered_in(conversation_id)
        if answered is not None and answered.place_of(message_id) is not None:
            self._turns.answering.show()
            self._opened()
            opened()
            return
        shown = OpenConversation(conversation_id)
        self._screen.turn_to(shown)

        def show(path: tuple[MessageRecord, ...]) -> None:
            if self._screen.shows(shown):
                self._show(shown, path)
                opened()

        self._lane.run(lambda: self._vault.show_branch(message_id), show, self.trouble.emit)

    def _answered_in(self, conversation_id: int) -> OpenConversation | None:
        """Return the branch in which an answer is being made, if it is one of this conversation."""
        owner = self._turns.answering.owner
        return owner if owner is not None and owner.id == conversation_id else None

    def switch_branch(self, message_id: int, step: int) -> None:
        """Show the sibling ``step`` places further, and the branch below it."""
        shown = self.conversation
        if not self.busy and shown.id is not None:
            self._lane.run(
                lambda: self._vault.switch(message_id, step),
                lambda path: self._show(shown, path),
                self.trouble.emit,
            )

    def reread(self, owner: OpenConversation, path: tuple[MessageRecord, ...]) -> None:
        """Take a conversation's path as the vault holds it now: what is left out may have changed."""
        self._screen.take(owner, self._writer.newest(path))
        if self._screen.shows(owner):
            self.path_changed.emit()

    def forget(self, conversation_id: int) -> None:
        """Leave a conversation that was deleted, and stop an answer that is being made in it."""
        answered = self._turns.answering.owner
        if answered is not None and answered.id == conversation_id:
            self._engine.stop()
        if self.conversation_id == conversation_id:
            self.new_conversation()

    def question(self, message_id: int) -> Draft:
        """Return a question on screen as it was written, empty if it is not there."""
        place = self.conversation.place_of(message_id)
        return Draft() if place is None else Draft.of(self.conversation.path[place].message)

    def questions(self) -> tuple[str, ...]:
        """Return the words of the questions on screen, the oldest first."""
        asked = (one.question for one in self.conversation.messages if one.role is Role.USER)
        return tuple(words for words in asked if words)

    def _show(self, shown: OpenConversation, path: tuple[MessageRecord, ...]) -> None:
        if self._screen.shows(shown):
            shown.path = self._writer.newest(path)
            self._turn_to(shown)

    def _turn_to(self, owner: OpenConversation) -> None:
        self._screen.turn_to(owner)
        self._screen.refresh(owner)
        self._opened()

    def _begun(self, owner: OpenConversation) -> None:
        if self._screen.shows(owner):
            self.begun.emit(owner.id)
            self.opened.emit(owner.id)

    def _opened(self) -> None:
        self.opened.emit(self.conversation_id)
        self.path_changed.emit()

    # --- turns ----------------------------------------------------------------------------------

    def ask(self, question: Draft) -> None:
        """Send a question; the composer holds it back while an answer is being made."""
        self._turns.ask(self.conversation, len(self.conversation.path), question)

    def edit(self, question_id: int, question: Draft) -> None:
        """Ask a question again in other words, as a new branch beside the old one."""
        place = self.conversation.place_of(question_id)
        if place is not None:
            self._turns.ask(self.conversation, place, question)

    def ask_again(self, answer_id: int) -> None:
        """Make another answer to the same question, beside the one that is there.

        The Guide answers from a page beside the question; where it was asked of another model there is
        none, and it is asked anew, as a version with its page.
        """
        shown = self.conversation
        place = shown.place_of(answer_id)
        while place is not None and place >= 0:
            asked = shown.path[place].message
            if asked.role is Role.USER:
                if self.placement is not None and manual_page_before((asked,)) is None:
                    self._turns.ask(shown, place, Draft.of(asked))
                else:
                    self._turns.answer(shown, place + 1)
                return
            place -= 1

    def try_again(self) -> None:
        """Answer the last question again, or for the first time if the engine never got to it."""
        if self.conversation.leaf_id is not None:
            self.ask_again(self.conversation.leaf_id)

    def continue_answer(self, answer_id: int) -> None:
        """Write on an answer that was cut off; only the last one can be."""
        if answer_id == self.conversation.leaf_id:
            self._turns.go_on(self.conversation)

    def summarise(self, places: tuple[int, ...], done: Callable[[], None]) -> None:
        """Have the model summarise these messages; the summary stands at the end and for them."""
        owner = self.conversation
        conversation_id, leaf_id = owner.id, owner.leaf_id
        covered = [owner.path[place].id for place in places]

        def keep(words: str) -> None:
            if conversation_id is None:
                return
            self._lane.run(
                lambda: self._vault.add_summary(conversation_id, leaf_id, words, covered),
                lambda summary: self._add_summary(owner, summary, covered, done),
                self.trouble.emit,
            )

        self._turns.summarise(owner, tuple(owner.messages[place] for place in places), keep)

    def _add_summary(
        self,
        owner: OpenConversation,
        summary: MessageRecord,
        covered: list[int],
        done: Callable[[], None],
    ) -> None:
        self._screen.append(owner, summary)
        self.reread(
            owner,
            tuple(replace(one, left_out=one.left_out or one.id in covered) for one in owner.path),
        )
        if not self._screen.shows(owner) and self.conversation_id == owner.id:
            # It was opened anew meanwhile; without the summary the next question would stand beside it.
            self.open_conversation(summary.conversation_id)
        done()

    def stop(self) -> None:
        """End the running answer; what it has is kept."""
        self._turns.stop()

    def answer_now(self) -> None:
        """Make the model answer with what it has so far."""
        self._engine.answer_now()

    def save_and_stop(self) -> None:
        """Stop the running answer and keep what it has, because the program closes."""
        self._writer.retry()
        self._turns.close()
