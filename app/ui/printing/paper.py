"""Pages of a PDF.

Job: a document of the size that the country uses, filled from top to bottom; a strip that does not fit
is broken where a line ends. Rule: words are drawn as words, so that they can be searched and copied;
what is taller than a page is broken rather than lost.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from PySide6.QtCore import QBuffer, QIODevice, QLocale, QMarginsF, QRect, Qt
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter

from app.core.texts import text
from app.ui.theme import TextRole, Theme

WIDE = 720
"""Pixels of the transcript's column that fill the width between the margins."""
MARGIN_MM = 18.0
FOOT = 32
DOTS = 1200

PaintStrip = Callable[[QPainter, QRect], None]
"""Paints what lies in a rectangle of a strip, in the strip's own coordinates."""


class Paper:
    """One PDF in memory. ``title`` is what it calls itself."""

    def __init__(self, theme: Theme, title: str) -> None:
        self._theme = theme
        self._title = title
        self._buffer = QBuffer()
        self._buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._writer = QPdfWriter(self._buffer)
        self._writer.setTitle(title)
        self._writer.setCreator(text("ui.title"))
        self._writer.setResolution(DOTS)
        miles = QLocale().measurementSystem() is QLocale.MeasurementSystem.ImperialUSSystem
        size = QPageSize(QPageSize.PageSizeId.Letter if miles else QPageSize.PageSizeId.A4)
        margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
        self._writer.setPageLayout(
            QPageLayout(size, QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter)
        )
        self._painter = QPainter(self._writer)
        scale = self._writer.width() / WIDE
        self._painter.scale(scale, scale)
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._room = int(self._writer.height() / scale) - FOOT
        self._y = 0
        self.pages = 1
        self._number()

    def skip(self, pixels: int) -> None:
        """Leave some room, unless a page begins here."""
        if self._y:
            self._y += pixels

    def add(self, height: int, breaks: Sequence[int], paint: PaintStrip) -> None:
        """Add a strip; ``breaks`` are the heights, in order, at which it may be broken."""
        start = 0
        while start < height:
            room = self._room - self._y
            end = height
            if height - start > room:
                at = bisect_right(breaks, start + room) - 1
                end = breaks[at] if at >= 0 else 0
                if end <= start and self._y:
                    self._turn()
                    continue
                if end <= start:
                    end = start + self._room
            self._strip(start, end, paint)
            start = end
            if start < height:
                self._turn()

    def finish(self) -> bytes:
        """Return the file; nothing can be added any more."""
        self._painter.end()
        self._buffer.close()
        return bytes(self._buffer.data().data())

    def drop(self) -> None:
        """End without a file."""
        self._painter.end()
        self._buffer.close()

    def _strip(self, start: int, end: int, paint: PaintStrip) -> None:
        self._painter.save()
        self._painter.translate(0, self._y - start)
        area = QRect(0, start, WIDE, end - start)
        self._painter.setClipRect(area)
        try:
            paint(self._painter, area)
        finally:
            self._painter.restore()
        self._y += end - start

    def _turn(self) -> None:
        self._writer.newPage()
        self.pages += 1
        self._y = 0
        self._number()

    def _number(self) -> None:
        self._painter.setFont(self._theme.font(TextRole.SMALL, tabular=True))
        self._painter.setPen(self._theme.text3)
        area = QRect(0, self._room, WIDE, FOOT)
        flags = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)
        self._painter.drawText(area, flags, text("export.page", number=self.pages))
