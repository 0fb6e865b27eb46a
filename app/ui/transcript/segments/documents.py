"""Text documents that open nothing.

Job: a QTextDocument for a segment: no undo, no margins, and every request for a picture, a style sheet
or anything else answered with nothing. Rule: the only place that makes a QTextDocument. The builder
never creates a picture; this is the second lock, because Qt reads files named in a text by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any

from PySide6.QtCore import QByteArray, QRectF, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)

from app.ui.transcript.style import TranscriptStyle


class Wrap(Enum):
    """How lines are broken."""

    NEVER = QTextOption.WrapMode.NoWrap
    WORDS = QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
    ANYWHERE = QTextOption.WrapMode.WrapAnywhere


_ENDLESS_WORD = re.compile(r"\S{1000}")


def wrap_for(text: str) -> Wrap:
    """Return how to wrap a text: Qt's search for a place inside an endless word takes for ever."""
    return Wrap.ANYWHERE if len(text) >= 1000 and _ENDLESS_WORD.search(text) else Wrap.WORDS


TAB = 4
"""How many blanks a tab is wide."""


class SafeDocument(QTextDocument):
    """A document whose resources are always empty. ``refused`` counts what was asked for."""

    def __init__(self, font: QFont, wrap: Wrap) -> None:
        super().__init__()
        self.refused = 0
        self.setUndoRedoEnabled(False)
        self.setDocumentMargin(0)
        self.setDefaultFont(font)
        self._wrap: Wrap | None = None
        self.set_wrap(wrap)

    def set_wrap(self, wrap: Wrap) -> None:
        """Break lines in another way from now on."""
        if wrap is not self._wrap:
            self._wrap = wrap
            option = QTextOption()
            option.setWrapMode(wrap.value)
            option.setTabStopDistance(TAB * QFontMetricsF(self.defaultFont()).horizontalAdvance(" "))
            self.setDefaultTextOption(option)

    def loadResource(self, kind: int, _name: QUrl | str) -> Any:
        """Return an empty picture or no bytes, never what ``name`` says.

        Returning None would let Qt open a picture by its name on its own.
        """
        self.refused += 1
        if kind == QTextDocument.ResourceType.ImageResource.value:
            image = QImage(1, 1, QImage.Format.Format_ARGB32)
            image.fill(0)
            return image
        return QByteArray()

    def fit(self, width: float) -> None:
        """Lay out for a width; nothing happens if it is the width already.

        Setting the same width again would lay out the whole document once more.
        """
        if self.textWidth() != width:
            self.setTextWidth(width)


def line_ends(document: SafeDocument) -> Iterator[int]:
    """Yield the height of each line's end."""
    block = document.begin()
    while block.isValid():
        document.documentLayout().blockBoundingRect(block)  # lays it out
        top = block.layout().position().y()
        for number in range(block.layout().lineCount()):
            line = block.layout().lineAt(number)
            yield int(top + line.y() + line.height())
        block = block.next()


def draw_document(
    painter: QPainter,
    document: SafeDocument,
    style: TranscriptStyle,
    clip: QRectF,
    marks: Sequence[tuple[int, int, QTextCharFormat]] = (),
) -> None:
    """Draw the part of a document that lies in ``clip``, with the ranges of ``marks`` in their looks."""
    context = QAbstractTextDocumentLayout.PaintContext()
    context.palette = style.palette
    context.clip = clip
    if marks:
        chosen = []
        for start, end, look in marks:
            selection = QAbstractTextDocumentLayout.Selection()
            cursor = QTextCursor(document)
            last = document.characterCount() - 1
            cursor.setPosition(min(start, last))
            cursor.setPosition(min(end, last), QTextCursor.MoveMode.KeepAnchor)
            selection.cursor = cursor
            selection.format = look
            chosen.append(selection)
        context.selections = chosen
    document.documentLayout().draw(painter, context)
