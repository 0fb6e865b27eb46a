"""The caret of an empty field of one line.

Job: let it stand where the hint does. Rule: an empty field has no words that could say where reading
begins, and Qt then asks the keyboard's language; here the window's direction decides.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

_AT_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute


def follow_direction(field: QLineEdit) -> None:
    """Keep the caret of ``field`` at the right while it is empty in a window that runs from there."""

    def settle() -> None:
        mirrored = field.layoutDirection() is Qt.LayoutDirection.RightToLeft
        empty = mirrored and not field.text()
        middle = Qt.AlignmentFlag.AlignVCenter
        field.setAlignment(middle | (_AT_RIGHT if empty else Qt.AlignmentFlag.AlignLeading))

    field.textChanged.connect(settle)
    settle()
