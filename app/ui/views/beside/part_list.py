"""The parts that the program is made of, as a list.

Job: one Tab stop, a row for each part with its licence below its name. Rule: nothing can be changed.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QWidget

from app.core import texts
from app.core.notices import Part
from app.ui.theme import Theme
from app.ui.widgets.rows.row_list import ChoiceList
from app.ui.widgets.rows.two_line_row import DETAIL_ROLE, TwoLineRow


class PartList(ChoiceList):
    """``chosen`` carries the place of a part."""

    def __init__(self, theme: Theme, parts: Sequence[Part], parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName(texts.text("about.parts"))
        rows = QStandardItemModel(self)
        for part in parts:
            item = QStandardItem(texts.text("about.part", name=part.name, version=part.version))
            item.setData(texts.text("about.licence", licence=part.licence), DETAIL_ROLE)
            item.setData(
                texts.text(
                    "about.part_spoken", name=part.name, version=part.version, licence=part.licence
                ),
                Qt.ItemDataRole.AccessibleTextRole,
            )
            rows.appendRow(item)
        self.show_rows(rows, TwoLineRow(self))
