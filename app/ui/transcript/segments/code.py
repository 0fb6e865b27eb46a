"""Code: a card with a strip that names the language and copies, and lines that scroll sideways.

Job: keep code in a document that does not wrap, grow it while it streams, colour it once it is
complete. Rule: what is copied is what is shown; very long lines wrap instead, because drawing a line
of a megabyte takes longer than reading it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen, QTextBlockFormat, QTextCharFormat, QTextCursor

from app.core.texts import plural, text
from app.markup.lexers import language
from app.markup.sanitise import light
from app.markup.sources import CodeSource
from app.ui.theme import IconName, TextRole
from app.ui.transcript.controls import Control, label_width, placed
from app.ui.transcript.segments.documents import SafeDocument, Wrap, draw_document, line_ends
from app.ui.transcript.segments.highlight import Highlighter
from app.ui.transcript.segments.segment import Segment, Span
from app.ui.transcript.segments.text import across
from app.ui.transcript.style import TranscriptStyle

LONG_LINE = 4000
PAD_X, PAD_TOP, PAD_BOTTOM = 13, 10, 12
RADIUS = 8
BAR = 4
"""Height of the sideways scroll bar in pixels."""


def name_of(source: CodeSource) -> str:
    """Return what a code block is called: the file's name, else the language's."""
    return source.title or language(source.language).name


class CodeSegment(Segment):
    """A code block."""

    def __init__(self, style: TranscriptStyle, source: CodeSource, highlighter: Highlighter) -> None:
        super().__init__(style)
        self._highlighter = highlighter
        self._source = CodeSource("", open=True)
        self._format = QTextCharFormat()
        self._format.setFont(style.theme.font(TextRole.CODE))
        self._format.setForeground(style.theme.text)
        self.copied = False
        self.offset = 0
        self._natural = 0
        self._wrap = False
        self._asked = style.printed
        self._bare = False
        self.document = self._fresh()
        self.update_source(source)

    @property
    def source(self) -> CodeSource:
        """The code shown."""
        return self._source

    @property
    def strip(self) -> int:
        """The height of the bar on top."""
        return self.style.theme.px(32)

    def _fresh(self) -> SafeDocument:
        how = Wrap.ANYWHERE if self.must_wrap else Wrap.WORDS if self._wrap else Wrap.NEVER
        document = SafeDocument(self._format.font(), how)
        shape = QTextBlockFormat()
        shape.setLineHeight(
            self.style.theme.line_height(TextRole.CODE),
            QTextBlockFormat.LineHeightTypes.FixedHeight.value,
        )
        shape.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # code is, whatever its words
        shape.setNonBreakableLines(not self._wrap)
        cursor = QTextCursor(document)
        cursor.setBlockFormat(shape)
        cursor.setBlockCharFormat(self._format)
        return document

    def update_source(self, source: CodeSource) -> bool:
        """Show ``source``; text that was added is appended. Returns False if nothing changed."""
        old = self._source
        if source == old:
            return False
        self._source = source
        wrap = self._asked or self.must_wrap
        grown = source.text.startswith(old.text) and wrap == self._wrap
        self.changed_from = 0
        if grown and self.width and source.language == old.language:
            self.changed_from = max(0, self.height - self.style.line - PAD_BOTTOM - 2)
        if not grown:
            self._wrap = wrap
            self.document = self._fresh()
        added = source.text[len(old.text) :] if grown else source.text
        if added:
            cursor = QTextCursor(self.document)
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(light(added), self._format)
        if not source.open and (old.open or added or source.language != old.language):
            self._bare = True
            self.changed_from = 0
            if self.style.printed:
                self._colour()
        if self.width:
            self._measure()
        return True

    def _colour(self) -> None:
        """Colour what comes into sight, once: a long answer may hold hundreds of blocks."""
        if self._bare:
            self._bare = False
            self._highlighter.colour(self.document, self._source)

    @property
    def must_wrap(self) -> bool:
        """Say whether a line is too long to be drawn in one."""
        return any(len(line) > LONG_LINE for line in self._source.text.split("\n"))

    @property
    def wraps(self) -> bool:
        """Say whether long lines are wrapped."""
        return self._wrap

    def toggle_wrap(self) -> None:
        """Wrap long lines, or let them scroll again."""
        self._asked = not self._asked
        self._wrap = self._asked or self.must_wrap
        self.document = self._fresh()
        QTextCursor(self.document).insertText(light(self._source.text), self._format)
        self._bare = not self._source.open
        self.offset = 0
        if self.width:
            self._measure()

    # --- layout ---------------------------------------------------------------------------------

    @property
    def _view(self) -> int:
        return max(1, self.width - 2 * PAD_X)

    def set_width(self, width: int) -> None:
        """Take the width; code scrolls instead of wrapping."""
        self.width = width
        self._measure()

    def _measure(self) -> None:
        if self._wrap:
            self.document.fit(self._view)
        size = self.document.documentLayout().documentSize()
        self._natural = 0 if self._wrap else int(self.document.idealWidth()) + 1
        self.offset = min(self.offset, self._range)
        self.height = self.strip + 1 + PAD_TOP + round(size.height()) + PAD_BOTTOM

    @property
    def _range(self) -> int:
        return max(0, self._natural - self._view)

    # --- painting -------------------------------------------------------------------------------

    def paint(self, painter: QPainter, clip: QRect, span: Span | None) -> None:
        """Paint card, strip, code and scroll bar."""
        theme = self.style.theme
        painter.setPen(QPen(theme.line, 1))
        painter.setBrush(theme.sunken)
        painter.drawRoundedRect(QRectF(0.5, 0.5, self.width - 1, self.height - 1), RADIUS, RADIUS)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        strip = QRect(PAD_X, 0, self.width - 2 * PAD_X, self.strip)
        if clip.top() <= self.strip:
            painter.fillRect(1, self.strip, self.width - 2, 1, theme.line)
            painter.setFont(theme.font(TextRole.SMALL))
            painter.setPen(theme.text2)
            room = strip.width() - (0 if self.style.printed else self._copy().rect.width())
            name = QFontMetrics(painter.font()).elidedText(
                name_of(self._source), Qt.TextElideMode.ElideMiddle, room
            )
            painter.drawText(strip, self.style.line_start, self.style.as_line(name))
        self._paint_code(painter, clip, span)
        self._paint_bar(painter)

    def _paint_code(self, painter: QPainter, clip: QRect, span: Span | None) -> None:
        self._colour()
        top = self.strip + 1 + PAD_TOP
        area = QRect(PAD_X - 4, self.strip + 1, self._view + 8, self.height - self.strip - 3)
        shown = area.intersected(clip)
        if shown.isEmpty():
            return
        painter.save()
        painter.setClipRect(shown, Qt.ClipOperation.IntersectClip)
        shift = QPoint(PAD_X - self.offset, top - self._lift)
        painter.translate(shift)
        inner = QRectF(shown.translated(-shift))
        draw_document(painter, self.document, self.style, inner, self.marks(span))
        painter.restore()

    @property
    def _lift(self) -> int:
        return self.style.theme.px(1)

    def _bar(self) -> QRectF:
        if not self._range:
            return QRectF()
        size = max(32.0, self._view * self._view / self._natural)
        left = PAD_X + (self._view - size) * self.offset / self._range
        return QRectF(left, self.height - BAR - 4, size, BAR)

    def _paint_bar(self, painter: QPainter) -> None:
        bar = self._bar()
        if not bar.isEmpty():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.style.theme.track)
            painter.drawRoundedRect(bar, BAR / 2, BAR / 2)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    # --- pointing -------------------------------------------------------------------------------

    def _inside(self, x: int, y: int) -> QPointF:
        return QPointF(x - PAD_X + self.offset, y - (self.strip + 1 + PAD_TOP) + self._lift)

    def position_at(self, x: int, y: int) -> int:
        """Return the position nearest to a point."""
        found = self.document.documentLayout().hitTest(self._inside(x, y), Qt.HitTestAccuracy.FuzzyHit)
        return max(found, 0)

    def _place_of(self, position: int) -> QPointF:
        block = self.document.findBlock(position)
        inside = position - block.position()
        line = block.layout().lineForTextPosition(inside)
        corner = block.layout().position()
        if not line.isValid():
            return corner
        return QPointF(corner.x() + across(line, inside), corner.y() + line.y())

    def breaks(self) -> Iterable[int]:
        """Return where its lines end, but the first: the strip does not stand alone."""
        top = self.strip + 1 + PAD_TOP
        return [*(top + place for place in line_ends(self.document)), self.height][1:]

    def line_at(self, position: int) -> QRect:
        """Return where the line of a position stands."""
        top = self.strip + 1 + PAD_TOP + round(self._place_of(position).y())
        return QRect(0, top, self.width, self.style.line)

    def reveal(self, position: int) -> None:
        """Scroll sideways until a position stands in the middle, if it is out of sight."""
        x = round(self._place_of(position).x())
        if not self.offset <= x <= self.offset + self._view - PAD_X:
            self.offset = max(0, min(x - self._view // 2, self._range))

    def over_text(self, _x: int, y: int) -> bool:
        """Below the strip there is code."""
        return y > self.strip

    def controls(self) -> Sequence[Control]:
        """Return the copy button."""
        return placed(self.style, [self._copy()], self.width)

    def _copy(self) -> Control:
        label = text("transcript.copied" if self.copied else "transcript.copy")
        icon = IconName.CHECK if self.copied else IconName.COPY
        wide = label_width(self.style, label, icon=True)
        high = self.style.target
        rect = QRect(self.width - wide - 6, (self.strip - high) // 2, wide, high)
        lines = self._source.text.count("\n") + 1
        name = plural("transcript.copy_code", lines, language=name_of(self._source))
        return Control("copy_code", rect, name, "quiet", icon, label)

    def scroll_by(self, dx: int, _dy: int) -> bool:
        """Scroll sideways."""
        before = self.offset
        self.offset = max(0, min(self.offset + dx, self._range))
        return self.offset != before

    def bar_at(self, x: int, y: int) -> bool:
        """Say whether a point lies on the scroll bar's track."""
        return bool(self._range) and y >= self.height - BAR - 8 and PAD_X <= x <= self.width - PAD_X

    def drag_bar(self, x: int) -> None:
        """Centre the scroll bar on ``x``."""
        size = self._bar().width()
        room = max(1.0, self._view - size)
        share = (x - PAD_X - size / 2) / room
        self.offset = round(max(0.0, min(share, 1.0)) * self._range)
