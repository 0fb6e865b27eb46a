"""Text on a surface.

Job: a label that takes font, line height and colour from the theme, wraps or elides, and keeps the
full text for tooltip and speech. Rule: plain text only.
"""

from __future__ import annotations

import html

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.ui.theme import TextRole, Theme
from app.ui.widgets.words.text_layout import draw, lay_out, own_way, shorten


def plain_tip(text: str) -> str:
    """Return ``text`` so that a tooltip shows it letter by letter.

    Qt reads a tooltip that looks like markup as markup, and opens files named in it.
    """
    return f"<span>{html.escape(text)}</span>" if "<" in text or "&" in text else text


class Label(QLabel):
    """One line (elided at the end when there is no room) or, with ``wrap``, a paragraph."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        role: TextRole = TextRole.UI,
        colour: str = "text",
        *,
        weight: QFont.Weight | None = None,
        wrap: bool = False,
        tabular: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._theme = theme
        self._role = role
        self._colour = colour
        self._weight = weight
        self._tabular = tabular
        self._may_shrink = False
        self._most_lines = 0
        self.set_wrap(wrap)
        self.set_theme(theme)
        self.setText(text)

    def set_theme(self, theme: Theme) -> None:
        """Take font and colour of ``theme``."""
        self._theme = theme
        self.setFont(theme.font(self._role, self._weight, tabular=self._tabular))
        self.updateGeometry()
        self.update()

    def set_colour(self, colour: str) -> None:
        """Draw with another colour token from now on."""
        self._colour = colour
        self.update()

    def set_wrap(self, wrap: bool) -> None:
        """Be a paragraph, as high as its width asks for, or one line."""
        self.setWordWrap(wrap)
        if wrap:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
            policy.setHeightForWidth(True)
        else:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)

    def set_may_shrink(self, may_shrink: bool) -> None:
        """Let a layout make this label narrower than its text, which is then elided."""
        self._may_shrink = may_shrink
        self.updateGeometry()

    def set_most_lines(self, lines: int) -> None:
        """Let a paragraph take so many lines at most, then an ellipsis; 0 for all that it needs."""
        if lines != self._most_lines:
            self._most_lines = lines
            self.updateGeometry()

    def set_text(self, text: str) -> None:
        """Show ``text``."""
        if text != self.text():
            self.setText(text)
            self.updateGeometry()

    def _line_height(self) -> int:
        return self._theme.line_height(self._role)

    def _text_width(self) -> int:
        metrics = QFontMetricsF(self.font())
        lines = self.text().split("\n")
        return int(max(metrics.horizontalAdvance(line) for line in lines)) + 1

    def sizeHint(self) -> QSize:
        """Return the size in which nothing is elided."""
        if self.wordWrap():
            width = min(self._text_width(), self._theme.px(480))
            return QSize(width, self.heightForWidth(width))
        return QSize(self._text_width(), self._line_height())

    def minimumSizeHint(self) -> QSize:
        """Return the least useful size."""
        if self.wordWrap():
            return QSize(self._theme.px(120), self._line_height())
        if self._may_shrink:
            return QSize(min(self._text_width(), self._theme.px(48)), self._line_height())
        return self.sizeHint()

    def heightForWidth(self, width: int) -> int:
        """Return the height of the wrapped text."""
        if not self.wordWrap():
            return self._line_height()
        most = self._most_lines
        layout = lay_out(self.text(), self.font(), width, self._line_height(), max_lines=most)
        return max(1, layout.lineCount()) * self._line_height()

    def is_better_over(self, taken: int, whole: int, beside: int) -> bool:
        """Say whether a paragraph stands better over what takes ``taken`` pixels than beside it.

        It is ``whole`` pixels wide there and ``beside`` pixels here; longer lines are worth the height
        of one. All its lines count, also those that are cut now.
        """

        def high(width: int) -> int:
            layout = lay_out(self.text(), self.font(), max(1, width), self._line_height())
            return layout.lineCount() * self._line_height()

        return taken + high(whole) <= high(beside) + self._line_height()

    def _tell_rest(self, shown: str) -> None:
        """Have the words whole in the tooltip where they are cut."""
        tip = plain_tip(self.text()) if shown != self.text() else ""
        if tip != self.toolTip():
            self.setToolTip(tip)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the text with the theme's line height."""
        painter = QPainter(self)
        colour = self._theme.colour(self._colour)
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        if self.wordWrap():
            flag = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
            if self.alignment() & Qt.AlignmentFlag.AlignHCenter:
                flag = Qt.AlignmentFlag.AlignHCenter
            text = self.text()
            if self._most_lines:
                text = shorten(text, self.font(), self.width(), self._most_lines)
            self._tell_rest(text)
            layout = lay_out(text, self.font(), self.width(), self._line_height(), align=flag)
            draw(layout, painter, QPointF(0, 0), colour)
        else:
            # A line that is asked for never wraps, whatever a fraction of a pixel says.
            text = self.text()
            shown = QFontMetricsF(self.font()).elidedText(
                text, Qt.TextElideMode.ElideRight, self.width() + 1
            )
            self._tell_rest(shown)
            painter.setFont(self.font())
            painter.setPen(colour)
            along = self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask
            flags = Qt.AlignmentFlag.AlignVCenter | along
            shown = own_way(shown, mirrored=mirrored)
            painter.drawText(self.rect(), int(flags) | int(Qt.TextFlag.TextSingleLine), shown)
        painter.end()
