"""What the next answer is asked with.

Job: the person's choices for a turn, and the request that is made of them and a path of messages. Rule:
one place builds requests, so that counting, reading ahead and answering are about the same prompt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.core.conversation.message import Effort, Message, Part
from app.core.conversation.sampling import Sampling
from app.engine.protocol.requests import TurnRequest
from app.ui.flow.turns.conversation.open_conversation import OpenConversation

Placement = Callable[[str, Part | None], Part]
"""Finds the manual page for a question, given the page placed beside the one before."""

Tools = Callable[[str], tuple[str, ...]]
"""Names the tools to offer with a question."""


def no_tools(_question: str) -> tuple[str, ...]:
    """Offer none."""
    return ()


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """What the next answer is asked with."""

    effort: Effort = Effort.MEDIUM
    sampling: Sampling = field(default_factory=Sampling)
    instructions: str = ""
    tools: Tools = no_tools
    model_name: str = ""
    adapter: str = ""
    adapter_scale: float = 1.0

    def request(
        self,
        messages: Sequence[Message],
        *,
        question: str,
        left_out: tuple[int, ...] = (),
        continued: bool = False,
        owner: OpenConversation,
    ) -> TurnRequest:
        """Return the request for an answer to ``question`` that follows ``messages`` of ``owner``.

        The system message says on which day the conversation began, so that what was read on one day
        need not be read again on the next.
        """
        return TurnRequest(
            messages=tuple(messages),
            effort=self.effort,
            sampling=self.sampling,
            instructions=self.instructions,
            date=owner.begun,
            tools=self.tools(question),
            left_out=left_out,
            continued=continued,
            conversation=owner.id or 0,
            adapter=self.adapter,
            adapter_scale=self.adapter_scale,
        )
