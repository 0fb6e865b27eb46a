"""Messages that wait behind a running answer.

Job: keep them in order and know which of them are sent when the answer is done. Rule: only one that the
person sent while an answer ran is due; stopping, trouble and another conversation leave them all here,
to be sent when the person says so.
"""

from __future__ import annotations

from app.core import texts
from app.core.conversation.draft import Draft

MOST_WAITING = 5


class WaitingQueue:
    """``all`` in order, each with whether it is due."""

    def __init__(self) -> None:
        self.all: list[tuple[Draft, bool]] = []

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """The messages without more."""
        return tuple(draft for draft, _ in self.all)

    @property
    def is_full(self) -> bool:
        """Whether no more can wait."""
        return len(self.all) >= MOST_WAITING

    @property
    def due(self) -> bool:
        """Whether one is sent when the answer is done."""
        return any(due for _, due in self.all)

    def hint(self, *, busy: bool, ready: bool) -> str:
        """Return what Return does now, while an answer runs or not, with something written or not."""
        if not busy:
            key = "send"
        elif ready and self.is_full:
            key = "full"
        else:
            key = "wait" if ready else "stop"
        return texts.text(f"ui.composer.hint_{key}", most=MOST_WAITING)

    def add(self, draft: Draft) -> None:
        """Let another one wait, last."""
        self.all.append((draft, True))

    def bring(self, drafts: tuple[Draft, ...]) -> None:
        """Take what waited before; none of it is due."""
        self.all = [(draft, False) for draft in drafts]

    def hold(self) -> None:
        """Let none be sent by itself any more."""
        self.all = [(draft, False) for draft, _ in self.all]

    def take(self, place: int) -> Draft:
        """Take one out."""
        return self.all.pop(place)[0]

    def take_due(self) -> Draft | None:
        """Take the first that is due out, None where there is none."""
        place = next((place for place, (_, due) in enumerate(self.all) if due), None)
        return None if place is None else self.take(place)

    def put_first(self, place: int) -> None:
        """Make one the next to be sent."""
        self.all.insert(0, (self.take(place), True))
