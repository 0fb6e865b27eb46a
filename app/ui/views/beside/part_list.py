"""The parts that the program is made of, as a list.

Job: one Tab stop, a row for each part with its licence below its name. Rule: moving in it chooses at
once; nothing can be changed.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.core import texts
from app.core.notices import Part
from app.ui.theme import TextRole, Theme
from app.ui.theme.type import MEDIUM
from app.ui.widgets.row_list import RowList, paint_row_ground, row_rect, row_size

ROW, INSET = 48, 12
_LICENCE = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex


class PartRow(QStyledItemDelegate):
    """Paints one part."""

    def __init__(self, view: RowList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        """Return the height of a row."""
        return row_size(self._view.theme.px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw ground, name and licence."""
        theme, view = self._view.theme, self._view
        chosen = view.currentIndex() == index
        painter.save()
        paint_row_ground(painter, option, view, chosen=chosen)
        rect = row_rect(option).adjusted(INSET, 0, -INSET, 0)
        half = rect.height() / 2
        lines = (
            (Qt.ItemDataRole.DisplayRole, TextRole.UI, MEDIUM if chosen else None, theme.text, 0.0),
            (_LICENCE, TextRole.SMALL, None, theme.text2, half),
        )
        for role, size, weight, colour, top in lines:
            font = theme.font(size, weight)
            painter.setFont(font)
            painter.setPen(QColor(colour))
            area = rect.adjusted(0, top, 0, top - half)
            words = str(index.data(role))
            shown = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, area.width())
            side = Qt.AlignmentFlag.AlignTop if top else Qt.AlignmentFlag.AlignBottom
            painter.drawText(area, int(side | Qt.AlignmentFlag.AlignLeading), shown)
        painter.restore()


class PartList(RowList):
    """``chosen`` carries the place of a part."""

    chosen = Signal(int)

    def __init__(self, theme: Theme, parts: Sequence[Part], parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName(texts.text("about.parts"))
        model = QStandardItemModel(self)
        for part in parts:
            item = QStandardItem(texts.text("about.part", name=part.name, version=part.version))
            item.setData(texts.text("about.licence", licence=part.licence), _LICENCE)
            item.setData(
                texts.text(
                    "about.part_spoken", name=part.name, version=part.version, licence=part.licence
                ),
                Qt.ItemDataRole.AccessibleTextRole,
            )
            item.setEditable(False)
            model.appendRow(item)
        self.setModel(model)
        self.setItemDelegate(PartRow(self))
        self.selectionModel().currentChanged.connect(lambda now, _old: self.chosen.emit(now.row()))

    def choose(self, place: int) -> None:
        """Choose a part."""
        self.setCurrentIndex(self.model().index(place, 0))
