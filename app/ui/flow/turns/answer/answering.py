"""An answer while it is made.

Job: carry what the engine writes to the transcript and the vault, from the first token to the last
save. Rule: one answer at a time; streamed text is saved at least every second; nothing generated is
thrown away. The answer goes on being made, and saved, while the person looks at another conversation.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer

from app.core.conversation.message import Message, Part, Role, Stop
from app.engine.protocol.events import PartDelta, TurnDone
from app.storage.records import AnswerFacts, MessageRecord, MessageState
from app.ui.flow.turns.answer.answer_writer import AnswerWriter
from app.ui.flow.turns.answer.live_answer import LiveAnswer
from app.ui.flow.turns.conversation.on_screen import OnScreen
from app.ui.flow.turns.conversation.open_conversation import OpenConversation

SAVE_EVERY_MS = 800
"""How often streamed text is saved; the promise is one second, the rest is for the commit itself."""

_STATES = {
    Stop.CANCELLED: MessageState.STOPPED,
    Stop.LENGTH: MessageState.LENGTH,
    Stop.ERROR: MessageState.INTERRUPTED,
}


class Answering(QObject):
    """The answer in the making, if there is one."""

    def __init__(self, screen: OnScreen, writer: AnswerWriter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._screen = screen
        self._writer = writer
        self._live: LiveAnswer | None = None
        self._timer = QTimer(self, interval=SAVE_EVERY_MS)
        self._timer.timeout.connect(self._save)

    @property
    def owner(self) -> OpenConversation | None:
        """The conversation it belongs to, None while no answer is made."""
        return self._live.owner if self._live else None

    def begin(self, owner: OpenConversation, record: MessageRecord) -> None:
        """Take a fresh answer, which the vault has begun."""
        self._live = LiveAnswer(record, owner)
        self._screen.append(owner, record)
        self._timer.start()

    def go_on(self, owner: OpenConversation, record: MessageRecord) -> None:
        """Take the last answer of a conversation, which was cut off and is written on."""
        self._live = LiveAnswer(record, owner)
        self._screen.go_on(owner, record)
        self._timer.start()

    def show(self) -> None:
        """Show the conversation of the answer as far as it is written."""
        live = self._live
        if live is not None:
            self._screen.turn_to(live.owner)
            self._screen.show_live(live.owner, live.empty_record, live.replay())

    def take(self, delta: PartDelta) -> None:
        """Add what the engine wrote."""
        live = self._live
        if live is not None:
            live.add(delta)
            self._screen.feed(live.owner, delta)

    def finish(self, done: TurnDone) -> None:
        """Keep the whole answer with its figures."""
        live = self._live
        if live is None:
            return
        facts = replace(
            live.record.facts,
            seed=done.seed,
            thinking_ms=live.record.facts.thinking_ms or done.thinking_ms,
            tokens_per_second=done.tokens_per_second,
            prompt_tokens=done.prompt_tokens,
            completion_tokens=done.completion_tokens,
            repaired=live.record.facts.repaired or done.repaired,
            edge=done.edge,
        )
        self._end(live.whole(done.parts), _STATES.get(done.stop, MessageState.DONE), facts)

    def cut_off(self, state: MessageState) -> None:
        """Keep what there is of the answer, because no more will come."""
        live = self._live
        if live is not None:
            self._end(live.parts, state, live.record.facts)

    def _end(self, parts: tuple[Part, ...], state: MessageState, facts: AnswerFacts) -> None:
        live, self._live = self._live, None
        assert live is not None
        self._timer.stop()
        written = replace(live.record, message=Message(Role.ASSISTANT, parts), state=state, facts=facts)
        # What is on screen settles before it is written: a vault that cannot write (a full disk)
        # says so, and does not take the text away from the person.
        self._screen.settle(live.owner, written)
        self._writer.finish(written)

    def _save(self) -> None:
        live = self._live
        parts = live.take_unsaved() if live else None
        if live is not None and parts is not None:
            self._writer.save(live.record.id, parts)
