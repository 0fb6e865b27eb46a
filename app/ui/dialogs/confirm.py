"""A question before something that cannot be taken back.

Job: one plain sentence, two verbs. Rule: plain text only, and the safe answer is the default.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from app.core import texts


def ask_to_delete(
    parent: QWidget, question: str, verb: str, delete: Callable[[], object]
) -> QMessageBox:
    """Show ``question`` with ``verb`` and a way to keep; ``delete`` is called if it is confirmed."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(texts.text("ui.delete.window"))
    box.setText(question)
    confirm = box.addButton(verb, QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton(texts.text("ui.delete.keep"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    confirm.clicked.connect(lambda _checked=False: delete())
    box.open()
    return box
