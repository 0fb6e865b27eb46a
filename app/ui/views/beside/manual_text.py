"""One page of the manual as text.

Job: a title, a remark about it and its passages, to be read, selected and copied with mouse or keyboard,
with the passage marked that an answer was given. Rule: what is shown goes through the markup's own
parser into a document that opens nothing; nobody can write in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from app.markup.atoms import Body
from app.markup.direction import is_right_to_left
from app.markup.sources import Paragraph, TextSource
from app.ui.theme import TextRole, Theme
from app.ui.theme.style_sheet import Kind, set_kind
from app.ui.transcript.segments.documents import SafeDocument, Wrap
from app.ui.transcript.style import TranscriptStyle

MEASURE = 600
"""Pixels of a line at 100 % text, at most."""
EDGE, TOP = 24, 24
"""Pixels of ground that the text keeps at its sides, and above its title."""
MARK_PAD, MARK_SIDE, MARK_RADIUS, BAR = 10, 14, 8, 3
GAP = 20
"""Between two passages, at 100 % text: a mark around one does not touch the next."""
_FIXED = QTextBlockFormat.LineHeightTypes.FixedHeight.value


class ManualText(QTextEdit):
    """Shows what :meth:`show_words` was given."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: tuple[str, str, tuple[str, ...], int | None] = ("", "", (), None)
        self._marked: tuple[int, int] | None = None
        """The first and the last block of the passage that is marked."""
        self._document = SafeDocument(theme.font(TextRole.READING), Wrap.WORDS)
        self._document.setParent(self)
        self.setDocument(self._document)
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        set_kind(self, Kind.BARE)

    def show_words(
        self, title: str, passages: Sequence[str], remark: str = "", marked: int | None = None
    ) -> None:
        """Show a page, with a ``remark`` below its title and one passage ``marked`` and in sight."""
        self._shown = (title, remark, tuple(passages), marked)
        self.setAccessibleName(title)
        self.setAccessibleDescription(remark)
        self._write()
        self.verticalScrollBar().setValue(0)
        self._bring_mark()

    @property
    def marked_words(self) -> str:
        """What is marked, empty for nothing."""
        _title, _remark, passages, marked = self._shown
        return passages[marked] if marked is not None else ""

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``; what was in sight stays so, as near as may be."""
        bar, self._theme = self.verticalScrollBar(), theme
        share = bar.value() / max(1, bar.maximum())
        self._write()
        self._centre()
        bar.setValue(round(share * bar.maximum()))
        self._bring_mark()

    # --- writing --------------------------------------------------------------------------------

    def _write(self) -> None:
        title, remark, passages, marked = self._shown
        theme, style = self._theme, TranscriptStyle(self._theme)
        self._marked = None
        self._document.clear()
        self._document.setDefaultFont(theme.font(TextRole.READING))
        root = self._document.rootFrame().frameFormat()
        root.setTopMargin(theme.gap(TOP))
        root.setBottomMargin(theme.gap(TOP))
        root.setLeftMargin(EDGE)
        root.setRightMargin(EDGE)
        self._document.rootFrame().setFrameFormat(root)
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        shape = self._shape(title, TextRole.TITLE, 0)
        shape.setHeadingLevel(1)
        cursor.setBlockFormat(shape)
        cursor.insertText(title, self._look(TextRole.TITLE, "text"))
        if remark:
            cursor.insertBlock(self._shape(remark, TextRole.UI, 8))
            cursor.insertText(remark, self._look(TextRole.UI, "text2"))
        for place, passage in enumerate(passages):
            before = cursor.blockNumber()
            for paragraph in _paragraphs(passage):
                cursor.insertBlock(self._shape(paragraph.text, TextRole.READING, GAP))
                for run in paragraph.runs:
                    cursor.insertText(run.text, style.char(paragraph.kind, "reading", run))
            if place == marked:
                self._marked = (before + 1, cursor.blockNumber())
        cursor.endEditBlock()
        first = self._marked[0] if self._marked else 0
        here = QTextCursor(self._document)
        here.setPosition(self._document.findBlockByNumber(first).position())
        self.setTextCursor(here)  # the keyboard begins with what is marked

    def _shape(self, words: str, role: TextRole, gap: int) -> QTextBlockFormat:
        made = QTextBlockFormat()
        made.setTopMargin(self._theme.gap(gap))
        made.setLineHeight(self._theme.line_height(role), _FIXED)
        # The words run as they are written, whatever the direction of the window around them.
        mirrored = is_right_to_left(words)
        made.setLayoutDirection(
            Qt.LayoutDirection.RightToLeft if mirrored else Qt.LayoutDirection.LeftToRight
        )
        return made

    def _look(self, role: TextRole, colour: str) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setFont(self._theme.font(role))
        made.setForeground(self._theme.colour(colour))
        return made

    # --- placing --------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the column in the middle, and what is marked in sight."""
        super().resizeEvent(event)
        self._centre()
        self._bring_mark()

    def _centre(self) -> None:
        wide = self._theme.px(MEASURE) + 2 * EDGE
        side = max(0, (self.width() - wide) // 2)
        if self.viewportMargins().left() != side:
            self.setViewportMargins(side, 0, side, 0)

    def _bring_mark(self) -> None:
        """Scroll as little as shows the marked passage, or the beginning of one that is too high."""
        area = self._mark()
        if area is not None:
            bar = self.verticalScrollBar()
            area.translate(0, bar.value())
            below = area.bottom() + EDGE - self.viewport().height()
            bar.setValue(round(max(0.0, min(below, area.top() - MARK_SIDE))))

    def _mark(self) -> QRectF | None:
        """Return the ground of the marked passage, in the viewport."""
        if self._marked is None:
            return None
        first, last = (self._document.findBlockByNumber(number) for number in self._marked)
        area = self._of_block(first).united(self._of_block(last))
        area.setLeft(EDGE - MARK_SIDE)
        area.setRight(self.viewport().width() - EDGE + MARK_SIDE)
        return area.adjusted(0, -MARK_PAD, 0, MARK_PAD)

    def _of_block(self, block: QTextBlock) -> QRectF:
        # Qt puts the letters of a fixed line low in it; the ground goes with the letters.
        low = self._theme.line_height(TextRole.READING) / 6
        return (
            self._document.documentLayout()
            .blockBoundingRect(block)
            .translated(0, low - self.verticalScrollBar().value())
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground of the marked passage, then the words."""
        area = self._mark()
        if area is not None:
            theme = self._theme
            painter = QPainter(self.viewport())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.edge, 1) if theme.high_contrast else Qt.PenStyle.NoPen)
            painter.setBrush(theme.accent_soft)
            painter.drawRoundedRect(area, MARK_RADIUS, MARK_RADIUS)
            bar = QRectF(area.left(), area.top() + MARK_PAD, BAR, area.height() - 2 * MARK_PAD)
            if is_right_to_left(self.marked_words):
                bar.moveRight(area.right())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.accent)
            painter.drawRoundedRect(bar, 1, 1)
            painter.end()
        super().paintEvent(event)


def _paragraphs(words: str) -> list[Paragraph]:
    sources = Body(words).sources
    return [each for source in sources if isinstance(source, TextSource) for each in source.paragraphs]
