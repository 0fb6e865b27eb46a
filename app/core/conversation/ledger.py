"""The ledger: what the model will read for the next turn, and what it will not.

Job: the tokens of every piece of a prompt as plain values, and the questions a person has about them
(how much is free, what fits back). Rule: counted by the Engine, never guessed; nothing is left out
that the ledger does not name.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from app.core.conversation.message import Effort

RESERVE_WISHES = MappingProxyType({Effort.LOW: 2048, Effort.MEDIUM: 8192, Effort.HIGH: 32_768})
"""How many tokens each effort would like kept free for reasoning and answer."""


class EntryKind(StrEnum):
    """What a line of the ledger stands for."""

    SYSTEM = "system"
    INSTRUCTIONS = "instructions"
    MESSAGE = "message"
    ATTACHMENT = "attachment"
    SUMMARY = "summary"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """``tokens`` of one piece. ``message`` is its place in the conversation's path, -1 for none."""

    kind: EntryKind
    tokens: int
    message: int = -1
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class Ledger:
    """All pieces of the next prompt, in the order the model reads them; sizes in tokens.

    ``reserve_wish`` is what the effort would like kept free for the answer, ``reserve`` what can be.
    """

    context: int
    entries: tuple[LedgerEntry, ...]
    reserve_wish: int
    reserve: int

    @property
    def used(self) -> int:
        """What the model will read."""
        return sum(entry.tokens for entry in self.entries if not entry.left_out)

    @property
    def left_out(self) -> tuple[LedgerEntry, ...]:
        """What it will not read, oldest first."""
        return tuple(entry for entry in self.entries if entry.left_out)

    @property
    def free(self) -> int:
        """What neither prompt nor reserve takes; negative when the prompt does not fit."""
        return self.context - self.used - self.reserve

    @property
    def enough(self) -> int:
        """What is room enough for the answer: the wish, or half of a window that is small by nature."""
        return min(self.reserve_wish, self.context // 2)

    @property
    def kept(self) -> int:
        """What is kept for the answer: of the reserve no more than is enough.

        In a small window the reserve is all that is left, and yet messages and draft may take of it.
        """
        return min(self.reserve, self.enough)

    @property
    def spare(self) -> int:
        """What messages and draft can still take; negative when the prompt does not fit."""
        return self.context - self.used - self.kept

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    def checked(self) -> Ledger:
        """Return the ledger; ValueError where it counts less than nothing."""
        sizes = (self.context, self.reserve_wish, self.reserve)
        if min(sizes) < 0 or any(each.tokens < 0 or each.message < -1 for each in self.entries):
            raise ValueError("a count that is none")
        return self
