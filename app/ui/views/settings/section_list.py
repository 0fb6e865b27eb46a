"""The list of sections at the side of the settings window.

Job: one Tab stop with an icon and a name for each section, arrow keys inside. Rule: it looks like the
sidebar of the main window; moving in it chooses at once, as a person expects of settings.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.core import texts
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.type import MEDIUM
from app.ui.widgets.row_list import RowList, paint_row_ground, row_rect, row_size

ROW, INSET, BETWEEN = 36, 12, 12
_ICON = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex


class SectionRow(QStyledItemDelegate):
    """Paints one section."""

    def __init__(self, view: RowList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        """Return the height of a row."""
        return row_size(self._view.theme.px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw ground, icon and name."""
        theme, view = self._view.theme, self._view
        chosen = view.currentIndex() == index
        painter.save()
        paint_row_ground(painter, option, view, chosen=chosen)
        rect, size = row_rect(option), theme.icon_size()
        mirrored = option.direction is Qt.LayoutDirection.RightToLeft
        x = rect.right() - INSET - size if mirrored else rect.left() + INSET
        theme.draw_icon(
            painter, QRectF(x, rect.center().y() - size / 2, size, size), IconName(index.data(_ICON))
        )
        font = theme.font(TextRole.UI, MEDIUM if chosen else None)
        lead = INSET + size + BETWEEN
        area = rect.adjusted(INSET if mirrored else lead, 0, -lead if mirrored else -INSET, 0)
        name = str(index.data(Qt.ItemDataRole.DisplayRole))
        painter.setFont(font)
        painter.setPen(theme.text)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        shown = QFontMetricsF(font).elidedText(name, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, int(flags), shown)
        painter.restore()


class SectionList(RowList):
    """``chosen`` carries the place of a section."""

    chosen = Signal(int)

    def __init__(
        self, theme: Theme, sections: Sequence[tuple[str, IconName]], parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName(texts.text("panels.settings.sections"))
        model = QStandardItemModel(self)
        for name, icon in sections:
            item = QStandardItem(name)
            item.setData(icon.value, _ICON)
            item.setData(name, Qt.ItemDataRole.ToolTipRole)
            item.setEditable(False)
            model.appendRow(item)
        self.setModel(model)
        self.setItemDelegate(SectionRow(self))
        self.selectionModel().currentChanged.connect(lambda now, _old: self.chosen.emit(now.row()))

    def choose(self, place: int) -> None:
        """Choose a section."""
        self.setCurrentIndex(self.model().index(place, 0))
