"""Prompts of a known size, for measuring.

Job: words that become about so many tokens, and the token ids of a turn as our engine would read them,
so that an alternative can be given exactly the same. Rule: two prompts with different numbers share
nothing after the system message.
"""

from __future__ import annotations

from pathlib import Path

from app.core.conversation.message import Message, Part, PartKind, Role, user_message
from app.engine.protocol.requests import TurnRequest
from app.engine.turns.prompt import PromptWriter
from app.harmony.vocabulary import Vocabulary
from app.library.gguf import read_token_list

_SENTENCE = "The tenant shall give not less than six months of prior written notice to the landlord. "


class Prompts:
    """Makes prompts for one model file."""

    def __init__(self, model_file: Path) -> None:
        tokens = read_token_list(model_file)
        self._vocabulary = Vocabulary.from_gguf_tokens(tokens.tokens, tokens.types)
        self._per_sentence = len(self._vocabulary.encode(_SENTENCE))

    def words(self, tokens: int, number: int) -> str:
        """Return text of about so many tokens that begins like no other ``number``'s."""
        return f"{number}. " + _SENTENCE * max(1, tokens // self._per_sentence)

    def question(self, tokens: int, number: int) -> Message:
        """Return a question of about so many tokens."""
        return user_message(self.words(tokens, number))

    def answer(self, tokens: int, number: int) -> Message:
        """Return a finished answer of about so many tokens, with a little reasoning before it."""
        reasoning = Part(PartKind.REASONING, self.words(100, number + 1000))
        return Message(Role.ASSISTANT, (reasoning, Part(PartKind.ANSWER, self.words(tokens, number))))

    def ids(self, request: TurnRequest) -> list[int]:
        """Return the ids of the prompt that our engine makes of ``request``."""
        return PromptWriter(self._vocabulary).prompt(request).ids
