"""The list of sections at the side of the settings window.

Job: one Tab stop with an icon and a name for each section, arrow keys inside. Rule: it looks like the
sidebar of the main window.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from app.core import texts
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.type import MEDIUM
from app.ui.widgets.rows.row_list import ChoiceList
from app.ui.widgets.rows.row_painter import SIDE, Index, RowPainter, draw_line, row_rect

INSET, BETWEEN = 12, 12
SPARE = 4
"""What the bar of the chosen row and rounding take of a name's room."""
_ICON = Qt.ItemDataRole.UserRole


class SectionRow(RowPainter):
    """Paints one section."""

    HIGH = 36

    def __init__(self, view: SectionList) -> None:
        super().__init__(view)
        self._sections = view

    def is_chosen(self, index: Index) -> bool:
        """Say whether a section is the one shown: none is while something is searched for in all."""
        return super().is_chosen(index) and not self._sections.searched

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw icon and name."""
        theme = self.view.theme
        rect, size = row_rect(option), theme.icon_size()
        mirrored = option.direction is Qt.LayoutDirection.RightToLeft
        x = rect.right() - INSET - size if mirrored else rect.left() + INSET
        theme.draw_icon(
            painter, QRectF(x, rect.center().y() - size / 2, size, size), IconName(index.data(_ICON))
        )
        lead = INSET + size + BETWEEN
        draw_line(
            painter,
            rect.adjusted(INSET if mirrored else lead, 0, -lead if mirrored else -INSET, 0),
            str(index.data(Qt.ItemDataRole.DisplayRole)),
            theme.font(TextRole.UI, MEDIUM if self.is_chosen(index) else None),
            theme.text,
            at=Qt.AlignmentFlag.AlignVCenter,
        )


class SectionList(ChoiceList):
    """``chosen`` carries the place of a section."""

    def __init__(
        self, theme: Theme, sections: Sequence[tuple[str, IconName]], parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self.searched = False
        self._names = [name for name, _ in sections]
        self.setAccessibleName(texts.text("panels.settings.sections"))
        rows = QStandardItemModel(self)
        for name, icon in sections:
            item = QStandardItem(name)
            item.setData(icon.value, _ICON)
            item.setData(name, Qt.ItemDataRole.ToolTipRole)
            rows.appendRow(item)
        self.show_rows(rows, SectionRow(self))

    def set_searched(self, searched: bool) -> None:
        """Say whether what is found in all sections is shown, and not the chosen one."""
        self.searched = searched
        self.viewport().update()

    @property
    def whole_width(self) -> int:
        """How wide it is when no name is cut."""
        theme = self.theme
        letters = QFontMetrics(theme.font(TextRole.UI, MEDIUM))
        longest = max(map(letters.horizontalAdvance, self._names), default=0)
        return longest + INSET + theme.icon_size() + BETWEEN + INSET + 2 * SIDE + SPARE
