"""The values the vault gives out: conversations, messages in their tree, search hits.

Job: rows with identifiers, as frozen values. Rule: identifiers stay on this floor and in the item
models above it; what was said is a :class:`~app.core.conversation.message.Message`. Times are seconds
since the epoch and only for show: order comes from identifiers, because clocks move backwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from app.core.conversation.message import Effort, Message


class MessageState(StrEnum):
    """How far a message got."""

    DONE = "done"
    STREAMING = "streaming"
    """Being written right now; found at a start, it means the program died: see INTERRUPTED."""
    STOPPED = "stopped"
    """The person stopped it."""
    INTERRUPTED = "interrupted"
    """The program or the engine died while it was written."""
    LENGTH = "length"
    """It reached the room set aside for it."""


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """What is known about how an answer came to be; defaults for a person's message.

    ``edge`` says that it ended because the context was full.
    """

    model_name: str = ""
    effort: Effort = Effort.MEDIUM
    seed: int = 0
    thinking_ms: float = 0.0
    tokens_per_second: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    repaired: bool = False
    edge: bool = False


@dataclass(frozen=True, slots=True)
class ConversationRecord:
    """One conversation in the list. ``leaf_id`` is the end of the branch shown last, None if empty.

    ``adapter`` is the path of the adapter file it is answered with, empty for none, and
    ``adapter_scale`` how strongly that acts.
    """

    id: int
    title: str
    created: float
    updated: float
    leaf_id: int | None = None
    adapter: str = ""
    adapter_scale: float = 1.0


@dataclass(frozen=True, slots=True)
class BinnedConversation:
    """One conversation in the bin: when it was last written in, when it was deleted, its messages."""

    id: int
    title: str
    updated: float
    binned: float
    messages: int


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """One node of a conversation's tree.

    ``sibling`` is its place (from 1) among the ``siblings`` nodes with the same parent, in order of
    identifiers: "2 of 2". ``left_out`` says that the model does not read it; it depends on the branch,
    so only a path tells it.
    """

    id: int
    conversation_id: int
    parent_id: int | None
    message: Message
    state: MessageState
    created: float
    facts: AnswerFacts = field(default_factory=AnswerFacts)
    sibling: int = 1
    siblings: int = 1
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One message that holds the words searched for.

    ``snippet`` is a short piece of its text; ``marks`` are the (start, end) character ranges of the
    hits inside it.
    """

    conversation_id: int
    message_id: int
    title: str
    updated: float
    snippet: str
    marks: tuple[tuple[int, int], ...]

    @property
    def words(self) -> tuple[str, ...]:
        """What the marks are on, each once: the words as the message writes them."""
        return tuple(dict.fromkeys(self.snippet[start:end] for start, end in self.marks))
