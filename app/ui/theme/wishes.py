"""What the system asks of every program for its user's sake.

Job: whether it wants high contrast, and whether it wants less motion. Rule: Qt is asked first; where
it cannot tell (motion, before Qt 6.12), Windows is asked itself, and elsewhere the answer is no: the
settings have both as choices of their own.
"""

from __future__ import annotations

import ctypes
import sys

from PySide6.QtGui import QStyleHints

_GET_CLIENT_AREA_ANIMATION = 0x1042
"""Windows' name for "Show animations in Windows"."""


def wants_high_contrast(hints: QStyleHints) -> bool:
    """Return True if the system asks for high contrast; False where Qt cannot tell."""
    return _preference(hints, "contrastPreference") == "HighContrast"


def wants_less_motion(hints: QStyleHints) -> bool:
    """Return True if the system asks for less motion; False where nobody can tell."""
    told = _preference(hints, "motionPreference")
    if told:
        return told == "ReducedMotion"
    return sys.platform == "win32" and not _windows_animates()


def _windows_animates() -> bool:
    shown = ctypes.c_int(1)
    user32 = getattr(ctypes, "windll").user32  # noqa: B009 - the name exists on Windows only
    answered = user32.SystemParametersInfoW(_GET_CLIENT_AREA_ANIMATION, 0, ctypes.byref(shown), 0)
    return not answered or bool(shown.value)


def _preference(hints: QStyleHints, name: str) -> str:
    ask = getattr(hints.accessibility(), name, None)
    return str(ask().name) if ask is not None else ""
