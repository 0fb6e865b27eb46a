"""The ledger, counted.

Job: how many tokens of the window each piece of the next prompt takes, and how many can be kept free for
the answer. Rule: counts what :class:`PromptWriter` renders, so the sum of the entries that are read is
the length of the prompt.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.core.conversation.ledger import EntryKind, Ledger, LedgerEntry
from app.engine.protocol.requests import LedgerRequest
from app.engine.turns.generation import LEAST_ROOM, wished_length
from app.engine.turns.prompt import Piece, PromptWriter


def count(writer: PromptWriter, request: LedgerRequest, context: int) -> Ledger:
    """Return the ledger of a window of ``context`` tokens.

    An empty draft counts as the empty message it would be, with what opens the answer; a request that
    continues a message has no draft. The reserve is what the effort wishes for or what remains, but
    never less than LEAST_ROOM, so that ``free`` is negative exactly for prompts that are refused.
    Raises UserError as a prompt does.
    """
    draft = None if request.turn.continued else request.draft
    entries = tuple(entry for piece in writer.pieces(request.turn, draft) for entry in _entries(piece))
    wish = wished_length(request.turn)
    used = sum(entry.tokens for entry in entries if not entry.left_out)
    return Ledger(context, entries, wish, max(LEAST_ROOM, min(wish, context - used)))


def _entries(piece: Piece) -> Iterator[LedgerEntry]:
    yield LedgerEntry(piece.kind, len(piece.ids) - sum(piece.attached), piece.place, piece.left_out)
    for tokens in piece.attached:
        yield LedgerEntry(EntryKind.ATTACHMENT, tokens, piece.place, piece.left_out)
