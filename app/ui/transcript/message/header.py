"""What stands around a message's segments: name, time, reasoning toggle, actions.

Job: the header line, the card behind a person's words, the row of actions and the line about the
manual. Rule: no segment in it; it is drawn from the item and the layout's state alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen

from app.core.texts import plural, text
from app.markup.sanitise import clean
from app.storage.records import MessageState
from app.ui.theme import IconName, TextRole
from app.ui.transcript.controls import Control, placed
from app.ui.transcript.model import TranscriptItem
from app.ui.transcript.segments.attached import AttachedSegment
from app.ui.transcript.segments.notes import spell_thought
from app.ui.transcript.style import STRONG, TranscriptStyle

if TYPE_CHECKING:
    from app.ui.transcript.message.layout import MessageLayout

CARD_TOP, CARD_GAP, CHIP_GAP, CARD_BOTTOM, CARD_RADIUS = 12, 4, 8, 14, 10
HEADER_GAP, ACTION_GAP, TOGGLE_PAD = 10, 6, 4
BORDER_GAP = 12
"""Pixels between the line about what is not read and the next message."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""A "now" beside which every day is another: paper says the day always."""
_MIDDLE = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine)


def spell_time(created: float, now: datetime | None = None) -> str:
    """Return when a message was written: the time, with the day if it was not today."""
    if created <= 0:
        return ""
    moment = datetime.fromtimestamp(created).astimezone()
    today = (now or datetime.now().astimezone()).date()
    clock = f"{moment:%H:%M}"
    if moment.date() == today:
        return clock
    day = f"{moment.day} {moment:%b}"
    return f"{day} {clock}" if moment.year == today.year else f"{day} {moment.year} {clock}"


def written_by(item: TranscriptItem) -> str:
    """Return the name of the model that wrote a message, as it may be shown."""
    return clean(item.model_name)[:80]


def summary_title(item: TranscriptItem) -> str:
    """Return what stands above a summary."""
    return plural("panels.summary.of", item.summary_of, name=written_by(item))


def reasoning_name(seconds: float, *, is_open: bool) -> str:
    """Return what the toggle of the working notes is called."""
    state = "shown" if is_open else "hidden"
    if seconds <= 0:
        return text(f"transcript.reasoning_{state}")
    return text(f"transcript.reasoning_{state}_after", time=spell_thought(seconds))


