"""Rows of a choice: icon, title, one sentence, one button each."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.theme.type import STRONG
from app.ui.widgets.arranging import stack
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.drawings.icon_view import IconView
from app.ui.widgets.surfaces.panel import Card
from app.ui.widgets.words.label import Label

ROW, WRAPS_BELOW = 71, 520


class ChoiceRow(QWidget):
    """One way to go on; ``chosen`` when its button is pressed."""

    chosen = Signal()

    def __init__(
        self,
        theme: Theme,
        icon: IconName,
        words: tuple[str, str, str],
        kind: Kind,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        title, sentence, verb = words
        self._theme = theme
        self._icon = IconView(theme, icon, 20)
        self._title = Label(theme, title, TextRole.NAME, "text", weight=STRONG, wrap=True)
        self._sentence = Label(theme, sentence, TextRole.SMALL, "text2", wrap=True)
        self.button = TextButton(theme, verb, kind)
        self.button.setAccessibleDescription(f"{title}. {sentence}")
        self.button.clicked.connect(self.chosen)
        lines = QVBoxLayout()
        lines.setSpacing(2)
        lines.addStretch(1)
        lines.addWidget(self._title)
        lines.addWidget(self._sentence)
        lines.addStretch(1)
        text = QHBoxLayout()
        text.setSpacing(14)
        text.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        text.addLayout(lines, 1)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(16, 12, 16, 12)
        self._row.setSpacing(12)
        self._row.addLayout(text, 1)
        self._row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        theme.dress(self._icon, self._title, self._sentence, self.button)
        self.setMinimumHeight(theme.px(ROW))
        self._wrap()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the button under the words where there is no room beside them."""
        super().resizeEvent(event)
        self._wrap()

    def _wrap(self) -> None:
        narrow = self.width() < self._theme.px(WRAPS_BELOW)
        stack(self._row, narrow)


class ChoiceCard(Card):
    """A card of :class:`ChoiceRow`, divided by hairlines."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent=parent)
        self.rows: list[ChoiceRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def add(self, row: ChoiceRow) -> None:
        """Add a row at the end."""
        self.rows.append(row)
        self._column.addWidget(row)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(*self.rows)

    def changeEvent(self, event: QEvent) -> None:
        """Pass the event on and draw again: a disabled card is quieter."""
        super().changeEvent(event)
        self.update()

    def sizeHint(self) -> QSize:
        """Return the rows' own wish."""
        return self._column.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card and the lines between its rows."""
        super().paintEvent(event)
        painter = QPainter(self)
        for row in self.rows[1:]:
            painter.fillRect(1, row.y(), self.width() - 2, 1, self.theme.line)
        painter.end()
