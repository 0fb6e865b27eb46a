"""The small painted controls of a message: icons, quiet words, buttons.

Job: describe a control by value and draw it from the theme. Rule: a control is found by its rectangle
and known by its action and name; real widgets may take their place later without the layouts changing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen

from app.ui.theme import IconName, TextRole
from app.ui.transcript.style import MEDIUM, STRONG, TranscriptStyle


@dataclass(frozen=True, slots=True)
class Control:
    """Something to press.

    ``action`` says what it does, ``value`` to what; ``name`` is its accessible name and tooltip,
    ``label`` the words drawn; ``look`` is ``icon``, ``quiet`` (words), ``button`` (framed), ``link``
    (small words in the middle) or ``bare`` (drawn by its segment).
    """

    action: str
    rect: QRect
    name: str
    look: str = "icon"
    icon: IconName | None = None
    label: str = ""
    value: int = 0
    enabled: bool = True
    shy: bool = False
    """Drawn only while the pointer or the keyboard is in its message."""
    expanded: bool | None = None
    """Whether what it opens is open; None where it opens nothing."""

    def moved(self, by: QPoint) -> Control:
        """Return the control shifted."""
        return replace(self, rect=self.rect.translated(by))

    @property
    def key(self) -> tuple[str, int, int]:
        """What stays the same while the control is drawn again."""
        return self.action, self.value, self.rect.top()


def placed(style: TranscriptStyle, controls: Sequence[Control], width: int) -> list[Control]:
    """Return controls that were thought left to right where they stand in ``width`` pixels."""
    if not style.mirrored:
        return list(controls)
    return [
        replace(
            control,
            rect=style.placed(control.rect, width),
            icon=control.icon and style.turned(control.icon),
        )
        for control in controls
    ]


def label_width(style: TranscriptStyle, label: str, *, icon: bool, look: str = "quiet") -> int:
    """Return how wide a control with words is."""
    font = style.theme.font(TextRole.UI, MEDIUM if look == "button" else None)
    words = QFontMetrics(font).horizontalAdvance(label)
    pad = 24 if look == "button" else 16
    return words + pad + (style.theme.icon_size(14) + 6 if icon else 0)


def draw(
    painter: QPainter, style: TranscriptStyle, control: Control, hovered: bool, pressed: bool
) -> None:
    """Draw a control where it stands."""
    theme = style.theme
    rect = QRectF(control.rect)
    if control.look == "button":
        painter.setPen(QPen(theme.edge if control.enabled else theme.line, 1))
        painter.setBrush(theme.hover if (hovered or not control.enabled) else theme.raised)
        if pressed:
            painter.setBrush(theme.pressed)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
    elif (hovered or pressed) and control.enabled:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.pressed if pressed else theme.hover)
        painter.drawRoundedRect(rect, 6, 6)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if control.look == "bare":
        return
    if control.look == "icon":
        if control.icon is not None:
            size = theme.icon_size(16)
            corner = control.rect.center() - QPoint(size // 2 - 1, size // 2 - 1)
            colour = theme.text2 if control.enabled else theme.edge
            theme.draw_icon(painter, QRectF(corner.x(), corner.y(), size, size), control.icon, colour)
        return
    if control.look == "link":
        painter.setFont(theme.font(TextRole.SMALL, STRONG))
        painter.setPen(theme.accent)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(control.rect, int(flags), style.as_line(control.label))
        return
    _draw_words(painter, style, control)


def _draw_words(painter: QPainter, style: TranscriptStyle, control: Control) -> None:
    theme = style.theme
    button = control.look == "button"
    painter.setFont(theme.font(TextRole.UI, MEDIUM if button else None))
    painter.setPen((theme.text if button else theme.text2) if control.enabled else theme.text3)
    wide = control.rect.width()
    left = 12 if button else 8
    inner = QRect(0, 0, wide, control.rect.height())
    if control.icon is not None:
        size = theme.icon_size(14)
        place = QRect(left, (inner.height() - size) // 2, size, size)
        place = style.placed(place, wide).translated(control.rect.topLeft())
        theme.draw_icon(painter, QRectF(place), control.icon, theme.text2)
        left += size + 6
    area = style.placed(inner.adjusted(left, 0, -1, 0), wide).translated(control.rect.topLeft())
    painter.drawText(area, style.line_start, style.as_line(control.label))
