"""What stands around a message's segments: name, time, reasoning toggle, actions.

Job: measure and paint the header line, the card behind a person's words, the row of actions and the line
about the manual. Rule: no segment in it; it is drawn from the item and the layout's state alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen

from app.core.texts import text
from app.ui.theme import IconName, TextRole
from app.ui.transcript.controls import Control, placed
from app.ui.transcript.message.frame_controls import ACTION_GAP, TOGGLE_PAD, FrameControls
from app.ui.transcript.message.frame_words import NEVER, spell_time, summary_title, written_by
from app.ui.transcript.segments.attached import AttachedSegment
from app.ui.transcript.style import STRONG, TranscriptStyle

if TYPE_CHECKING:
    from app.ui.transcript.message.layout import MessageLayout

CARD_TOP, CARD_GAP, CHIP_GAP, CARD_BOTTOM, CARD_RADIUS = 12, 4, 8, 14, 10
HEADER_GAP = 10
BORDER_GAP = 12
"""Pixels between the line about what is not read and the next message."""
_MIDDLE = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine)


class Frame:
    """Header and footer of one message."""

    def __init__(self, style: TranscriptStyle, layout: MessageLayout) -> None:
        self._style = style
        self._layout = layout
        self._controls = FrameControls(style, layout)
        self._height = 0

    # --- measures -------------------------------------------------------------------------------

    @property
    def body_top(self) -> int:
        """Where the first segment starts."""
        small = self._style.small
        if not self._layout.is_card:
            return small + HEADER_GAP
        has_chips = any(isinstance(part, AttachedSegment) for part in self._layout.segments[:1])
        return CARD_TOP + small + (CHIP_GAP if has_chips else CARD_GAP)

    @property
    def footer_top(self) -> int:
        """Where the footer begins."""
        return self._controls.footer_top

    @property
    def bottom(self) -> int:
        """Where the message itself ends, above the gap and a line between it and the next."""
        return self._height

    def place_footer(self, body_bottom: int) -> int:
        """Put the footer below the segments; returns the height of the whole message."""
        style = self._style
        self._controls.footer_top = body_bottom
        if self._layout.is_card:
            self._height = body_bottom + CARD_BOTTOM
        elif self._layout.live is not None:
            # Room for the actions is kept while the answer is written: the end does not jump.
            self._height = body_bottom + ACTION_GAP + style.target
        else:
            self._height = body_bottom
            if not style.printed or self._layout.item.siblings > 1:
                self._height += ACTION_GAP + style.target
            for place in self._layout.sources.places(self._actions_row(), self._actions_end()):
                self._height = max(self._height, place.bottom() + 1)
        whole = self._height + style.gap_message
        border = self._layout.border
        return whole + border.height(self._layout.width) + BORDER_GAP if border is not None else whole

    # --- painting -------------------------------------------------------------------------------

    def paint(self, painter: QPainter, clip: QRect) -> None:
        """Paint card, names and the manual line."""
        border = self._layout.border
        if border is not None and clip.bottom() >= self._height:
            border.paint(painter, self._height + self._style.gap_message, self._layout.width)
        if self._layout.item.is_summary:
            self._paint_summary(painter)
            return
        if self._layout.is_user:
            self._paint_card(painter, clip)
        elif clip.top() <= self._style.small + HEADER_GAP:
            self._paint_name(painter)
        if clip.bottom() >= self.footer_top and not self._layout.is_user:
            self._paint_footer(painter)

    def _paint_card(self, painter: QPainter, clip: QRect) -> None:
        theme = self._style.theme
        painter.setPen(theme.edge if theme.high_contrast else Qt.PenStyle.NoPen)
        painter.setBrush(theme.sunken)
        painter.drawRoundedRect(QRectF(0, 0, self._layout.width, self._height), CARD_RADIUS, CARD_RADIUS)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if clip.top() > CARD_TOP + self._style.small:
            return
        words = text("transcript.you")
        font = theme.font(TextRole.SMALL, STRONG)
        area = QRect(self._style.inset, CARD_TOP, self._layout.width, self._style.small)
        painter.setFont(font)
        painter.setPen(theme.text2)
        style, wide = self._style, self._layout.width
        painter.drawText(style.placed(area, wide), style.line_start, style.as_line(words))
        area.adjust(QFontMetrics(font).horizontalAdvance(words) + 9, 0, 0, 0)
        painter.setFont(theme.font(TextRole.SMALL, tabular=True))
        painter.setPen(theme.text3)
        when = spell_time(self._layout.item.created, NEVER if style.printed else None)
        painter.drawText(style.placed(area, wide), style.line_start, when)
        self._paint_branch(painter)

    def _paint_summary(self, painter: QPainter) -> None:
        """Paint the card of a summary: framed, so that it is not taken for words of the conversation."""
        theme = self._style.theme
        item = self._layout.item
        painter.setPen(QPen(theme.edge if theme.high_contrast else theme.line, 1))
        painter.setBrush(theme.raised)
        card = QRectF(0.5, 0.5, self._layout.width - 1, self._height - 1)
        painter.drawRoundedRect(card, CARD_RADIUS, CARD_RADIUS)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        words = summary_title(item)
        font = theme.font(TextRole.SMALL, STRONG)
        inset = self._style.inset
        area = QRect(inset, CARD_TOP, self._layout.width - 2 * inset, self._style.small)
        painter.setFont(font)
        painter.setPen(theme.text2)
        shown = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, self._style.line_start, self._style.as_line(shown))

    def _paint_name(self, painter: QPainter) -> None:
        style = self._style
        theme = style.theme
        painter.setFont(theme.font(TextRole.SMALL, STRONG))
        painter.setPen(theme.text2)
        area = QRect(style.inset, 0, self._layout.width - 2 * style.inset, style.small)
        painter.drawText(area, style.line_start, style.as_line(written_by(self._layout.item)))
        self._paint_toggle(painter)

    def _paint_toggle(self, painter: QPainter) -> None:
        """Paint the words of the reasoning toggle, if there is one."""
        style, toggle = self._style, self._controls.toggle()
        if toggle is None:
            return
        theme = style.theme
        size, wide = theme.icon_size(14), self._layout.width
        left = toggle.rect.left() + TOGGLE_PAD
        if style.printed:
            size = 0
        else:
            icon = IconName.CHEVRON_DOWN if self._layout.notes_open else IconName.CHEVRON_RIGHT
            arrow = QRectF(style.placed(QRect(left, 0, size, size), wide))
            arrow.moveTop((style.small - size) / 2)
            theme.draw_icon(painter, arrow, style.turned(icon))
        painter.setFont(theme.font(TextRole.UI))
        painter.setPen(theme.text2)
        words = QRect(left + size + 5, -4, toggle.rect.width(), style.small + 8)
        painter.drawText(style.placed(words, wide), style.line_start, style.as_line(toggle.label))

    def _paint_footer(self, painter: QPainter) -> None:
        if self._layout.live is not None:
            return
        self._paint_branch(painter)
        self._layout.sources.paint(painter, self._actions_row(), self._actions_end())

    def paint_again(self, painter: QPainter, action: str) -> None:
        """Paint the words of a control of the frame over its hover fill."""
        if action == "reasoning":
            self._paint_toggle(painter)
        elif action == "manual":
            self._paint_footer(painter)

    def named_sources(self) -> list[tuple[str, QRect]]:
        """Return the name of each source below a finished answer, and where it stands."""
        if self._layout.is_card or self._layout.live is not None:
            return []
        return self._layout.sources.named(self._actions_row(), self._actions_end())

    def tip_at(self, point: QPoint) -> str:
        """Return the whole name of the source under a point, else empty."""
        if self._layout.is_card or self._layout.live is not None:
            return ""
        return self._layout.sources.name_at(point, self._actions_row(), self._actions_end())

    def _actions_row(self) -> QRect:
        """Return the row of actions, from edge to edge of the text."""
        style = self._style
        wide = self._layout.width - 2 * style.inset
        return QRect(style.inset, self.footer_top + ACTION_GAP, max(1, wide), style.target)

    def _actions_end(self) -> int:
        """Return from where on the row of actions is free."""
        ends = [control.rect.right() for control in self._controls.footer()]
        return max(ends, default=0) + 24

    def _paint_branch(self, painter: QPainter) -> None:
        item = self._layout.item
        if item.siblings < 2:
            return
        if self._style.printed:
            self._paint_version(painter)
            return
        theme = self._style.theme
        back, ahead = self._controls.branch()
        painter.setFont(theme.font(TextRole.UI, tabular=True))
        painter.setPen(theme.text2)
        left = back.rect.right() + 1
        area = QRect(left, back.rect.top(), ahead.rect.left() - left, back.rect.height())
        words = text("transcript.branch", number=item.sibling, count=item.siblings)
        area = self._style.placed(area, self._layout.width)
        painter.drawText(area, _MIDDLE, self._style.as_line(words))

    def _paint_version(self, painter: QPainter) -> None:
        """Say on paper, where nothing to press would say what is counted, which version this is."""
        style, item, wide = self._style, self._layout.item, self._layout.width
        sentence = text("export.remark.version", number=item.sibling, count=item.siblings)
        font = style.theme.font(TextRole.SMALL if self._layout.is_user else TextRole.UI, tabular=True)
        room = QFontMetrics(font).horizontalAdvance(sentence) + 2
        area = QRect(style.inset, self.footer_top + ACTION_GAP, room, style.target)
        if self._layout.is_user:  # at the other end of the line that says who and when
            area = QRect(wide - style.inset - room, CARD_TOP, room, style.small)
        painter.setFont(font)
        painter.setPen(style.theme.text3 if self._layout.is_user else style.theme.text2)
        painter.drawText(style.placed(area, wide), style.line_start, style.as_line(sentence))

    # --- controls -------------------------------------------------------------------------------

    def header_controls(self) -> Sequence[Control]:
        """Return the reasoning toggle, or the person's own switches."""
        return self._controls.header()

    def footer_controls(self) -> Sequence[Control]:
        """Return copy, try again, the branch switch and sources below an answer, and the line's link."""
        layout = self._layout
        found = placed(self._style, self._controls.footer(), layout.width)
        if found:
            found += layout.sources.controls(self._actions_row(), self._actions_end())
        if layout.border is not None:
            found.append(layout.border.control(self._height + self._style.gap_message, layout.width))
        return found
