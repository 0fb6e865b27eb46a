"""What can be done with one message.

Job: the one list of a message's actions, for the context menu, the button "More" and assistive
technology. Rule: what its controls do stands here too, so that no way to an action lacks one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from app.core.conversation.message import Role
from app.core.texts import text
from app.ui.transcript.message.source_list import manual_citation
from app.ui.transcript.model import TranscriptItem

if TYPE_CHECKING:
    from app.ui.transcript.reader.actions import Actions
    from app.ui.transcript.view import TranscriptView


@dataclass(frozen=True, slots=True)
class Offer:
    """One action: its words, what it does, and whether a line stands above it in a menu."""

    words: str
    act: Callable[[], object]
    enabled: bool = True
    begins_group: bool = False


def offers_of(
    actions: Actions, view: TranscriptView, row: int, *, selected: bool = False
) -> list[Offer]:
    """Return the actions of a row; ``selected``: copying is offered for the selection already."""
    item = view.model.items[row]
    question = item.role is Role.USER
    key = "copy_question" if question else "copy_answer"
    found = [Offer(text(f"transcript.{key}"), lambda: actions.copy_answer(row))]
    if not question and not selected:
        found.append(
            Offer(text("transcript.copy_markdown"), lambda: actions.copy_answer(row, as_markdown=True))
        )
    if item.is_summary:
        return found
    if question:
        found.append(Offer(text("transcript.edit"), lambda: view.edit_requested.emit(item.id)))
    elif row != view.realiser.live_row:
        found += _for_answer(view, row, item)
        page = view.model.manual_of(row)
        if page is not None:
            words = manual_citation(page).opens
            found.append(Offer(words, lambda: actions.open_manual(row)))
    return found + _branches(view, item)


def _for_answer(view: TranscriptView, row: int, item: TranscriptItem) -> list[Offer]:
    found = []
    if view.realiser.layout(row).can_continue:
        found.append(
            Offer(text("panels.continue.button"), lambda: view.continue_requested.emit(item.id))
        )
    found.append(Offer(text("transcript.try_again"), lambda: view.regenerate_requested.emit(item.id)))
    found.append(Offer(text("transcript.export"), lambda: view.export_requested.emit(item.id)))
    return found


def _branches(view: TranscriptView, item: TranscriptItem) -> list[Offer]:
    if item.siblings < 2:
        return []
    return [
        Offer(
            text("transcript.previous_branch"),
            lambda: view.sibling_requested.emit(item.id, -1),
            enabled=item.sibling > 1,
            begins_group=True,
        ),
        Offer(
            text("transcript.next_branch"),
            lambda: view.sibling_requested.emit(item.id, 1),
            enabled=item.sibling < item.siblings,
        ),
    ]


def add_offers(menu: QMenu, offers: Iterable[Offer]) -> None:
    """Add actions to a menu."""
    for offer in offers:
        if offer.begins_group:
            menu.addSeparator()
        action = menu.addAction(offer.words)
        action.setEnabled(offer.enabled)
        action.triggered.connect(lambda _checked=False, offer=offer: offer.act())
