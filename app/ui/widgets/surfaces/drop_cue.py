"""What stands over a part of the window while files are dragged there.

Job: say that they are taken here, and what will become of them. Rule: whoever watches the drag shows and
hides it; a pointer that moves over it drags nothing any more, so it goes.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.type import STRONG
from app.ui.widgets.access.focus_ring import WIDTH

INSET, RADIUS, BESIDE_ICON, BESIDE_WORDS, CARD, SEEN_THROUGH = 8, 12, 8, 20, 48, 0.85


class DropCue(QWidget):
    """The cue of one window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._theme: Theme | None = None
        self._icon, self._words = IconName.FOLDER_INPUT, ""
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.hide()

    @property
    def words(self) -> str:
        """What is said; "" while nothing is."""
        return self._words if self.isVisible() else ""

    def show_over(self, area: QWidget, theme: Theme, icon: IconName, words: str) -> None:
        """Cover ``area`` and say what happens to what is let go there."""
        self._theme, self._icon, self._words = theme, icon, words
        self.setAccessibleName(words)
        corner = area.mapTo(self._window, QPoint(0, 0))
        self.setGeometry(corner.x(), corner.y(), area.width(), area.height())
        self.raise_()
        self.show()
        self.update()

    def mouseMoveEvent(self, _event: QMouseEvent) -> None:
        """Go: the program that dragged ended without a word."""
        self.hide()

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Go likewise."""
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw a frame, and icon and words in its middle."""
        theme = self._theme
        if theme is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(theme.accent_soft)
        ground.setAlphaF(SEEN_THROUGH)
        line = WIDTH + (1 if theme.high_contrast else 0)
        inset = min(INSET, self.height() // 16)
        frame = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        half = line / 2
        painter.setPen(QPen(theme.accent, line))
        painter.setBrush(ground)
        painter.drawRoundedRect(frame.adjusted(half, half, -half, -half), RADIUS, RADIUS)
        font = theme.font(TextRole.HEADING, STRONG)
        metrics, side = QFontMetricsF(font), theme.icon_size(20)
        room = frame.width() - 4 * BESIDE_WORDS - side - BESIDE_ICON
        words = metrics.elidedText(self._words, Qt.TextElideMode.ElideMiddle, room)
        wide = side + BESIDE_ICON + metrics.horizontalAdvance(words)
        start = frame.center().x() - wide / 2
        card = QRectF(0, 0, wide + 2 * BESIDE_WORDS, min(theme.px(CARD), frame.height() - 4 * line))
        card.moveCenter(frame.center())
        painter.setPen(QPen(theme.line, 1))
        painter.setBrush(theme.raised)
        painter.drawRoundedRect(card, RADIUS, RADIUS)
        icon = QRectF(start, frame.center().y() - side / 2, side, side)
        text = QRectF(start + side + BESIDE_ICON, frame.top(), wide, frame.height())
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            icon.moveRight(start + wide)
            text.moveRight(start + wide - side - BESIDE_ICON)
        theme.draw_icon(painter, icon, self._icon, theme.accent)
        painter.setFont(font)
        painter.setPen(theme.text)
        painter.drawText(text, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading), words)
        painter.end()
