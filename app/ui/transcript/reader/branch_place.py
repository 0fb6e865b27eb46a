"""The reader's place while another version of a message is leafed to.

Job: keep the switch that was pressed where it stood, and the keyboard on it, when the branch it leads
to is shown. Rule: only for the very message that was asked about, at its own place in its conversation;
whatever else is shown next begins as every conversation does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.ui.transcript.controls import Control

if TYPE_CHECKING:
    from app.ui.transcript.message.layout import MessageLayout
    from app.ui.transcript.view import TranscriptView


@dataclass(frozen=True, slots=True)
class _Held:
    row: int
    before: tuple[int, ...]
    """The messages above it, which both branches share."""
    siblings: int
    height: int | None
    """Where the switch stood in the viewport; None if it was out of sight."""
    current: bool
    inside: int | None
    """The step of the arrow that had the keyboard, if one had."""


class BranchPlace:
    """The place of one view between a press on the switch and the branch it shows."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view
        self._held: _Held | None = None

    def hold(self, message_id: int, step: int) -> None:
        """Note where the reader is: the version ``step`` places on was asked for."""
        view = self._view
        row = view.model.row_of(message_id)
        if row is None:
            return
        arrow = _arrow(view.realiser.layout(row), step)
        top = view.stage.visible.get(row)
        stop = view.stops.current if view.current_row == row else None
        self._held = _Held(
            row,
            self._above(row),
            view.model.items[row].siblings,
            None if top is None or arrow is None else top + arrow.rect.top(),
            view.current_row == row,
            stop.value if isinstance(stop, Control) and stop.action == "sibling" else None,
        )

    def restore(self) -> None:
        """Go back to the place that was held, if what is shown now is the branch asked for."""
        held, self._held = self._held, None
        view = self._view
        if held is None or held.row >= len(view.model.items) or self._above(held.row) != held.before:
            return
        if view.model.items[held.row].siblings != held.siblings:
            return
        layout = view.realiser.layout(held.row)
        arrow = _arrow(layout, held.inside or 1)
        if held.height is not None and arrow is not None:
            view.stage.put(held.row, held.height - arrow.rect.top())
            view.relayout()
        if held.current:
            view.set_current(held.row)
            self._put_keyboard(layout, held.inside)

    def _put_keyboard(self, layout: MessageLayout, step: int | None) -> None:
        """Put the keyboard on the arrow that had it, or the other one at the last version."""
        if step is None:
            return
        for arrow in (_arrow(layout, step), _arrow(layout, -step)):
            if arrow is not None and arrow.enabled:
                self._view.stops.put(arrow)
                return

    def _above(self, row: int) -> tuple[int, ...]:
        return tuple(item.id for item in self._view.model.items[:row])


def _arrow(layout: MessageLayout, step: int) -> Control | None:
    found = (each for each in layout.controls() if (each.action, each.value) == ("sibling", step))
    return next(found, None)
