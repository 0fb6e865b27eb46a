"""Whose window may come to the front.

Job: let the program that is open already come forward when the person starts it again. Rule: only
Windows asks for this, where the right to the front is with the process that was just started.
"""

from __future__ import annotations

import sys

ANY_PROCESS = -1
"""ASFW_ANY of winuser.h: the next process that asks, until the person's next click or key."""


def give_way() -> None:
    """Hand this process's right to the front on."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(ANY_PROCESS)
