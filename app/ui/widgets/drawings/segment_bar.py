"""A bar of segments: how a whole is divided, and what of it is still free.

Job: segments side by side in one rounded bar, and the small square that ties a row of words to its
segment. Rule: a segment is never the only sign of anything: each has a row of words, so bar and
squares are hidden from assistive technology.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.theme import Theme
from app.ui.widgets.drawings.bar import RoundBar, paint_hatch

HATCH = "hatch"
"""The fill that means "kept free"; every other fill is the name of a colour token."""
HIGH, GAP, LEAST = 12, 2, 2
SQUARE, SQUARE_RADIUS = 10, 2


@dataclass(frozen=True, slots=True)
class Share:
    """A segment: its size in any unit the others share, and its fill."""

    amount: float
    fill: str


def paint_fill(painter: QPainter, theme: Theme, area: QRectF, fill: str) -> None:
    """Fill ``area`` with a colour token, or with the hatch on its soft ground."""
    if fill == HATCH:
        paint_hatch(painter, theme, area)
    else:
        painter.fillRect(area, theme.colour(fill))


def spread(amounts: Sequence[float], width: float) -> list[tuple[float, float]]:
    """Return (start, width) for each amount, with gaps between; 0 wide for nothing.

    What is there is at least :data:`LEAST` pixels wide, taken from the widest.
    """
    shown = [amount for amount in amounts if amount > 0]
    whole = sum(shown)
    room = max(0.0, width - GAP * (len(shown) - 1))
    wide = [max(float(LEAST), room * amount / whole) if amount > 0 else 0.0 for amount in amounts]
    if shown:
        widest = max(range(len(wide)), key=lambda place: wide[place])
        wide[widest] = max(0.0, wide[widest] - (sum(wide) - room))
    places: list[tuple[float, float]] = []
    x = 0.0
    for each in wide:
        places.append((x, each))
        x += each + GAP if each else 0.0
    return places


class SegmentBar(RoundBar):
    """A bar 12 pixels high and as wide as there is room."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, HIGH, None, parent)
        self._shares: tuple[Share, ...] = ()

    @property
    def shares(self) -> tuple[Share, ...]:
        """What is shown, in reading order."""
        return self._shares

    def set_shares(self, shares: Sequence[Share]) -> None:
        """Show these segments; amounts of 0 or less are left out."""
        now = tuple(shares)
        if now != self._shares:
            self._shares = now
            self.update()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw the segments."""
        places = spread([share.amount for share in self._shares], area.width())
        for share, (start, wide) in zip(self._shares, places, strict=True):
            if wide:
                paint_fill(painter, self.theme, self.piece(area, start, wide), share.fill)


class Swatch(QWidget):
    """The square before a row of words, in the fill of its segment."""

    def __init__(self, theme: Theme, fill: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fill = fill
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        side = theme.icon_size(SQUARE)
        self.setFixedSize(side, side)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the square."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(area, SQUARE_RADIUS, SQUARE_RADIUS)
        painter.setClipPath(shape)
        paint_fill(painter, self._theme, area, self._fill)
        painter.end()
