"""What is attached to the message in the composer.

Job: keep the attachments and the files that are still being read, take the last change back and bring it
again. Rule: either can be done until something else is written; what was done outside of the field is
taken back where the field itself has nothing to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtGui import QTextDocument

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
    """``parts`` with the message in ``edit``; ``reading`` are the names of files on their way.

    ``changed`` is called when a key took a change back or brought it again.
    """

    def __init__(self, edit: MessageEdit, changed: Callable[[], None]) -> None:
        self._edit = edit
        self._changed = changed
        self._last: _Change | None = None
        self._undone: _Change | None = None
        self.undo_beyond: Callable[[], bool] = lambda: False
        """Takes back what was done outside of the field; says whether there was anything."""
        edit.undo_first, edit.redo_first = self._undo_key, self.redo
        self.parts: tuple[Part, ...] = ()
        self.reading: tuple[str, ...] = ()

    @property
    def is_full(self) -> bool:
        """Whether no more can be attached."""
        return len(self.parts) + len(self.reading) >= MOST_ATTACHED

    def replace(self, parts: tuple[Part, ...]) -> None:
        """Take other attachments; nothing can be taken back then."""
        self.parts = parts
        self._last = self._undone = None

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
        self._last = self._undone = None
        self._edit.insertPlainText(part.text)
        self._edit.ensureCursorVisible()
        return True

    @property
    def can_undo(self) -> bool:
        """Whether there is a change, and nothing was written since."""
        return self._is_fresh(self._last)

    @property
    def can_redo(self) -> bool:
        """Whether a change was taken back, and nothing was written since."""
        return self._is_fresh(self._undone)

    def _is_fresh(self, change: _Change | None) -> bool:
        return change is not None and change.revision == self._edit.document().revision()

    def undo(self) -> bool:
        """Take the last change back, if nothing was written since; says whether it did."""
        change, fresh = self._last, self.can_undo
        self._last = None
        if change is None or not fresh:
            return False
        if not change.came:
            self._put_in(change)
        elif change.part not in self.parts:
            return False
        else:
            change = replace(change, place=self.parts.index(change.part))
            if change.part.name:
                self._take_out(change)
            elif not self.put_back(change.place):
                return False
        self._undone = self._now(change)
        self._changed()
        return True

    def redo(self) -> bool:
        """Bring the change again that was taken back, if nothing was written since; says whether."""
        change, fresh = self._undone, self.can_redo
        self._undone = None
        if change is None or not fresh:
            return False
        if not change.came:
            self._take_out(change)
        else:
            if not change.part.name:
                self._edit.undo()  # its words stand in the message since
                self._edit.document().clearUndoRedoStacks(QTextDocument.Stacks.RedoStack)
            self._put_in(change)
        self._last = self._now(change)
        self._changed()
        return True

    def _undo_key(self) -> bool:
        return self.undo() or (not self._edit.document().isUndoAvailable() and self.undo_beyond())

    def _put_in(self, change: _Change) -> None:
        self.parts = (*self.parts[: change.place], change.part, *self.parts[change.place :])

    def _take_out(self, change: _Change) -> None:
        self.parts = (*self.parts[: change.place], *self.parts[change.place + 1 :])

    def _note(self, part: Part, place: int, *, came: bool) -> None:
        self._undone = None
        self._last = self._now(_Change(part, place, came, 0))

    def _now(self, change: _Change) -> _Change:
        return replace(change, revision=self._edit.document().revision())
