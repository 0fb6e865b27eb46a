"""Laying out a few lines of plain text with the theme's line heights.

Job: wrapped or elided lines with our own distance between baselines. Rule: plain text only; nothing
given here is ever read as markup.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)

from app.markup.direction import is_right_to_left


def one_line(text: str) -> str:
    """Return ``text`` with every kind of line break and control character as a space."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def own_way(words: str, *, mirrored: bool) -> str:
    """Return ``words`` for a line that runs from right to left (``mirrored``) or from left to right.

    What runs the other way is set apart, so that a full stop or an ellipsis stays at its own end.
    """
    return words if is_right_to_left(words) is mirrored else f"\u2068{words}\u2069"


def lay_out(
    text: str,
    font: QFont,
    width: float,
    line_height: float,
    *,
    max_lines: int = 0,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    formats: Sequence[QTextLayout.FormatRange] = (),
) -> QTextLayout:
    """Return ``text`` laid out in ``width`` pixels; line breaks in it are kept.

    With ``max_lines`` the layout holds that many lines at most: cut the text before (see
    :func:`shorten`) where an ellipsis shall say that there is more.
    """
    layout = QTextLayout(text.replace("\n", "\u2028"), font)
    option = QTextOption(align)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.setFormats(list(formats))
    layout.beginLayout()
    top = 0.0
    count = 0
    while not max_lines or count < max_lines:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(max(1.0, width))
        line.setPosition(QPointF(0, top + (line_height - line.height()) / 2))
        top += line_height
        count += 1
    layout.endLayout()
    return layout


def shorten(text: str, font: QFont, width: float, max_lines: int) -> str:
    """Return as much of ``text`` as fits ``max_lines`` lines, with an ellipsis if that is not all."""
    if max_lines == 1:
        return QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, width)
    layout = lay_out(text, font, width, 1.0, max_lines=max_lines)
    if not layout.lineCount():
        return text
    last = layout.lineAt(layout.lineCount() - 1)
    if last.textStart() + last.textLength() >= len(layout.text()):
        return text
    rest = QFontMetricsF(font).elidedText(text[last.textStart() :], Qt.TextElideMode.ElideRight, width)
    return text[: last.textStart()] + rest


def draw(layout: QTextLayout, painter: QPainter, at: QPointF, colour: QColor) -> None:
    """Draw ``layout`` with its top left corner at ``at``."""
    painter.setPen(colour)
    layout.draw(painter, at)


def char_format(font: QFont, colour: QColor, underline: QColor | None = None) -> QTextCharFormat:
    """Return the format of a marked range."""
    style = QTextCharFormat()
    style.setFont(font)
    style.setForeground(colour)
    if underline is not None:
        style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
        style.setUnderlineColor(underline)
    return style
