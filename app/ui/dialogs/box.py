"""The system's own box with a sentence in it.

Job: what every such box of the program has. Rule: plain text only.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QMessageBox, QWidget

from app.core import texts

MARGINS = (24, 20, 24, 16)
BEFORE = 15
"""Pixels that Qt leaves before the words where there is no icon, beside the layout's spacing."""


def plain_box(words: str, parent: QWidget | None = None, titled: str = "ui.title") -> QMessageBox:
    """Return a box that says ``words``, without a button yet; it is gone once it is closed.

    ``titled`` is the entry of the catalogue that its window is called by: never what it is about.
    """
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(texts.text(titled))
    box.setText(words)
    layout = box.layout()
    if isinstance(layout, QGridLayout):  # a box that the system draws has its own
        left, top, right, bottom = MARGINS
        before = BEFORE + max(0, layout.horizontalSpacing())
        if box.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            right -= before
        else:
            left -= before
        layout.setContentsMargins(max(0, left), top, max(0, right), bottom)
    return box
