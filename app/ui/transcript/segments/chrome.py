"""Segments without an answer's words in them: notices and folded tool traffic.

Job: one line or card each, with a control. Rule: nothing in them is selected as text of the answer;
what a fold hides is a code segment of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen, QTextLayout

from app.core.texts import text
from app.ui.theme import IconName, TextRole
from app.ui.transcript.content import Fold, Notice
from app.ui.transcript.controls import Control, label_width, placed
from app.ui.transcript.segments.segment import Segment, Span
from app.ui.transcript.style import TranscriptStyle
from app.ui.widgets.words.text_layout import draw, lay_out

BUTTON_GAP = 8


class NoticeSegment(Segment):
    """A sentence about the answer: quiet line or card of attention."""

    selectable = False

    def __init__(self, style: TranscriptStyle, notice: Notice) -> None:
        super().__init__(style)
        self.notice = notice

    def update_entry(self, notice: Notice) -> bool:
        """Show ``notice``; returns False if it is shown already."""
        changed = notice != self.notice
        self.notice = notice
        if changed and self.width:
            self.set_width(self.width)
        return changed

    @property
    def _card(self) -> bool:
        return self.notice.tone == "warn"

    def _words(self) -> QRect:
        pad = 12 if self._card else 0
        left = pad + self.style.theme.icon_size(16) + 8
        right = self.width - pad
        for control in self._controls():
            right = min(right, control.rect.left() - 8)
        return QRect(left, 0, max(1, right - left), 0)

    def _laid_out(self) -> QTextLayout:
        style = self.style
        side = Qt.AlignmentFlag.AlignRight if style.mirrored else Qt.AlignmentFlag.AlignLeft
        font = style.theme.font(TextRole.UI)
        return lay_out(self.notice.words, font, self._words().width(), style.ui_line, align=side)

    def set_width(self, width: int) -> None:
        """Wrap the sentence."""
        self.width = width
        high = self._laid_out().lineCount() * self.style.ui_line
        least = self.style.target if self.controls() else 0
        self.height = max(high + 16, self.style.target + 8) if self._card else max(high, least)

    def paint(self, painter: QPainter, _clip: QRect, _span: Span | None) -> None:
        """Paint icon and sentence."""
        theme = self.style.theme
        if self._card:
            painter.setPen(QPen(theme.edge, 1) if theme.high_contrast else Qt.PenStyle.NoPen)
            painter.setBrush(theme.warn_soft)
            painter.drawRoundedRect(QRectF(0.5, 0.5, self.width - 1, self.height - 1), 8, 8)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        area = self._words()
        size = theme.icon_size(16)
        colour = theme.warn if self._card else theme.text3
        icon = IconName.TRIANGLE_ALERT if self._card else IconName.CIRCLE_X
        place = QRectF(self.style.placed(QRect(area.left() - 8 - size, 0, size, size), self.width))
        place.moveTop((self.height - size) / 2)
        theme.draw_icon(painter, place, icon, colour)
        layout = self._laid_out()
        top = (self.height - layout.lineCount() * self.style.ui_line) / 2
        corner = QPointF(self.style.placed(area, self.width).left(), top)
        draw(layout, painter, corner, theme.text if self._card else theme.text2)

    def controls(self) -> Sequence[Control]:
        """Return the ways on, if the notice has any."""
        return placed(self.style, self._controls(), self.width)

    def _controls(self) -> Sequence[Control]:
        """Return them as they would stand left to right."""
        wanted = []
        if self.notice.go_on:
            words = "make_room" if self.notice.edge else "button"
            wanted.append(("continue", text(f"panels.continue.{words}")))
        if self.notice.retry:
            wanted.append(("regenerate", text("transcript.try_again")))
        high = self.style.target
        top = max(0, (self.height - high) // 2)
        found: list[Control] = []
        right = self.width - (BUTTON_GAP if self._card else 0)
        for action, label in reversed(wanted):
            wide = label_width(self.style, label, icon=False, look="button")
            found.insert(
                0, Control(action, QRect(right - wide, top, wide, high), label, "button", label=label)
            )
            right -= wide + BUTTON_GAP
        return found


class FoldSegment(Segment):
    """The line that stands for a tool call or its result."""

    selectable = False

    def __init__(self, style: TranscriptStyle, fold: Fold) -> None:
        super().__init__(style)
        self.fold = fold
        self.open = False

    def update_entry(self, fold: Fold, *, is_open: bool) -> bool:
        """Show ``fold``; returns False if it is shown so already."""
        changed = (fold.title, fold.key, is_open) != (self.fold.title, self.fold.key, self.open)
        self.fold = fold
        self.open = is_open
        return changed

    def set_width(self, width: int) -> None:
        """One line, whatever the width."""
        self.width = width
        self.height = self.style.theme.px(32)

    def paint(self, painter: QPainter, _clip: QRect, _span: Span | None) -> None:
        """Paint chevron and title."""
        theme = self.style.theme
        size = theme.icon_size(14)
        if not self.style.printed:
            icon = IconName.CHEVRON_DOWN if self.open else IconName.CHEVRON_RIGHT
            place = QRectF(self.style.placed(QRect(8, 0, size, size), self.width))
            place.moveTop((self.height - size) / 2)
            theme.draw_icon(painter, place, self.style.turned(icon))
        font = theme.font(TextRole.UI)
        left = 12 if self.style.printed else 8 + size + 8
        painter.setFont(font)
        painter.setPen(theme.text2)
        words = QFontMetrics(font).elidedText(
            self.fold.title, Qt.TextElideMode.ElideRight, self.width - left - 8
        )
        area = self.style.placed(QRect(left, 0, self.width - left, self.height), self.width)
        painter.drawText(area, self.style.line_start, self.style.as_line(words))
        painter.setPen(QPen(theme.line, 1))
        painter.drawRoundedRect(QRectF(0.5, 0.5, self.width - 1, self.height - 1), 8, 8)

    def controls(self) -> Sequence[Control]:
        """Return the whole line as one control."""
        verb = text("transcript.hide" if self.open else "transcript.show")
        name = f"{verb}: {self.fold.title}"
        rect = QRect(0, 0, self.width, self.height)
        return [Control("fold", rect, name, "bare", value=self.fold.key, expanded=self.open)]
