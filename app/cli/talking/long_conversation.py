"""A conversation on the command line, and what is done when it no longer fits.

Job: the messages, which of them are left out, and the ways to make room. Rule: nothing is left out until
the person chooses; a question that did not fit waits for the choice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from app.core.conversation.leaving_out import is_full, oldest_to_leave_out, to_summarise
from app.core.conversation.ledger import Ledger
from app.core.conversation.message import (
    Effort,
    Message,
    Part,
    PartKind,
    assistant_message,
    user_message,
)
from app.core.errors import UserError
from app.core.texts import text


class Choice(StrEnum):
    """A way to make room, by its name in JSON; people say it in words (``cli.full``)."""

    LEAVE_OUT = "leave_out"
    SUMMARISE = "summarise"
    NEW = "new"

    @classmethod
    def said(cls, line: str) -> Choice | None:
        """Return the choice a line of input stands for, None for anything else."""
        words = " ".join(line.lower().split())
        return next((choice for choice in cls if words == text(f"cli.full.{choice.value}")), None)


@dataclass(slots=True)
class LongConversation:
    """What was said so far. ``waiting`` is the question for which there was no room."""

    messages: list[Message] = field(default_factory=list)
    left_out: tuple[int, ...] = ()
    waiting: tuple[str, Effort] | None = None
    _ledger: Ledger | None = None

    def check(self, ledger: Ledger, asked: Message, effort: Effort) -> None:
        """Raise UserError("cli.full") if there is no room for ``asked``, which waits then.

        A first question that is too long is left to the engine to refuse: no choice would help it.
        """
        self._ledger = ledger
        self.waiting = None
        if self.messages and is_full(ledger):
            self.waiting = (asked.question, effort)
            count = len(oldest_to_leave_out(ledger, (*self.messages, asked)))
            raise UserError(
                "cli.full" if count else "cli.full_for_good",
                needed=ledger.used,
                context=ledger.context,
                count=count,
            )

    def leave_out(self) -> None:
        """Leave out the oldest exchanges, as many as are in the way."""
        assert self._ledger is not None
        asked = user_message(self.waiting[0] if self.waiting else "")
        more = oldest_to_leave_out(self._ledger, (*self.messages, asked))
        self.left_out = tuple(sorted({*self.left_out, *more}))

    def to_summarise(self) -> tuple[int, ...]:
        """Return which messages a summary would stand for; raises UserError where there are none."""
        assert self._ledger is not None
        places = to_summarise(self._ledger, self.messages)
        if not places:
            raise UserError("ledger.nothing_to_summarise")
        return places

    def summarised(self, places: tuple[int, ...], words: str) -> None:
        """Let ``words`` stand for these messages."""
        self.messages.append(assistant_message((Part(PartKind.SUMMARY, words),)))
        self.left_out = tuple(sorted({*self.left_out, *places}))

    def begin_anew(self) -> None:
        """Go on in a new conversation, with the newest summary if there is one."""
        self.messages = [message for message in self.messages if message.summary][-1:]
        self.left_out = ()
