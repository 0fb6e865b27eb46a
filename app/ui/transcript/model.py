"""The messages the transcript shows, as an item model.

Job: an ordered list of frozen items with signals for every change. Rule: it holds what is shown and
nothing of how; identifiers are the vault's, rows are places in the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.core.conversation.message import Part, PartKind, Role
from app.storage.records import MessageState


@dataclass(frozen=True, slots=True)
class TranscriptItem:
    """One message of the branch on screen.

    ``created`` is seconds since the epoch, ``thinking_ms`` milliseconds (0: not known), ``sibling`` of
    ``siblings`` counts from 1; ``repaired`` says that the model left its usual form. ``summary_of`` is
    the number of earlier messages that a summary stands for (0: not known). ``edge`` says that an
    answer of state LENGTH reached the end of the context window.
    """

    id: int
    role: Role
    parts: tuple[Part, ...]
    state: MessageState = MessageState.DONE
    model_name: str = ""
    created: float = 0.0
    thinking_ms: float = 0.0
    sibling: int = 1
    siblings: int = 1
    repaired: bool = False
    edge: bool = False
    summary_of: int = 0

    @property
    def is_summary(self) -> bool:
        """Whether it stands for earlier messages that the model does not read."""
        return any(part.kind is PartKind.SUMMARY for part in self.parts)

    @property
    def manual_part(self) -> Part | None:
        """What of the manual stands beside the question; without a name it says that no page fits."""
        pages = (part for part in self.parts if part.kind is PartKind.MANUAL)
        return next((part for part in pages if part.text.strip()), None)


def manual_title(part: Part) -> str:
    """Return what a manual page is called that stands beside a question."""
    return part.text.strip().splitlines()[0].removeprefix("Manual:").strip()


class TranscriptModel(QObject):
    """Items in reading order. Every change emits exactly one signal, after it happened."""

    was_reset = Signal()
    appended = Signal(int)
    """The row of the new item."""
    replaced = Signal(int)
    """The row of the item that changed."""
    truncated = Signal(int)
    """The first row that is gone; all later ones are gone too."""
    left_out_changed = Signal()
    """Other messages than before are not read."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: list[TranscriptItem] = []
        self._rows: dict[int, int] = {}
        self._left_out: frozenset[int] = frozenset()

    @property
    def items(self) -> Sequence[TranscriptItem]:
        """The items; do not change the list."""
        return self._items

    def row_of(self, message_id: int) -> int | None:
        """Return the row of a message, None if it is not shown."""
        return self._rows.get(message_id)

    def manual_of(self, row: int) -> Part | None:
        """Return the manual page that the answer in ``row`` was given; nameless if none was found.

        None where the manual was not looked into, or was not what the answer rests on.
        """
        item = self._items[row]
        if not row or item.role is not Role.ASSISTANT:
            return None
        page = self._items[row - 1].manual_part
        demonstrated = any(part.kind is PartKind.TOOL_CALL for part in item.parts)
        return None if page is not None and not page.name and demonstrated else page

    def reset(self, items: Iterable[TranscriptItem], left_out: Iterable[int] = ()) -> None:
        """Show these items instead; ``left_out`` are the ids of those that the model does not read."""
        self._left_out = frozenset(left_out)
        self._items = list(items)
        self._rows = {item.id: row for row, item in enumerate(self._items)}
        self.was_reset.emit()

    def set_left_out(self, message_ids: Iterable[int]) -> None:
        """Say which messages the model does not read; the line stands below each run of them."""
        now = frozenset(message_ids)
        if now != self._left_out:
            self._left_out = now
            self.left_out_changed.emit()

    def is_left_out(self, row: int) -> bool:
        """Say whether the model does not read the message of a row."""
        return 0 <= row < len(self._items) and self._items[row].id in self._left_out

    def left_out_above(self, row: int) -> int:
        """Return how many messages in a run, ending with ``row``, are not read; 0 inside a run."""
        if not self.is_left_out(row) or self.is_left_out(row + 1):
            return 0
        count = 0
        while self.is_left_out(row):
            count += 0 if self._items[row].is_summary else 1
            row -= 1
        return count

    def append(self, item: TranscriptItem) -> None:
        """Add an item at the end. Raises ValueError if its id is shown already."""
        if item.id in self._rows:
            raise ValueError("this message is shown already")
        self._rows[item.id] = len(self._items)
        self._items.append(item)
        self.appended.emit(len(self._items) - 1)

    def replace(self, item: TranscriptItem) -> None:
        """Show ``item`` where the item with the same id stands. Raises KeyError if there is none."""
        row = self._rows[item.id]
        self._items[row] = item
        self.replaced.emit(row)

    def remove_from(self, message_id: int) -> None:
        """Take this message and all that follow it off the screen. Raises KeyError if not shown."""
        row = self._rows[message_id]
        for item in self._items[row:]:
            del self._rows[item.id]
        del self._items[row:]
        self.truncated.emit(row)
