"""Ledgers by the sizes of their messages, and the one of the mock-up."""

from __future__ import annotations

from app.core.conversation.ledger import EntryKind, Ledger, LedgerEntry

TITLES = ["Pasted letter from the agent, 4 Nov", "The answer to it", *["later"] * 8]


def ledger(
    *messages: int, left_out: int = 0, reserve: int = 8192, context: int = 16_384, documents: int = 0
) -> Ledger:
    """Return a ledger; the first ``left_out`` of ``messages`` (tokens each) are left out."""
    entries = [LedgerEntry(EntryKind.SYSTEM, 300), LedgerEntry(EntryKind.INSTRUCTIONS, 100)]
    if documents:
        entries.append(LedgerEntry(EntryKind.ATTACHMENT, documents))
    for place, size in enumerate(messages):
        entries.append(LedgerEntry(EntryKind.MESSAGE, size, place, left_out=place < left_out))
    return Ledger(context, tuple(entries), 8192, reserve)


MOCK = ledger(2000, 1100, *[450] * 6, left_out=2, reserve=8000, documents=3100)
