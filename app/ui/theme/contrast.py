"""Which colours stand on which, and how far apart they have to be.

Job: every pair of tokens that is drawn, and what WCAG 2.x asks of it. Rule: a colour is put on a ground
only where this table says so. Nothing reads it while the program runs: it is written for the test,
which computes each pair in both themes and in high contrast, and knows every token.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtGui import QColor


class Need(Enum):
    """What a pair is for: the least contrast, usually and in high contrast."""

    TEXT = (4.5, 7.0)
    """Words, whatever their size: no size below 24 px is "large" to WCAG."""
    SHAPE = (3.0, 3.0)
    """Borders of controls, icons that stand alone, the ring, bars."""


@dataclass(frozen=True, slots=True)
class Pair:
    """``colour`` on each of ``grounds``, by the names of the tokens."""

    colour: str
    grounds: tuple[str, ...]
    need: Need


PLACES = ("canvas", "sidebar", "raised", "sunken")
PAIRS = (
    Pair("text", (*PLACES, "hover", "pressed", "accent_soft", "warn_soft", "danger_soft"), Need.TEXT),
    Pair("text2", (*PLACES, "hover", "accent_soft", "warn_soft", "danger_soft"), Need.TEXT),
    Pair("text3", (*PLACES, "hover", "accent_soft"), Need.TEXT),
    Pair("accent", (*PLACES, "hover", "pressed", "accent_soft"), Need.TEXT),
    Pair("warn", (*PLACES, "warn_soft"), Need.TEXT),
    Pair("danger", (*PLACES, "danger_soft"), Need.TEXT),
    Pair("on_accent", ("accent", "accent_hover"), Need.TEXT),
    Pair("edge", PLACES, Need.SHAPE),
    Pair("accent", ("warn_soft", "danger_soft"), Need.SHAPE),
    Pair("tint2", ("raised",), Need.SHAPE),
)
"""Left out on purpose: ``line``, ``art_line`` and ``wall`` are decoration; ``track`` and ``tint3`` are
parts of bars whose every part stands in words beside them."""


def contrast(first: QColor, second: QColor) -> float:
    """Return the contrast of two colours, from 1 (the same) to 21 (black and white)."""
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: QColor) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
