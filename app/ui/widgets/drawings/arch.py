"""The mark, the program's icon made of it, and the arcade.

Job: the program's own drawings, as lines and arcs in theme colours. Rule: decoration only; they are
hidden from assistive technology and take no input.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.theme import Theme
from app.ui.theme.tokens import Colours

GRID = 20.0
_MARGIN, _ROUND, _WITHIN = 1 / 16, 0.22, 0.17
"""Of the icon: what is left free around the tile, its corners, and from the tile to the mark."""


def mark_path() -> QPainterPath:
    """Return the mark on its 20-unit grid: outer arch, inner arch, ground line."""
    path = QPainterPath()
    for left, right, spring in ((2.9, 17.1, 8.9), (7.1, 12.9, 9.8)):
        path.moveTo(left, 17.6)
        path.lineTo(left, spring)
        path.arcTo(QRectF(left, spring - (right - left) / 2, right - left, right - left), 180, -180)
        path.lineTo(right, 17.6)
    path.moveTo(0.9, 17.6)
    path.lineTo(19.1, 17.6)
    return path


def draw_mark(painter: QPainter, rect: QRectF, colour: QColor) -> None:
    """Draw the mark into the square ``rect``; its lines are thinner the larger it is."""
    stroke = max(1.1, min(1.8, 1.8 - (rect.width() - 16) * 0.014))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.topLeft())
    painter.scale(rect.width() / GRID, rect.height() / GRID)
    pen = QPen(colour, stroke)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(mark_path())
    painter.restore()


def icon_image(side: int) -> QImage:
    """Return the program's icon, ``side`` pixels wide: the mark on a tile that shows on any ground."""
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    colours = Colours(dark=False)
    margin = max(1.0, round(side * _MARGIN)) if side > 16 else 0.0
    tile = QRectF(0, 0, side, side).adjusted(margin, margin, -margin, -margin)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colours.accent)
    painter.drawRoundedRect(tile, tile.width() * _ROUND, tile.width() * _ROUND)
    within = tile.width() * _WITHIN
    # Half a unit up: the ground line is heavier than the arch.
    mark = tile.adjusted(within, within, -within, -within).translated(0, -tile.width() / 40)
    draw_mark(painter, mark, colours.on_accent)
    painter.end()
    return image


def program_icon() -> QIcon:
    """Return the icon of every window, for a desktop that knows no menu entry of the program."""
    icon = QIcon()
    for side in (16, 32, 64, 128):
        icon.addPixmap(QPixmap.fromImage(icon_image(side)))
    return icon


class Mark(QWidget):
    """The mark at a fixed size in the accent colour."""

    def __init__(self, theme: Theme, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colour and text size of ``theme``."""
        self._theme = theme
        side = theme.px(self._side)
        self.setFixedSize(QSize(side, side))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the mark."""
        painter = QPainter(self)
        draw_mark(painter, QRectF(self.rect()), self._theme.accent)
        painter.end()


class Arcade(QWidget):
    """A row of round arches on pillars, above a plinth. ``bay`` is the distance of two pillars."""

    def __init__(
        self,
        theme: Theme,
        surface: str,
        bay: float = 132.0,
        pillar: float = 26.0,
        shift: float = 10.0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._surface = surface
        self._bay = bay
        self._pillar = pillar
        self._shift = shift
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``."""
        self._theme = theme
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw wall, openings, pillars, capitals, cornice and plinth."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = float(self.width()), float(self.height())
        surface = self._theme.colour(self._surface)
        painter.fillRect(self.rect(), self._theme.wall)
        pen = QPen(self._theme.art_line, 1)
        painter.setPen(pen)
        cornice, ground = 7.0, height - 28.0
        for y in (0.5, cornice + 0.5, ground + 0.5, ground + 8.5):
            painter.drawLine(QPointF(0, y), QPointF(width, y))
        opening = self._bay - self._pillar
        spring = cornice + 16 + opening / 2 + 8
        x = self._shift - self._bay
        while x < width + self._bay:
            self._draw_bay(painter, x + self._pillar, opening, spring, ground, surface)
            x += self._bay
        x = self._shift - self._bay
        while x < width + self._bay:
            self._draw_pillar(painter, x, spring, ground)
            x += self._bay
        painter.end()

    def _draw_bay(
        self,
        painter: QPainter,
        left: float,
        opening: float,
        spring: float,
        ground: float,
        surface: QColor,
    ) -> None:
        arch = QPainterPath(QPointF(left, ground + 0.5))
        arch.lineTo(left, spring)
        arch.arcTo(QRectF(left, spring - opening / 2, opening, opening), 180, -180)
        arch.lineTo(left + opening, ground + 0.5)
        arch.closeSubpath()
        painter.setBrush(surface)
        painter.drawPath(arch)
        ring = QPainterPath(QPointF(left - 8, spring))
        size = opening + 16
        ring.arcTo(QRectF(left - 8, spring - size / 2, size, size), 180, -180)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(ring)

    def _draw_pillar(self, painter: QPainter, left: float, spring: float, ground: float) -> None:
        painter.setBrush(self._theme.wall)
        for top, height in ((spring, 7.0), (ground - 7.5, 8.0)):
            painter.drawRect(QRectF(round(left) - 3.5, round(top) + 0.5, self._pillar + 7, height))
