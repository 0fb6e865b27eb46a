"""The list of conversations as Qt's views see it.

Job: rows of :class:`ConversationRecord`, newest first as the vault gives them. Rule: the list is a
picture of the vault; an edit is only reported (``renamed``), and shown once the vault agrees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.core import texts
from app.storage.history.stored_text import TITLE_LIMIT
from app.storage.records import ConversationRecord
from app.ui.widgets.words.label import plain_tip
from app.ui.widgets.words.text_layout import one_line

Index = QModelIndex | QPersistentModelIndex
ID_ROLE = int(Qt.ItemDataRole.UserRole)
CURRENT_ROLE = ID_ROLE + 1


class ConversationListModel(QAbstractListModel):
    """Conversations; ``renamed`` carries identifier and new title of an edit."""

    renamed = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[ConversationRecord] = []
        self._current: int | None = None

    def set_conversations(self, conversations: Sequence[ConversationRecord]) -> None:
        """Show these conversations. Rows that stay keep their selection."""
        wanted = list(conversations)
        keep = {record.id for record in wanted}
        for row in reversed(range(len(self._rows))):
            if self._rows[row].id not in keep:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._rows[row]
                self.endRemoveRows()
        for row, record in enumerate(wanted):
            self._place(row, record)

    def _place(self, row: int, record: ConversationRecord) -> None:
        here = self._rows[row] if row < len(self._rows) else None
        if here == record:
            return
        if here is not None and here.id == record.id:
            self._rows[row] = record
            self.dataChanged.emit(self.index(row), self.index(row))
            return
        old = next((i for i in range(row + 1, len(self._rows)) if self._rows[i].id == record.id), None)
        if old is None:
            self.beginInsertRows(QModelIndex(), row, row)
            self._rows.insert(row, record)
            self.endInsertRows()
            return
        self.beginMoveRows(QModelIndex(), old, old, QModelIndex(), row)
        changed = self._rows.pop(old) != record
        self._rows.insert(row, record)
        self.endMoveRows()
        if changed:
            self.dataChanged.emit(self.index(row), self.index(row))

    @property
    def current(self) -> int | None:
        """The conversation that is open, None for a new one."""
        return self._current

    def set_current(self, conversation: int | None) -> None:
        """Mark the conversation that is open; None marks none."""
        if conversation == self._current:
            return
        before, self._current = self._current, conversation
        for identifier in (before, conversation):
            row = self.row_of(identifier)
            if row >= 0:
                self.dataChanged.emit(self.index(row), self.index(row))

    def row_of(self, conversation: int | None) -> int:
        """Return the row of a conversation, -1 if it is not in the list."""
        return next((i for i, record in enumerate(self._rows) if record.id == conversation), -1)

    def record(self, index: Index) -> ConversationRecord | None:
        """Return the conversation at ``index``; None outside the list."""
        return self._rows[index.row()] if 0 <= index.row() < len(self._rows) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Return the number of conversations."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return title, identifier or names for ``role``."""
        record = self.record(index) if index.isValid() else None
        if record is None:
            return None
        title = shown_title(record.title)
        open_now = record.id == self._current
        if role == Qt.ItemDataRole.DisplayRole:
            return title
        if role == Qt.ItemDataRole.EditRole:
            return one_line(record.title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(title)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            key = "ui.sidebar.row_current" if open_now else "ui.sidebar.row_name"
            return texts.text(key, title=title)
        return {ID_ROLE: record.id, CURRENT_ROLE: open_now}.get(role)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return that rows can be chosen and renamed."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsEditable
            | Qt.ItemFlag.ItemNeverHasChildren
        )

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Take a new title from the row's editor and report it; an empty one changes nothing."""
        record = self.record(index) if index.isValid() else None
        title = one_line(str(value))[:TITLE_LIMIT].strip() if isinstance(value, str) else ""
        if record is None or role != Qt.ItemDataRole.EditRole or not title or title == record.title:
            return False
        # Shown at once, so that the row does not jump back while the vault writes.
        self._rows[index.row()] = replace(record, title=title)
        self.dataChanged.emit(index, index)
        self.renamed.emit(record.id, title)
        return True


def shown_title(title: str) -> str:
    """Return a title as one line; a conversation without one has a name too."""
    return one_line(title) or texts.text("ui.sidebar.untitled")
