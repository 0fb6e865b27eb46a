"""A turn that does not fit: what can be done about it.

Job: say so above the composer, with the ways out, and walk the one that is chosen. Rule: the words are
in the composer and nothing is left out until the person says so; what was asked for goes on by itself
once there is room.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.core import texts
from app.core.conversation.draft import Draft, joined
from app.core.conversation.leaving_out import is_full, oldest_to_leave_out, to_summarise
from app.core.conversation.ledger import Ledger
from app.core.conversation.message import Message
from app.core.errors import UserError
from app.storage.vault import Vault
from app.ui.flow.ledger.leaving_out import LeavingOut
from app.ui.flow.ledger.ledger_keeper import LedgerKeeper
from app.ui.flow.tasks import Lane
from app.ui.flow.turns.chat_controller import ChatController
from app.ui.flow.turns.composing.drafts import DraftKeeper
from app.ui.flow.turns.composing.question_editing import QuestionEditing
from app.ui.flow.turns.stages.titles import title_from
from app.ui.flow.turns.stages.turn_runner import NoRoom
from app.ui.views.window.main_window import MainWindow
from app.ui.views.window.notice_card import NoticeKind

LEAVE_OUT, OTHER_WAYS, NEW = "leave_out_oldest", "other_ways", "continue_in_new"


class FullContext(QObject):
    """Makes room on the conversation on screen; ``trouble`` says why it could not."""

    trouble = Signal(object)

    def __init__(
        self,
        window: MainWindow,
        chat: ChatController,
        leaving_out: LeavingOut,
        ledger: LedgerKeeper,
        editing: QuestionEditing,
        drafts: DraftKeeper,
        vault: Vault,
        lane: Lane,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._chat = chat
        self._leaving_out = leaving_out
        self._ledger = ledger
        self._editing = editing
        self._drafts = drafts
        self._vault = vault
        self._lane = lane
        self._waiting: NoRoom | None = None
        self._refused: tuple[object, ...] = ()
        """The turn that did not fit."""
        self._summarising = False
        chat.full.connect(self.show)
        chat.opened.connect(self._forget)
        chat.busy_changed.connect(self._busy_changed)
        ledger.changed.connect(self._counted)

    def show(self, no_room: NoRoom) -> None:
        """Say that a turn does not fit, and what can be done."""
        if no_room.owner is not self._chat.conversation:
            return  # its words are a draft there, and are counted again when they are sent
        self._waiting = no_room
        self._refused = self._turn(no_room.ledger)
        self._ledger.take(no_room.ledger)
        places = oldest_to_leave_out(no_room.ledger, no_room.messages)
        figures = {
            "needed": texts.number(no_room.ledger.used),
            "context": texts.number(no_room.ledger.context),
        }
        if not places:
            if no_room.rest:
                self._say(texts.text("ledger.rest.alone", **figures), [(NEW, "ledger.rest.new")])
            else:
                close = [("close", "ui.actions.close_notice")]
                self._say(texts.text("ledger.full.alone", **figures), close)
            return
        said = "ledger.rest" if no_room.rest else "ledger.full"
        first = _first_words(no_room.messages[places[0]])
        self._window.notice.show_notice(
            NoticeKind.WARN,
            texts.plural(f"{said}.leave", len(places), first=first, **figures),
            [
                (LEAVE_OUT, texts.plural("ledger.full.leave_out", len(places))),
                (OTHER_WAYS, texts.text("ledger.full.other_ways")),
            ],
        )
        self._window.notice.end_with_conversation()

    def act(self, code: str) -> bool:
        """Do what a button of the notice says; returns False for one that is not ours."""
        waiting = self._waiting
        if code == LEAVE_OUT and waiting is not None:
            places = oldest_to_leave_out(waiting.ledger, waiting.messages)
            self._leaving_out.leave_out(places, self._again)
        elif code == OTHER_WAYS:
            self._window.popovers.open(self._window.ledger_popover)
        elif code == NEW:
            self.continue_in_new()
        else:
            return False
        return True

    def summarise(self) -> None:
        """Have older messages summarised, and go on with what did not fit."""
        ledger = self._ledger.ledger
        if ledger is None or self._chat.busy:
            return
        if self._editing.question_id is not None:
            self.trouble.emit(UserError("ledger.summary_while_editing"))
            return
        places = to_summarise(ledger, self._chat.conversation.messages)
        if not places:
            self.trouble.emit(UserError("ledger.nothing_to_summarise"))
            return
        waiting = self._waiting
        self._summarising = True
        self._chat.summarise(places, lambda: self._summarised(waiting))
        self._say(texts.plural("ledger.summary.making", len(places)), [], NoticeKind.INFO)

    def continue_in_new(self) -> None:
        """Take the words, and a summary if there is one, to a new conversation."""
        words = self._window.composer.draft()
        drafted = self._editing.question_id is None
        summaries = [one.summary for one in self._chat.conversation.messages if one.summary]

        def work() -> int | None:
            if not summaries:
                self._vault.save_draft(None, joined(self._vault.draft(None), words))
                return None
            new_id = self._vault.create_conversation(title_from(words.opening or summaries[-1])).id
            self._vault.add_summary(new_id, None, summaries[-1])
            self._vault.save_draft(new_id, words)
            return new_id

        def made(new_id: int | None) -> None:
            if drafted:
                self._drafts.keep(Draft())
            if new_id is None:
                self._chat.new_conversation()
            else:
                self._chat.open_conversation(new_id)
                self._chat.conversations_changed.emit()

        if not self._chat.busy:
            self._lane.run(work, made, self.trouble.emit)

    def _say(
        self,
        sentence: str,
        actions: list[tuple[str, str]],
        kind: NoticeKind = NoticeKind.WARN,
    ) -> None:
        self._window.notice.show_notice(
            kind, sentence, [(code, texts.text(words)) for code, words in actions]
        )
        self._window.notice.end_with_conversation()

    def _again(self) -> None:
        """Do what did not fit before."""
        waiting, self._waiting = self._waiting, None
        if waiting is None or waiting.owner is not self._chat.conversation:
            return
        if waiting.again is not None:
            waiting.again()
        else:
            self._window.composer.send.click()

    def _summarised(self, waiting: NoRoom | None) -> None:
        self._waiting = waiting
        self._again()

    def _counted(self, ledger: Ledger) -> None:
        """Take the notice away once there is room, however it was made.

        A count of the turn that was refused makes none: it may be of less than is sent, as the Guide's
        page of the manual is found only then.
        """
        if self._waiting is None or is_full(ledger) or self._turn(ledger) == self._refused:
            return
        self._forget()
        self._window.notice.clear()

    def _turn(self, ledger: Ledger) -> tuple[object, ...]:
        """Return what a person may change to make room."""
        left_out = self._chat.conversation.left_out
        return (self._window.composer.message(), left_out, ledger.context, ledger.reserve_wish)

    def _busy_changed(self, busy: bool) -> None:
        if not busy and self._summarising:
            self._summarising = False
            self._window.notice.clear()

    def _forget(self, _conversation_id: object = None) -> None:
        self._waiting = None


def _first_words(message: Message) -> str:
    return title_from(Draft.of(message).opening or message.answer or message.summary)
