"""Trouble before there is a window to show it in.

Job: one sentence and a button. Rule: plain text only; nothing is offered that could make it worse.
"""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox

from app.core import texts
from app.core.errors import UserError
from app.ui.dialogs.box import plain_box


def show_trouble(error: UserError) -> None:
    """Show the sentence of ``error`` and wait until it was read."""
    box = plain_box(error.sentence)
    box.addButton(texts.text("ui.trouble.close"), QMessageBox.ButtonRole.AcceptRole)
    box.exec()
