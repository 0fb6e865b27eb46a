"""What can be pressed around a message: reasoning toggle, switches between versions, actions.

Job: the controls of header and footer with their places and names. Rule: made anew from the item and
the layout's state whenever they are asked for; nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtGui import QFontMetrics

from app.core.texts import text
from app.storage.records import MessageState
from app.ui.theme import IconName, TextRole
from app.ui.transcript.controls import Control, placed
from app.ui.transcript.message.frame_words import reasoning_name, written_by
from app.ui.transcript.segments.notes import spell_thought
from app.ui.transcript.style import STRONG, TranscriptStyle

if TYPE_CHECKING:
    from app.ui.transcript.message.layout import MessageLayout

ACTION_GAP, TOGGLE_PAD = 6, 4
BRANCH_PAD = 12
"""Pixels around the words between the two arrows, so that the keyboard's ring leaves them alone."""


class FrameControls:
    """The controls of one message's header and footer; the frame says where its footer is."""

    def __init__(self, style: TranscriptStyle, layout: MessageLayout) -> None:
        self._style = style
        self._layout = layout
        self.footer_top = 0

    def toggle(self) -> Control | None:
        """Return the switch of the reasoning as it would stand left to right, if there is one."""
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
        left = self._style.inset + self._name_width() + (9 if written_by(layout.item) else -TOGGLE_PAD)
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

    def _name_width(self) -> int:
        font = self._style.theme.font(TextRole.SMALL, STRONG)
        return QFontMetrics(font).horizontalAdvance(written_by(self._layout.item))

    def header(self) -> Sequence[Control]:
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
            found = [*(self.branch() if layout.item.siblings > 1 else ()), edit, more]
            return placed(self._style, found, layout.width)
        toggle = self.toggle()
        return placed(self._style, [toggle], layout.width) if toggle is not None else []

    def branch(self) -> tuple[Control, Control]:
        """Return what leads to the version before and to the next, as they would stand left to right."""
        layout = self._layout
        item = layout.item
        style = self._style
        high = style.target
        words = text("transcript.branch", number=item.siblings, count=item.siblings)
        font = style.theme.font(TextRole.UI, tabular=True)
        wide = QFontMetrics(font).horizontalAdvance(words) + BRANCH_PAD
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

    def footer(self) -> Sequence[Control]:
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
        return [*found, *(self.branch() if layout.item.siblings > 1 else ())]
