"""How parts leave a layout, and how they stand in it: side by side or below each other.

Job: what every list and row that changes does in the same way. Rule: parts are named by whoever owns
them, never read back from the layout: Python would keep items that Qt deletes.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QBoxLayout, QLayout, QWidget


def take_out(layout: QLayout, parts: Iterable[QWidget]) -> None:
    """Take ``parts`` out of the layout and out of sight; Qt frees them once it comes round to it."""
    for part in parts:
        layout.removeWidget(part)
        part.hide()
        part.deleteLater()


def stack(layout: QBoxLayout, stacked: bool) -> bool:
    """Let the parts stand below each other, or else side by side; says whether that was a change."""
    way = QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight
    if layout.direction() is way:
        return False
    layout.setDirection(way)
    return True
