"""A question before something that cannot be taken back.

Job: one plain sentence, two verbs. Rule: plain text only, and the safe answer is the default.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMessageBox, QWidget

from app.core import texts
from app.ui.dialogs.box import plain_box


def ask_to_delete(
    parent: QWidget, question: str, verb: str, delete: Callable[[], object]
) -> QMessageBox:
    """Show ``question`` with ``verb`` and a way to keep; ``delete`` is called if it is confirmed."""
    box = plain_box(question, parent, "ui.delete.window")
    confirm = box.addButton(verb, QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton(texts.text("ui.delete.keep"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    confirm.clicked.connect(lambda _checked=False: delete())
    box.open()
    return box
