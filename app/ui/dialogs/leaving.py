"""The question before what nobody keeps is lost.

Job: one sentence and the ways to go: stay, export, close. Rule: plain text only; staying is the default.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMessageBox, QWidget

from app.core import texts
from app.ui.dialogs.box import plain_box


def ask_to_leave(
    parent: QWidget,
    question: str,
    leave: Callable[[], object],
    export: Callable[[], object] | None,
) -> QMessageBox:
    """Show ``question``; ``leave`` or ``export`` (None: nothing can be exported) is called if chosen."""
    box = plain_box(question, parent, "ui.leave.window")
    leaving = box.addButton(texts.text("ui.leave.leave"), QMessageBox.ButtonRole.DestructiveRole)
    exporting = None
    if export is not None:
        exporting = box.addButton(texts.text("ui.leave.export"), QMessageBox.ButtonRole.ActionRole)
    stay = box.addButton(texts.text("ui.leave.stay"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stay)
    box.setEscapeButton(stay)

    def answered() -> None:
        # Once the box is closed: what comes next may be another dialog, or the end of the window.
        chosen = box.clickedButton()
        if chosen == leaving:
            leave()
        elif export is not None and chosen == exporting:
            export()

    box.finished.connect(answered)
    box.open()
    return box
