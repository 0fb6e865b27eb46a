"""What stands behind a notice.

Job: codes and figures, to be read and copied. Rule: plain text only; closing changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from app.core import texts
from app.ui.dialogs.box import plain_box


def show_details(parent: QWidget, details: str, copy: Callable[[str], object]) -> QMessageBox:
    """Show ``details``; ``copy`` is called with them when they are wanted."""
    box = plain_box(texts.text("ui.report.title"), parent, "ui.titles.details")
    box.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    box.setInformativeText(details)
    button = box.addButton(texts.text("transcript.copy"), QMessageBox.ButtonRole.ActionRole)
    close = box.addButton(texts.text("ui.actions.close_notice"), QMessageBox.ButtonRole.RejectRole)
    button.clicked.connect(lambda _checked=False: copy(details))
    box.setDefaultButton(close)
    box.setEscapeButton(close)
    box.open()
    return box
