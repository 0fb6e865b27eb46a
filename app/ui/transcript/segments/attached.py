"""What is attached to a question, as chips above its words.

Job: a chip for each file or pasted text, in as many rows as they need; pressing one shows its text
below. Rule: no fill of its own, so that a chip's words can be drawn again over its hover fill.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen

from app.core.texts import text
from app.ui.theme import IconName, TextRole
from app.ui.theme.type import MEDIUM
from app.ui.transcript.content import Attached, Fold
from app.ui.transcript.controls import Control
from app.ui.transcript.segments.segment import Segment, Span
from app.ui.transcript.style import TranscriptStyle

APART, PAD, GAP = 8, 9, 6


class AttachedSegment(Segment):
    """The chips of one question; ``is_open`` holds the keys of those whose text is shown."""

    selectable = False

    def __init__(self, style: TranscriptStyle, attached: Attached, is_open: frozenset[int]) -> None:
        super().__init__(style)
        self.attached = attached
        self.is_open = is_open
        self._places: list[QRect] = []

    def update_entry(self, attached: Attached, is_open: frozenset[int]) -> bool:
        """Show ``attached``; returns False if it is shown so already."""
        changed = (attached, is_open) != (self.attached, self.is_open)
        self.attached = attached
        self.is_open = is_open
        if changed and self.width:
            self.set_width(self.width)
        return changed

    def set_width(self, width: int) -> None:
        """Put the chips side by side and below each other."""
        self.width = width
        high = self.style.target
        self._places = []
        x = y = 0
        for fold in self.attached.folds:
            wide = min(width, self._wide(fold))
            if x and x + wide > width:
                x, y = 0, y + high + APART
            self._places.append(QRect(x, y, wide, high))
            x += wide + APART
        self._places = [self.style.placed(place, width) for place in self._places]
        self.height = y + high if self._places else 0

    def _wide(self, fold: Fold) -> int:
        theme = self.style.theme
        name = QFontMetrics(theme.font(TextRole.SMALL, MEDIUM)).horizontalAdvance(fold.title)
        detail = QFontMetrics(theme.font(TextRole.SMALL)).horizontalAdvance(fold.detail)
        arrow = 0 if self.style.printed else theme.icon_size(14) + GAP
        return name + detail + theme.icon_size(14) + arrow + 2 * PAD + 2 * GAP + 4

    def paint(self, painter: QPainter, _clip: QRect, _span: Span | None) -> None:
        """Paint border, icon, name and size of every chip."""
        for fold, place in zip(self.attached.folds, self._places, strict=True):
            self._paint_chip(painter, fold, place)

    def _paint_chip(self, painter: QPainter, fold: Fold, place: QRect) -> None:
        theme = self.style.theme
        painter.setPen(QPen(theme.edge if theme.high_contrast else theme.track, 1))
        painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        size = theme.icon_size(14)
        icon = IconName.TEXT_QUOTE if fold.pasted else IconName.FILE_TEXT
        self._draw_icon(painter, place, PAD, icon)
        right = place.width() - 1 - PAD + (GAP if self.style.printed else -size)
        if not self.style.printed:
            arrow = IconName.CHEVRON_DOWN if fold.key in self.is_open else IconName.CHEVRON_RIGHT
            self._draw_icon(painter, place, right, self.style.turned(arrow))
        left = PAD + size + GAP
        font = theme.font(TextRole.SMALL, MEDIUM)
        plain = theme.font(TextRole.SMALL)
        detail = QFontMetrics(plain).horizontalAdvance(fold.detail)
        room = max(0, right - GAP - detail - GAP - left)
        name = QFontMetrics(font).elidedText(fold.title, Qt.TextElideMode.ElideMiddle, room + 1)
        painter.setFont(font)
        painter.setPen(theme.text)
        self._draw_words(painter, place, QRect(left, 0, room + 1, place.height()), name)
        painter.setFont(plain)
        painter.setPen(theme.text3)
        area = QRect(right - GAP - detail, 0, detail + 1, place.height())
        self._draw_words(painter, place, area, fold.detail)

    def _draw_icon(self, painter: QPainter, place: QRect, left: int, icon: IconName) -> None:
        size = self.style.theme.icon_size(14)
        area = QRectF(self.style.placed(QRect(left, 0, size, size), place.width()))
        area.translate(place.left(), place.top() + (place.height() - size) / 2)
        self.style.theme.draw_icon(painter, area, icon)

    def _draw_words(self, painter: QPainter, place: QRect, area: QRect, words: str) -> None:
        area = self.style.placed(area, place.width()).translated(place.topLeft())
        painter.drawText(area, self.style.line_start, self.style.as_line(words))

    def controls(self) -> Sequence[Control]:
        """Return each chip as a control that shows or hides its text."""
        found = []
        for fold, place in zip(self.attached.folds, self._places, strict=True):
            verb = text("transcript.hide" if fold.key in self.is_open else "transcript.show")
            name = text("attach.name", name=fold.title, detail=fold.detail)
            is_open = fold.key in self.is_open
            found.append(
                Control("fold", place, f"{verb}: {name}", "bare", value=fold.key, expanded=is_open)
            )
        return found
