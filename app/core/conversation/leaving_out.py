"""What to leave out when the window is full.

Job: find the exchanges (a question and what answers it) of a conversation, and which of the oldest must
go so that the next turn fits. Rule: whole exchanges only, never the newest one; a summary goes last,
because it stands for messages that are left out already. Nothing is decided here: the person chooses.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.core.conversation.ledger import Ledger
from app.core.conversation.message import Message, Role

LEAST_USEFUL = 512
"""Tokens without which an answer is not worth beginning; less in a very small window."""
SUMMARY_TOKENS = 1024
"""Most tokens a summary may take, notes included."""

Places = tuple[int, ...]
"""Messages by their place in the conversation's path, ascending."""


def is_full(ledger: Ledger) -> bool:
    """Say whether the next turn does not fit, or leaves no room for an answer."""
    return _in_the_way(ledger) > 0


def _in_the_way(ledger: Ledger) -> int:
    """Return how many tokens must go before the turn fits and an answer is worth beginning."""
    least = min(LEAST_USEFUL, ledger.context // 16, ledger.reserve_wish)
    return max(0, -ledger.free) + max(0, least - ledger.reserve)


def lacking(ledger: Ledger) -> int:
    """Return the tokens that prompt and reserve lack together; 0 where all fit.

    In a window that is small by nature half of it is room enough to answer in.
    """
    return max(0, -ledger.free) + max(0, ledger.enough - ledger.reserve)


def exchanges(messages: Sequence[Message]) -> tuple[Places, ...]:
    """Return the places of the messages that belong together; a summary stands alone."""
    groups: list[list[int]] = []
    for place, message in enumerate(messages):
        begins = message.role is Role.USER or bool(message.summary)
        if begins or not groups or messages[groups[-1][0]].summary:
            groups.append([])
        groups[-1].append(place)
    return tuple(tuple(group) for group in groups)


def exchange_of(messages: Sequence[Message], place: int) -> Places:
    """Return the exchange a message belongs to; raises ValueError for a place outside."""
    for group in exchanges(messages):
        if place in group:
            return group
    raise ValueError("no such message")


def oldest_to_leave_out(ledger: Ledger, messages: Sequence[Message]) -> Places:
    """Return the oldest messages without which the next turn fits; empty if that does not help.

    As many as make the room that is lacking; if all together make less, all of them. A summary goes only
    where nothing would fit beside it.
    """
    tokens = _tokens_by_place(ledger)
    least, freed, chosen = _in_the_way(ledger), 0, list[int]()
    for group in _older(ledger, messages):
        if freed >= (least if messages[group[0]].summary else lacking(ledger)):
            break
        chosen += group
        freed += sum(tokens[place] for place in group)
    return tuple(sorted(chosen)) if chosen and freed >= least else ()


def to_summarise(ledger: Ledger, messages: Sequence[Message]) -> Places:
    """Return the messages a summary should stand for: older ones that the model can read at once.

    The oldest first, and as many as fit beside the summary; empty where a summary would save nothing.
    """
    tokens = _tokens_by_place(ledger)
    room = ledger.context - 2 * SUMMARY_TOKENS
    chosen: list[int] = []
    for group in sorted(_older(ledger, messages)):
        size = sum(tokens[place] for place in group)
        if size > room:
            break
        room -= size
        chosen += group
    saved = sum(tokens[place] for place in chosen)
    return tuple(chosen) if saved > SUMMARY_TOKENS else ()


def _older(ledger: Ledger, messages: Sequence[Message]) -> list[Places]:
    """Return the exchanges that may go, in the order in which they go."""
    read = _tokens_by_place(ledger)
    groups = [group for group in exchanges(messages) if any(place in read for place in group)]
    older = [tuple(place for place in group if place in read) for group in groups[:-1]]
    return sorted(older, key=lambda group: bool(messages[group[0]].summary))


def _tokens_by_place(ledger: Ledger) -> dict[int, int]:
    """Return what each message takes that is read now, with what is attached to it."""
    tokens: dict[int, int] = {}
    for entry in ledger.entries:
        if entry.message >= 0 and not entry.left_out:
            tokens[entry.message] = tokens.get(entry.message, 0) + entry.tokens
    return tokens
