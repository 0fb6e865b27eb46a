"""Search hits as Qt's views see them.

Job: rows of :class:`SearchHit` in the order of the vault. Rule: snippets are plain text; marks are
cut to the snippet, whatever the index says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QDate,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from app.core import texts
from app.storage.records import SearchHit
from app.ui.models.conversations import shown_title
from app.ui.widgets.words.label import plain_tip

Index = QModelIndex | QPersistentModelIndex
HIT_ROLE = int(Qt.ItemDataRole.UserRole)
DATE_ROLE = HIT_ROLE + 1
SEEN_BEFORE_MARK = 32
"""Characters of a snippet before its first mark, at most: about one line of the sidebar."""


class SearchResultModel(QAbstractListModel):
    """The hits of one search."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hits: tuple[SearchHit, ...] = ()

    def set_hits(self, hits: Sequence[SearchHit]) -> None:
        """Show these hits instead of the ones before."""
        self.beginResetModel()
        self._hits = tuple(begin_near_mark(hit) for hit in hits)
        self.endResetModel()

    def hit(self, index: Index) -> SearchHit | None:
        """Return the hit at ``index``; None outside the list."""
        return self._hits[index.row()] if 0 <= index.row() < len(self._hits) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Return the number of hits."""
        return 0 if parent.isValid() else len(self._hits)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the hit, its title, date or spoken name for ``role``."""
        hit = self.hit(index) if index.isValid() else None
        if hit is None:
            return None
        title, when = shown_title(hit.title), short_date(hit.updated)
        if role == Qt.ItemDataRole.DisplayRole:
            return title
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(title)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return texts.text(
                "ui.sidebar.result_name",
                place=index.row() + 1,
                count=len(self._hits),
                title=title,
                date=when,
                snippet=hit.snippet,
            )
        return {HIT_ROLE: hit, DATE_ROLE: when}.get(role)


def begin_near_mark(hit: SearchHit) -> SearchHit:
    """Return ``hit`` with a snippet whose first mark stands in the two lines that can be seen."""
    first = hit.marks[0][0] if hit.marks else 0
    if first <= SEEN_BEFORE_MARK:
        return hit
    cut = hit.snippet.find(" ", first - SEEN_BEFORE_MARK, first) + 1
    if not cut:
        return hit
    moved = tuple((start - cut + 1, end - cut + 1) for start, end in hit.marks if start >= cut)
    return replace(hit, snippet=f"…{hit.snippet[cut:]}", marks=moved)


def short_date(seconds: float, today: date | None = None) -> str:
    """Return a day as "Today", "12 Nov" or "12 Nov 2024", in the computer's own time and language."""
    now = today or datetime.now().astimezone().date()
    day = datetime.fromtimestamp(seconds).astimezone().date()
    if day == now:
        return texts.text("ui.sidebar.today")
    pattern = "d MMM" if day.year == now.year else "d MMM yyyy"
    return QLocale().toString(QDate(day.year, day.month, day.day), pattern)
