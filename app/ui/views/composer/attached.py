"""What is attached to the message in the composer.

Job: keep the attachments and the files that are still being read, and take the last change back. Rule: a
change can be taken back until something else is written.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.core.conversation.message import Part, PartKind
from app.ui.views.composer.message_edit import MessageEdit, fits_field

MOST_ATTACHED = 10


@dataclass(frozen=True, slots=True)
class _Change:
    """What can be taken back: a part that came or went, and what was written at the time."""

    part: Part
    place: int
    came: bool
    revision: int


class Attached:
    """``parts`` with the message in ``edit``; ``reading`` are the names of files on their way."""

    def __init__(self, edit: MessageEdit) -> None:
        self._edit = edit
        self._last: _Change | None = None
        self.parts: tuple[Part, ...] = ()
        self.reading: tuple[str, ...] = ()

    @property
    def is_full(self) -> bool:
        """Whether no more can be attached."""
        return len(self.parts) + len(self.reading) >= MOST_ATTACHED

    def replace(self, parts: tuple[Part, ...]) -> None:
        """Take other attachments; nothing can be taken back then."""
        self.parts = parts
        self._last = None

    def add(self, part: Part) -> None:
        """Attach a part."""
        self._note(part, len(self.parts), came=True)
        self.parts = (*self.parts, part)

    def add_pasted(self, text: str) -> bool:
        """Attach text that was pasted; returns False where no more can be attached."""
        if self.is_full:
            return False
        self.add(Part(PartKind.ATTACHMENT, text))
        return True

    def remove(self, place: int) -> None:
        """Take an attachment away."""
        part = self.parts[place]
        self._note(part, place, came=False)
        self.parts = (*self.parts[:place], *self.parts[place + 1 :])

    def put_back(self, place: int) -> bool:
        """Let the text of an attachment stand in the message; returns False where it is too long."""
        part = self.parts[place]
        if not fits_field(part.text):
            return False
        self.parts = (*self.parts[:place], *self.parts[place + 1 :])
        self._last = None
        self._edit.insertPlainText(part.text)
        self._edit.ensureCursorVisible()
        return True

    def undo(self) -> bool:
        """Take the last change back, if nothing was written since; says whether it did."""
        change, self._last = self._last, None
        if change is None or change.revision != self._edit.document().revision():
            return False
        if not change.came:
            self.parts = (*self.parts[: change.place], change.part, *self.parts[change.place :])
            return True
        if change.part not in self.parts:
            return False
        place = self.parts.index(change.part)
        if not change.part.name:
            return self.put_back(place)
        self.parts = (*self.parts[:place], *self.parts[place + 1 :])
        return True

    def _note(self, part: Part, place: int, *, came: bool) -> None:
        self._last = _Change(part, place, came, self._edit.document().revision())
