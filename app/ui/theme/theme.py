"""One theme: colours, type and sizes together.

Job: what a widget asks for while it builds, lays out and paints itself. Rule: immutable; a change of
appearance or text size is a new Theme handed to every ``set_theme``.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QRectF
from PySide6.QtGui import QBrush, QColor, QFont, QIcon, QPainter, QPalette, QPixmap

from app.ui.theme import icons, palette, style_sheet
from app.ui.theme.icons import IconName
from app.ui.theme.tokens import Colours
from app.ui.theme.type import TextRole, make_font

MIN_SCALE, MAX_SCALE = 0.8, 2.0


class Theme(Colours):
    """A light or dark theme at a text size (``scale`` 0.8 to 2.0, 1.0 = 100 %).

    ``still`` asks whatever moves by itself to stand: see :meth:`motion`.

    Colours are attributes (``theme.accent``), each a QColor that must not be changed.
    """

    def __init__(
        self,
        *,
        dark: bool = False,
        scale: float = 1.0,
        high_contrast: bool = False,
        still: bool = False,
    ) -> None:
        super().__init__(dark=dark, high_contrast=high_contrast)
        self.still = still
        self.scale = max(MIN_SCALE, min(float(scale), MAX_SCALE))
        self._fonts: dict[tuple[TextRole, QFont.Weight | None, bool], QFont] = {}

    def font(
        self, role: TextRole, weight: QFont.Weight | None = None, *, tabular: bool = False
    ) -> QFont:
        """Return a copy of the role's font at this text size."""
        key = (role, weight, tabular)
        if key not in self._fonts:
            self._fonts[key] = make_font(role, self.scale, weight, tabular=tabular)
        return QFont(self._fonts[key])

    def line_height(self, role: TextRole) -> int:
        """Return the distance between baselines in pixels."""
        return round(role.value.line * self.scale)

    def px(self, pixels: float) -> int:
        """Return a size that grows with the text (heights of rows, fields, bars)."""
        return round(pixels * self.scale)

    def gap(self, pixels: int) -> int:
        """Return a gap: up to 12 pixels it stays, wider ones grow with the text."""
        return pixels if pixels <= 12 else max(12, round(pixels * self.scale))

    def motion(self, milliseconds: int) -> int:
        """Return how long a movement takes: nothing where less motion is asked for."""
        return 0 if self.still else milliseconds

    def icon_size(self, pixels: int = 16) -> int:
        """Return an icon's size in pixels: 16, 20, 24 as the text grows."""
        return round(pixels * (1.5 if self.scale >= 1.75 else 1.25 if self.scale >= 1.25 else 1.0))

    def icon(self, name: IconName, colour: QColor | None = None, size: int = 16, gap: int = 0) -> QIcon:
        """Return an icon for a button; ``size`` as for :meth:`icon_size`, colour text2 by default."""
        return icons.make_icon(name, colour or self.text2, self.text3, self.icon_size(size), gap)

    def pixmap(
        self, name: IconName, colour: QColor | None = None, size: int = 16, ratio: float = 1.0
    ) -> QPixmap:
        """Return an icon as a pixmap for a device pixel ratio."""
        return icons.icon_pixmap(name, colour or self.text2, self.icon_size(size), ratio)

    def draw_icon(
        self, painter: QPainter, rect: QRectF, name: IconName, colour: QColor | None = None
    ) -> None:
        """Draw an icon into ``rect``."""
        icons.draw_icon(painter, rect, name, colour or self.text2)

    def stop_icon(self) -> QIcon:
        """Return the filled square of "Stop"."""
        return icons.make_stop_icon(self.text, self.icon_size())

    def dress(self, *parts: Themed) -> None:
        """Hand this theme to each of the parts, in their order."""
        for part in parts:
            part.set_theme(self)

    @property
    def hatch(self) -> QBrush:
        """Accent lines on a transparent ground, laid over accentSoft: kept free."""
        return palette.hatch(self)

    @property
    def palette(self) -> QPalette:
        """The palette for the Fusion style and for views that need their own."""
        return palette.make_palette(self)

    @property
    def style_sheet(self) -> str:
        """The style sheet of the whole program."""
        return style_sheet.make_style_sheet(self, self.px)


class Themed(Protocol):
    """Whatever can be handed a new theme."""

    def set_theme(self, theme: Theme) -> None:
        """Take colours, type and text size of ``theme``."""
