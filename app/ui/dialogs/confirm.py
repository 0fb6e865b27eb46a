"""A question before something that cannot be taken back.

Job: one plain sentence, two verbs. Rule: plain text only, and the safe answer is the default.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from app.core import texts


def ask_to_delete(parent: QWidget, title: str, delete: Callable[[], None]) -> QMessageBox:
    """Show the question about the conversation ``title``; ``delete`` is called if it is confirmed."""
    return _ask(
        parent,
        texts.text("ui.delete.question", title=title),
        (texts.text("ui.delete.delete"), QMessageBox.ButtonRole.DestructiveRole, delete),
        texts.text("ui.delete.keep"),
    )


def _ask(
    parent: QWidget,
    question: str,
    action: tuple[str, QMessageBox.ButtonRole, Callable[[], object]],
    refusal: str,
) -> QMessageBox:
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(texts.text("ui.title"))
    box.setText(question)
    words, role, act = action
    confirm = box.addButton(words, role)
    keep = box.addButton(refusal, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    confirm.clicked.connect(lambda _checked=False: act())
    box.open()
    return box
