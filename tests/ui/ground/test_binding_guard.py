"""The pair of PySide6 and Python in use does not leak references to None.

PySide6 6.12.0 on Python 3.11 loses one per void call, and the process aborts after a few thousand.
"""

from __future__ import annotations

import sys

from PySide6.QtGui import QTextCharFormat


def test_void_calls_keep_the_references_to_none() -> None:
    text_format = QTextCharFormat()
    before = sys.getrefcount(None)
    for _ in range(1000):
        text_format.setFontWeight(700)
    assert abs(sys.getrefcount(None) - before) < 100
