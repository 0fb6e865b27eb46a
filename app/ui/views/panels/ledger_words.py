"""What a ledger says to a person: rows, left-out messages, advice.

Job: turn a counted ledger into the sentences and figures of the panel. Rule: no widgets, and nothing is
counted here: every figure is the ledger's own, or a difference of two of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core import texts
from app.core.conversation.leaving_out import lacking
from app.core.conversation.ledger import RESERVE_WISHES, EntryKind, Ledger, LedgerEntry
from app.core.conversation.message import Effort
from app.ui.widgets.drawings.segment_bar import HATCH
from app.ui.widgets.words.figures import token_column, tokens, window
from app.ui.widgets.words.text_layout import one_line

LONGEST_TITLE = 200
OVER = "warn"
"""The fill of what is too much; it has no segment in the bar, which is full."""
FILLS = ("accent", "tint2", "edge", "tint3", HATCH, "track", OVER)
"""The fills of the rows, in reading order: each kind of row has its own."""
_OF_MESSAGES = (EntryKind.MESSAGE, EntryKind.ATTACHMENT)
_LESS = (Effort.HIGH, Effort.MEDIUM, Effort.LOW)


@dataclass(frozen=True, slots=True)
class Piece:
    """A row of the panel and its segment of the bar."""

    fill: str
    words: str
    tokens: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A message, or ``with_answer`` an exchange, that is not read.

    ``missing`` tokens keep it from being put back; 0 if it fits.
    """

    place: int
    title: str
    tokens: int
    missing: int
    with_answer: bool


@dataclass(frozen=True, slots=True)
class Advice:
    """A sentence, and the effort that would help (None: no effort would)."""

    sentence: str
    effort: Effort | None


def spoken(words: str, count: int) -> str:
    """Return a row of the panel as a screen reader says it."""
    return texts.plural("panels.ledger.row_name", count, words=words, figure=tokens(count))


def effort_word(effort: Effort) -> str:
    """Return the effort as a word: Medium."""
    return texts.text(f"ui.effort.{effort.value}")


def pieces(ledger: Ledger, effort: Effort, *, drafted: bool = True) -> list[Piece]:
    """Return the rows from the first thing read to what is still free.

    A message without words has tokens too: ``drafted`` says whether there are any to name.
    """
    read = [entry for entry in ledger.entries if not entry.left_out]
    kinds = (
        ("accent", texts.text("panels.ledger.instructions"), {EntryKind.SYSTEM, EntryKind.INSTRUCTIONS}),
        ("tint2", _attached(read), {EntryKind.ATTACHMENT}),
        ("edge", texts.text("panels.ledger.summary"), {EntryKind.SUMMARY}),
        ("tint3", _conversation(read, drafted=drafted), {EntryKind.MESSAGE, EntryKind.DRAFT}),
    )
    always = {"accent", "tint3"}
    rows = []
    for fill, words, wanted in kinds:
        mine = [entry.tokens for entry in read if entry.kind in wanted]
        if mine or fill in always:
            rows.append(Piece(fill, words, sum(mine)))
    kept = texts.text("panels.ledger.kept_free", effort=effort_word(effort))
    rows.append(Piece(HATCH, kept, ledger.kept))
    if ledger.spare < 0:
        rows.append(Piece(OVER, texts.text("panels.ledger.over"), -ledger.spare))
    else:
        rows.append(Piece("track", texts.text("panels.ledger.still_free"), ledger.spare))
    return rows


def _attached(read: Sequence[LedgerEntry]) -> str:
    count = sum(entry.kind is EntryKind.ATTACHMENT for entry in read)
    return texts.plural("panels.ledger.attached", count)


def _conversation(read: Sequence[LedgerEntry], *, drafted: bool) -> str:
    count = sum(entry.kind is EntryKind.MESSAGE for entry in read)
    draft = drafted and any(entry.kind is EntryKind.DRAFT and entry.tokens for entry in read)
    return texts.plural("panels.ledger.draft" if draft else "panels.ledger.messages", count)


