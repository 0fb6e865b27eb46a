"""Layouts that have come to rest.

Job: let the parts of a window find their places. Rule: no clock is asked: one part wants another height
when it has its width, which moves the others, and how long all that takes is the computer's affair.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

STILL = 3
"""Rounds in which nothing moves: what is painted in one may ask for the next."""
MOST = 100


def lay_out(window: QWidget) -> None:
    """Return once nothing in ``window`` moves any more; fails where that never comes."""
    before, still = _places(window), 0
    for _ in range(MOST):
        QCoreApplication.sendPostedEvents()
        now = _places(window)
        still, before = still + 1 if now == before else 0, now
        if still == STILL:
            return
    raise AssertionError("the layout never comes to rest")


def _places(window: QWidget) -> list[tuple[object, bool]]:
    return [(part.geometry(), part.isHidden()) for part in (window, *window.findChildren(QWidget))]
