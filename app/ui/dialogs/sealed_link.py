"""A link that does not open, because the program is sealed.

Job: say so, and who sealed it. Rule: plain text, one button, nothing else happens.
"""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox, QWidget

from app.core import texts
from app.core.rules.seal import Seal
from app.ui.dialogs.box import plain_box


def say_sealed(parent: QWidget, seal: Seal) -> QMessageBox:
    """Show why a link does not open."""
    words = texts.text(f"seal.link.sealed_by_{seal.by}")
    box = plain_box(seal.refusal.sentence if seal.damaged else words, parent, "ui.titles.sealed")
    box.addButton(texts.text("seal.link.leave"), QMessageBox.ButtonRole.RejectRole)
    box.open()
    return box
