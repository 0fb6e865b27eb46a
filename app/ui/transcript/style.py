"""Fonts, colours and distances of the transcript.

Job: turn the theme into the formats and metrics that segments are built and painted with. Rule: every
colour and font comes from the theme; one style serves one theme and is thrown away with it.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QTextBlockFormat, QTextCharFormat

from app.markup.direction import is_right_to_left
from app.markup.sources import Paragraph, Run, Style
from app.ui.theme import IconName, TextRole, Theme
from app.ui.transcript.formulas import Formulas
from app.ui.widgets.words.text_layout import own_way

STRONG = QFont.Weight.DemiBold
MEDIUM = QFont.Weight.Medium
_AT_LEAST = QTextBlockFormat.LineHeightTypes.MinimumHeight.value
_FIXED = QTextBlockFormat.LineHeightTypes.FixedHeight.value
_TURNED = {
    IconName.CHEVRON_LEFT: IconName.CHEVRON_RIGHT,
    IconName.CHEVRON_RIGHT: IconName.CHEVRON_LEFT,
}
_HEADINGS = {"h1": TextRole.HEADING1, "h2": TextRole.HEADING2}


class TranscriptStyle:
    """What the transcript draws with, from one theme; ``printed`` where nothing can be scrolled."""

    def __init__(self, theme: Theme, formulas: Formulas | None = None, *, printed: bool = False) -> None:
        self.theme = theme
        self.formulas = formulas or Formulas()
        self.printed = printed
        self.mirrored = QGuiApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft
        """Whether what stands around the words begins at the right; the words decide for themselves."""
        start = Qt.AlignmentFlag.AlignRight if self.mirrored else Qt.AlignmentFlag.AlignLeft
        self.line_start = int(
            start
            | Qt.AlignmentFlag.AlignAbsolute
            | Qt.AlignmentFlag.AlignVCenter
            | Qt.TextFlag.TextSingleLine
        )
        """The flags of one line of words that begins where reading begins."""
        self._chars: dict[tuple[str, str, Style, str], QTextCharFormat] = {}
        self._blocks: dict[tuple[str, str, int, int, int, bool, bool], QTextBlockFormat] = {}
        self.inset = 16
        self.indent = theme.px(24)
        self.quote = 18
        self.gap_message = theme.gap(20)
        self.small = theme.line_height(TextRole.SMALL)
        self.line = theme.line_height(TextRole.READING)
        self.ui_line = theme.line_height(TextRole.UI)
        self.target = theme.px(28)
        self.selected = QTextCharFormat()
        self.selected.setBackground(theme.tint3)
        self.found = QTextCharFormat()
        self.found.setBackground(theme.accent_soft)
        self.found.setFontUnderline(True)
        self.found.setUnderlineColor(theme.accent)
        self.found_here = QTextCharFormat()
        self.found_here.setBackground(theme.accent)
        self.found_here.setForeground(theme.on_accent)
        self.palette = theme.palette

    def placed(self, rect: QRect, width: int) -> QRect:
        """Return where ``rect``, thought left to right, stands in ``width`` pixels."""
        if not self.mirrored:
            return rect
        return QRect(width - rect.left() - rect.width(), rect.top(), rect.width(), rect.height())

    def as_line(self, words: str) -> str:
        """Return ``words`` for one line of the transcript, which is painted from the left."""
        return words if self.printed else own_way(words, mirrored=False)

    def turned(self, icon: IconName) -> IconName:
        """Return an icon that points along the line, or against it, as it points here."""
        return _TURNED.get(icon, icon) if self.mirrored else icon

    def gap(self, pixels: int) -> int:
        """Return a gap of the 100 % table at this text size."""
        return self.theme.gap(pixels)

    def role(self, kind: str, tone: str) -> TextRole:
        """Return the type role of a paragraph of ``kind`` in ``reading``, ``unread`` or ``notes``."""
        if kind[0] == "h":
            return _HEADINGS.get(kind, TextRole.HEADING)
        return TextRole.UI if tone == "notes" or kind == "note" else TextRole.READING

    def line_of(self, kind: str, tone: str) -> int:
        """Return the line height of a paragraph in pixels."""
        return self.theme.px(2) if kind == "rule" else self.theme.line_height(self.role(kind, tone))

    def lift(self, kind: str, tone: str) -> int:
        """Return by how many pixels text is drawn higher than Qt puts it.

        Qt sets the baseline of a fixed line at four fifths of its height, which is too low for letters
        to stand in the middle.
        """
        return round(self.line_of(kind, tone) / 12)

    def block(
        self, paragraph: Paragraph, tone: str, *, first: bool, grows: bool = False
    ) -> QTextBlockFormat:
        """Return the block format of a paragraph; the first of a segment has no gap of its own.

        ``grows`` lets its lines be higher than usual.
        """
        gap = 0 if first else self.gap(paragraph.gap)
        mirrored = bool(paragraph.quote) and is_right_to_left(paragraph.text)
        key = (paragraph.kind, tone, gap, paragraph.indent, paragraph.quote, mirrored, grows)
        if key not in self._blocks:
            made = QTextBlockFormat()
            made.setLineHeight(self.line_of(paragraph.kind, tone), _AT_LEAST if grows else _FIXED)
            made.setTopMargin(gap)
            made.setIndent(paragraph.indent)
            margin = paragraph.quote * self.quote
            made.setRightMargin(margin) if mirrored else made.setLeftMargin(margin)
            self._blocks[key] = made
        return self._blocks[key]

    def char(self, kind: str, tone: str, run: Run | None = None) -> QTextCharFormat:
        """Return the character format of a run in a paragraph of ``kind``."""
        style = run.style if run else Style.PLAIN
        href = run.href if run else ""
        key = (kind, tone, style, href)
        found = self._chars.get(key)
        if found is None:
            found = self._make_char(kind, tone, style, href)
            if href:
                return found
            self._chars[key] = found
        return found

    def cell(self, run: Run, tone: str, *, header: bool) -> QTextCharFormat:
        """Return the character format of a run in a table, in ``reading`` or ``unread`` tone."""
        table = "unread table" if tone == "unread" else "table"
        return QTextCharFormat(self.char("th" if header else "td", table, run))

    def _make_char(self, kind: str, tone: str, style: Style, href: str) -> QTextCharFormat:
        theme = self.theme
        made = QTextCharFormat()
        if tone in ("table", "unread table"):
            role = TextRole.SMALL if kind == "th" else TextRole.UI
            font = theme.font(role, STRONG if kind == "th" else None)
            colour = theme.text2 if kind == "th" or tone == "unread table" else theme.text
        else:
            font = theme.font(self.role(kind, tone))
            colour = theme.text2 if tone in ("notes", "unread") else theme.text
        if style & Style.MATHS:
            colour = theme.text2  # its source, until it is drawn or because it cannot be
        if style & (Style.CODE | Style.MATHS):
            size = font.pixelSize()
            font = theme.font(TextRole.CODE, MEDIUM if style & Style.STRONG else None)
            font.setPixelSize(max(1, round(size * 13.5 / 15)))
        elif style & Style.STRONG:
            font.setWeight(STRONG)
        if style & Style.RAISED:
            made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
        if style & Style.EMPHASIS:
            font.setItalic(True)
        if style & Style.STRIKE:
            font.setStrikeOut(True)
        if href:
            colour = theme.accent
            made.setAnchor(True)
            made.setAnchorHref(href)
            made.setFontUnderline(True)
            made.setUnderlineColor(theme.tint2)
            font.setUnderline(True)
        made.setFont(font)
        made.setForeground(colour)
        return made

    def code_colours(self) -> dict[str, QColor]:
        """Return the colours of highlighted code by group."""
        theme = self.theme
        return {
            "keyword": theme.accent,
            "string": theme.warn,
            "comment": theme.text3,
            "removed": theme.danger,
            "mark": theme.warn,
        }
