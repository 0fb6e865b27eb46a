"""Bars that show a share.

Job: how much of something is done, and the small bars of the status strip: used, kept free (hatched),
free. Rule: a bar never stands alone; the words beside it say the same.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.theme import Theme

HIGH = 6
LEAST = 2.0
"""What is there at all is so many pixels wide."""


def paint_hatch(painter: QPainter, theme: Theme, area: QRectF) -> None:
    """Fill ``area`` with what means "kept free": the hatch on its soft ground."""
    painter.fillRect(area, theme.accent_soft)
    painter.fillRect(area, theme.hatch)


class RoundBar(QWidget):
    """A bar with round ends; a subclass draws what lies in it. ``wide`` None: all the room there is.

    Its sizes are in pixels at 100 %. It is mirrored where text runs right to left.
    """

    def __init__(
        self, theme: Theme, high: int, wide: int | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._high, self._wide = high, wide
        across = QSizePolicy.Policy.Expanding if wide is None else QSizePolicy.Policy.Fixed
        self.setSizePolicy(across, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self.theme = theme
        self.setFixedHeight(theme.px(self._high))
        if self._wide is not None:
            self.setFixedWidth(theme.px(self._wide))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw inside the round ends, and nothing outside."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(area, area.height() / 2, area.height() / 2)
        painter.setClipPath(shape)
        self.draw(painter, area)
        painter.end()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw what lies in the bar."""
        raise NotImplementedError

    def piece(self, area: QRectF, start: float, wide: float) -> QRectF:
        """Return the part of ``area`` that is ``start`` pixels from where reading begins."""
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        return QRectF(area.width() - start - wide if mirrored else start, 0, wide, area.height())


class ShareBar(RoundBar):
    """A bar whose first part is in the colour of a token, on a track."""

    def __init__(
        self,
        theme: Theme,
        colour: str = "accent",
        wide: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, HIGH, wide, parent)
        self._colour = colour
        self._share = 0.0

    def set_colour(self, colour: str) -> None:
        """Draw the first part in another colour token."""
        if colour != self._colour:
            self._colour = colour
            self.update()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw the track and the first part."""
        painter.fillRect(area, self.theme.track)
        if self._share:
            wide = max(LEAST, area.width() * self._share)
            painter.fillRect(self.piece(area, 0, wide), self.theme.colour(self._colour))


class Bar(ShareBar):
    """How much is done, as wide as there is room; outlined in high contrast."""

    def set_share(self, share: float) -> None:
        """Show ``share``; values outside 0 to 1 are cut."""
        share = max(0.0, min(1.0, share))
        if share != self._share:
            self._share = share
            self.update()

    def sizeHint(self) -> QSize:
        """Return a size to begin with; a layout gives it all the width there is."""
        return QSize(self.theme.px(120), self.theme.px(HIGH))

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw the done part from where reading begins."""
        super().draw(painter, area)
        if self.theme.high_contrast:
            painter.setClipping(False)
            painter.setPen(self.theme.edge)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            half = area.adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(half, half.height() / 2, half.height() / 2)


class Meter(ShareBar):
    """A small bar of ``wide`` by 6 pixels: used, kept free, free, as fractions of the whole."""

    def __init__(
        self, theme: Theme, wide: int, colour: str = "accent", parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, colour, wide, parent)
        self._kept = 0.0

    def set_shares(self, used: float, kept_free: float = 0.0) -> None:
        """Show the shares; values outside 0 to 1 are cut."""
        used = max(0.0, min(1.0, used))
        kept_free = max(0.0, min(1.0 - used, kept_free))
        if (used, kept_free) != (self._share, self._kept):
            self._share, self._kept = used, kept_free
            self.update()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw what is used, and after it what is kept free."""
        super().draw(painter, area)
        if self._kept:
            kept = self.piece(area, area.width() * self._share, area.width() * self._kept)
            paint_hatch(painter, self.theme, kept)
