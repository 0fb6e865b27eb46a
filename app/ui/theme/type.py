"""The type scale.

Job: family, size, line height and weight of every role that text can have. Rule: sizes are pixels
at 100 % text; nothing is smaller than the micro role.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtGui import QFont, QFontDatabase

from app.core.paths import resources_dir

INTERFACE_FAMILY = "Inter"
CODE_FAMILY = "JetBrains Mono"
FONT_FILES = (
    "Inter-Regular.otf",
    "Inter-Medium.otf",
    "Inter-SemiBold.otf",
    "JetBrainsMono-Regular.ttf",
    "JetBrainsMono-Medium.ttf",
)
REGULAR, MEDIUM, STRONG = QFont.Weight.Normal, QFont.Weight.Medium, QFont.Weight.DemiBold


@dataclass(frozen=True, slots=True)
class TypeStyle:
    """Pixels at 100 % text; ``spacing`` is a share of the size."""

    family: str
    size: int
    line: int
    weight: QFont.Weight = REGULAR
    spacing: float = 0.0


class TextRole(Enum):
    """What a piece of text is; its value says how it is set."""

    DISPLAY = TypeStyle(INTERFACE_FAMILY, 28, 36, STRONG, -0.015)
    TITLE = TypeStyle(INTERFACE_FAMILY, 20, 28, STRONG, -0.01)
    HEADING1 = TypeStyle(INTERFACE_FAMILY, 18, 28, STRONG, 0.0)
    HEADING2 = TypeStyle(INTERFACE_FAMILY, 16, 24, STRONG, 0.0)
    HEADING = TypeStyle(INTERFACE_FAMILY, 15, 24, STRONG, 0.0)
    READING = TypeStyle(INTERFACE_FAMILY, 15, 24)
    NAME = TypeStyle(INTERFACE_FAMILY, 14, 20, STRONG)
    """The conversation's name in the header, a model's name in its row."""
    UI = TypeStyle(INTERFACE_FAMILY, 13, 20)
    CODE = TypeStyle(CODE_FAMILY, 13, 20)
    CODE_LARGE = TypeStyle(CODE_FAMILY, 18, 28, MEDIUM)
    """The recovery code, which is copied by hand."""
    SMALL = TypeStyle(INTERFACE_FAMILY, 12, 16)
    MICRO = TypeStyle(INTERFACE_FAMILY, 11, 16)


def load_fonts() -> tuple[str, ...]:
    """Register the bundled fonts with Qt; returns the files that could not be read (normally none).

    Needs a QGuiApplication. Without a file Qt falls back to the system's fonts: the program works,
    and the caller can say which file is missing.
    """
    folder = resources_dir() / "fonts"
    return tuple(name for name in FONT_FILES if QFontDatabase.addApplicationFont(str(folder / name)) < 0)


def make_font(
    role: TextRole, scale: float, weight: QFont.Weight | None = None, *, tabular: bool = False
) -> QFont:
    """Return the font of ``role``; ``tabular`` for figures that change or stand in columns."""
    style = role.value
    font = QFont(style.family)
    size = max(1, round(style.size * scale))
    font.setPixelSize(size)
    font.setWeight(style.weight if weight is None else weight)
    if style.spacing:
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, style.spacing * size)
    if style.family == CODE_FAMILY:
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setFixedPitch(True)
        for feature in ("calt", "liga"):
            font.setFeature(QFont.Tag.fromString(feature), 0)
    else:
        font.setStyleHint(QFont.StyleHint.SansSerif)
    if tabular:
        font.setFeature(QFont.Tag.fromString("tnum"), 1)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font