class Frame:
    """Header and footer of one message."""

    def __init__(self, style: TranscriptStyle, layout: MessageLayout) -> None:
        self._style = style
        self._layout = layout
        self.footer_top = 0
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
    def bottom(self) -> int:
        """Where the message itself ends, above the gap and a line between it and the next."""
        return self._height

    def place_footer(self, body_bottom: int) -> int:
        """Put the footer below the segments; returns the height of the whole message."""
        style = self._style
        self.footer_top = body_bottom
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

    def _name(self) -> str:
        return written_by(self._layout.item)

    def _name_width(self) -> int:
        font = self._style.theme.font(TextRole.SMALL, STRONG)
        return QFontMetrics(font).horizontalAdvance(self._name())

    def _paint_name(self, painter: QPainter) -> None:
        style = self._style
        theme = style.theme
        painter.setFont(theme.font(TextRole.SMALL, STRONG))
        painter.setPen(theme.text2)
        area = QRect(style.inset, 0, self._layout.width - 2 * style.inset, style.small)
        painter.drawText(area, style.line_start, style.as_line(self._name()))
        self._paint_toggle(painter)

    def _paint_toggle(self, painter: QPainter) -> None:
        """Paint the words of the reasoning toggle, if there is one."""
        style, toggle = self._style, self._toggle()
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
        ends = [control.rect.right() for control in self._footer()]
        return max(ends, default=0) + 24

    def _paint_branch(self, painter: QPainter) -> None:
        item = self._layout.item
        if item.siblings < 2:
            return
        if self._style.printed:
            self._paint_version(painter)
            return
        theme = self._style.theme
        back, ahead = self._branch()
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

    def _toggle(self) -> Control | None:
        layout = self._layout
        if layout.is_user or (layout.notes is not None and layout.notes.thinking):
            return None
        if not layout.content.reasoning or (self._style.printed and not layout.notes_open):
            return None
        seconds = layout.item.thinking_ms / 1000
        if layout.live is not None and layout.live.thought is not None:
            seconds = layout.live.thought
        label = text("transcript.thought", time=spell_thought(seconds))
        if seconds <= 0:
            label = text("transcript.thought_unknown")
        theme = self._style.theme
        wide = QFontMetrics(theme.font(TextRole.UI)).horizontalAdvance(label)
        left = self._style.inset + self._name_width() + (9 if self._name() else -TOGGLE_PAD)
        high = self._style.target
        top = (self._style.small - high) // 2
        rect = QRect(left, top, wide + theme.icon_size(14) + TOGGLE_PAD + 12, high)
        return Control(
            "reasoning",
            rect,
            reasoning_name(seconds, is_open=layout.notes_open),
            "bare",
            label=label,
            expanded=layout.notes_open,
        )

    def header_controls(self) -> Sequence[Control]:
        """Return the reasoning toggle, or the person's own switches."""
        layout = self._layout
        if layout.item.is_summary:
            return []
        if layout.is_user:
            high = self._style.target
            rect = QRect(layout.width - 10 - 2 * high, 6, high, high)
            edit = Control("edit", rect, text("transcript.edit"), "icon", IconName.SQUARE_PEN, shy=True)
            rect = QRect(layout.width - 10 - high, 6, high, high)
            more = Control("more", rect, text("transcript.more"), "icon", IconName.ELLIPSIS, shy=True)
            found = [*(self._branch() if layout.item.siblings > 1 else ()), edit, more]
            return placed(self._style, found, layout.width)
        toggle = self._toggle()
        return placed(self._style, [toggle], layout.width) if toggle is not None else []

    def _branch(self) -> tuple[Control, Control]:
        layout = self._layout
        item = layout.item
        style = self._style
        high = style.target
        words = text("transcript.branch", number=item.siblings, count=item.siblings)
        font = style.theme.font(TextRole.UI, tabular=True)
        wide = QFontMetrics(font).horizontalAdvance(words) + 4
        if layout.is_user:
            left = layout.width - 10 - 4 * high - wide - 4
            top = 6
        else:
            left = style.inset - 8 + 4 * high + 8
            top = self.footer_top + ACTION_GAP
        first = Control(
            "sibling",
            QRect(left, top, high, high),
            text("transcript.previous_branch"),
            "icon",
            IconName.CHEVRON_LEFT,
            value=-1,
            enabled=item.sibling > 1,
        )
        second = Control(
            "sibling",
            QRect(left + high + wide, top, high, high),
            text("transcript.next_branch"),
            "icon",
            IconName.CHEVRON_RIGHT,
            value=1,
            enabled=item.sibling < item.siblings,
        )
        return first, second

    def footer_controls(self) -> Sequence[Control]:
        """Return copy, try again, the branch switch and sources below an answer, and the line's link."""
        layout = self._layout
        found = placed(self._style, self._footer(), layout.width)
        if found:
            found += layout.sources.controls(self._actions_row(), self._actions_end())
        if layout.border is not None:
            found.append(layout.border.control(self._height + self._style.gap_message, layout.width))
        return found

    def _footer(self) -> Sequence[Control]:
        """Return the controls of a finished answer as they would stand left to right."""
        layout = self._layout
        if layout.is_card or layout.live is not None or layout.item.state is MessageState.STREAMING:
            return []
        style = self._style
        high = style.target
        left = style.inset - 8
        top = self.footer_top + ACTION_GAP
        copied = layout.copied
        icon = IconName.CHECK if copied else IconName.COPY
        name = text("transcript.copied" if copied else "transcript.copy_answer")
        found = [
            Control("copy_answer", QRect(left, top, high, high), name, "icon", icon),
            Control(
                "regenerate",
                QRect(left + high, top, high, high),
                text("transcript.try_again"),
                "icon",
                IconName.TRY_AGAIN,
            ),
            Control(
                "export",
                QRect(left + 2 * high, top, high, high),
                text("transcript.export"),
                "icon",
                IconName.FILE_DOWN,
            ),
            Control(
                "more",
                QRect(left + 3 * high, top, high, high),
                text("transcript.more"),
                "icon",
                IconName.ELLIPSIS,
            ),
        ]
        return [*found, *(self._branch() if layout.item.siblings > 1 else ())]
