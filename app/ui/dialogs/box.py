"""The system's own box with a sentence in it.

Job: what every such box of the program has. Rule: plain text only.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from app.core import texts

MARGINS = (24, 20, 24, 16)


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
    if layout is not None:  # a box that the system draws has its own
        layout.setContentsMargins(*MARGINS)
    return box
