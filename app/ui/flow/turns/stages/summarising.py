"""A summary of earlier messages, made by the model.

Job: ask for it and take it out of what the model writes. Rule: made only when the person asks for it;
nothing is changed or written before it is whole; the notes the model makes for it are not kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.core import texts
from app.core.conversation.leaving_out import SUMMARY_TOKENS
from app.core.conversation.message import Effort, Message, Stop, assistant_message, user_message
from app.core.errors import UserError
from app.engine.protocol.events import TurnDone
from app.ui.flow.engine.worker import EngineWorker
from app.ui.flow.turns.conversation.open_conversation import OpenConversation
from app.ui.flow.turns.stages.turn_settings import TurnSettings, no_tools


class Summarising:
    """Makes one summary at a time."""

    def __init__(self, engine: EngineWorker) -> None:
        self._engine = engine
        self._done: Callable[[str], None] | None = None

    def begin(
        self,
        owner: OpenConversation,
        messages: tuple[Message, ...],
        settings: TurnSettings,
        done: Callable[[str], None],
    ) -> None:
        """Ask the engine for a summary of ``messages`` of ``owner``; ``done`` gets it."""
        self._done = done
        brief = replace(
            settings,
            effort=Effort.LOW,
            sampling=replace(settings.sampling, max_tokens=SUMMARY_TOKENS),
            tools=no_tools,
        )
        asked = user_message(texts.text("ledger.summary.request"))
        self._engine.ask(brief.request((*messages, asked), question="", owner=owner))

    def finish(self, ended: TurnDone) -> UserError | None:
        """Take what the engine wrote; returns what to say if it is no summary."""
        done, self._done = self._done, None
        words = assistant_message(ended.parts).answer.strip()
        if ended.stop is Stop.CANCELLED:
            return None
        if not words or done is None:
            return UserError("ledger.no_summary")
        done(words)
        return None