def left_out(
    ledger: Ledger, titles: Sequence[str], exchanges: Sequence[Sequence[int]] = ()
) -> list[LeftOut]:
    """Return what is not read, oldest first; ``titles`` by place in the conversation.

    Messages of one of the ``exchanges`` are put back together and so are one row.
    """
    groups: dict[int, list[LedgerEntry]] = {}
    for entry in ledger.left_out:
        groups.setdefault(_first_place(entry.message, exchanges), []).append(entry)
    found = []
    for place, entries in groups.items():
        title = titles[place] if 0 <= place < len(titles) else ""
        shown = one_line(title[:LONGEST_TITLE])
        shown = shown or texts.text("panels.ledger.untitled", number=place + 1)
        size = sum(entry.tokens for entry in entries)
        several = len({entry.message for entry in entries}) > 1
        found.append(
            LeftOut(place, shown, size, max(0, size - _spare(ledger, ledger.reserve_wish)), several)
        )
    return found


def _spare(ledger: Ledger, wish: int) -> int:
    """Return the tokens that messages can take back when the answer wishes for ``wish``.

    In a small window the reserve gives way to half of it.
    """
    enough = min(wish, ledger.context // 2)
    return max(0, ledger.free + max(0, ledger.reserve - enough))


def count_left_out(ledger: Ledger) -> int:
    """Return how many messages are not read."""
    return len({entry.message for entry in ledger.left_out})


def _first_place(place: int, exchanges: Sequence[Sequence[int]]) -> int:
    return next((group[0] for group in exchanges if place in group), place)


def oldest(ledger: Ledger, exchanges: Sequence[Sequence[int]] = ()) -> tuple[tuple[int, ...], ...]:
    """Return the oldest exchanges to leave out, as few as help, never the newest one."""
    need = lacking(ledger)
    groups: dict[int, dict[int, int]] = {}
    for entry in ledger.entries:
        if entry.kind in _OF_MESSAGES and entry.message >= 0 and not entry.left_out:
            group = groups.setdefault(_first_place(entry.message, exchanges), {})
            group[entry.message] = group.get(entry.message, 0) + entry.tokens
    found = []
    for group in list(groups.values())[:-1]:
        if need <= 0:
            break
        found.append(tuple(group))
        need -= sum(group.values())
    return tuple(found)


def advice(ledger: Ledger, effort: Effort) -> Advice | None:
    """Return the one thing worth saying about a full window; None when all is well."""
    rows = count_left_out(ledger)
    missing = sum(entry.tokens for entry in ledger.left_out) - _spare(ledger, ledger.reserve_wish)
    if ledger.free < 0:
        first = texts.text(
            "panels.ledger.advice.over", missing=token_column(-ledger.free, ledger.context)
        )
    elif ledger.left_out and missing > 0:
        key = {1: "one", 2: "both"}.get(rows, "all")
        first = texts.text(f"panels.ledger.advice.{key}", missing=token_column(missing, ledger.context))
    elif lacking(ledger):
        first = texts.text(
            "panels.ledger.advice.squeezed",
            left=window(ledger.reserve),
            wish=window(ledger.enough),
        )
    else:
        return None
    less = _less_effort(ledger, effort)
    if less is None:
        return Advice(first, None)
    second = texts.text(
        "panels.ledger.advice.effort",
        effort=effort_word(less),
        less=window(RESERVE_WISHES[less]),
        more=window(ledger.kept),
    )
    return Advice(f"{first}\n{second}", less)


def _less_effort(ledger: Ledger, effort: Effort) -> Effort | None:
    """Return the highest lower effort that is enough, else the lowest that helps at all."""
    helps: Effort | None = None
    sizes = [entry.tokens for entry in ledger.left_out]
    for lower in _LESS[_LESS.index(effort) + 1 :]:
        gain = ledger.reserve - RESERVE_WISHES[lower]
        if gain <= 0 or ledger.free + gain < 0:
            continue
        spare = _spare(ledger, RESERVE_WISHES[lower])
        if spare >= sum(sizes):
            return lower
        if spare >= min(sizes):
            helps = lower
    return helps
