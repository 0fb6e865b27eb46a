"""A row of words with a figure at its end.

Job: a square of colour (or none), words, perhaps a second line, and figures that stand in a column.
Rule: a screen reader hears the row as one sentence.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.theme import TextRole, Theme
from app.ui.theme.theme import Themed
from app.ui.widgets.drawings.segment_bar import Swatch
from app.ui.widgets.words.label import Label

HIGH, PAIR_HIGH = 28, 24
COLUMN = 84
"""How wide a column of figures is at least."""


class FigureRow(QWidget):
    """``fill`` is the square's (see :class:`Swatch`); "" draws none."""

    def __init__(
        self,
        theme: Theme,
        fill: str = "",
        *,
        weight: QFont.Weight | None = None,
        high: int = HIGH,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._high = high
        self._swatch = Swatch(theme, fill) if fill else None
        self._words = Label(theme, "", TextRole.UI, "text", weight=weight, wrap=True)
        self._figure = Label(theme, "", TextRole.UI, "text2", tabular=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        if self._swatch is not None:
            row.addWidget(self._swatch, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._figure)
        self.set_theme(theme)

    @property
    def words(self) -> str:
        """What the row is about."""
        return self._words.text()

    @property
    def figure(self) -> str:
        """The figure shown."""
        return self._figure.text()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        parts: list[Themed] = [self._words, self._figure]
        if self._swatch is not None:
            parts.append(self._swatch)
        theme.dress(*parts)
        self.setMinimumHeight(theme.px(self._high))

    def show_figure(self, words: str, figure: str, spoken: str = "") -> None:
        """Show words and figure; ``spoken`` is what a screen reader says of the row."""
        self._words.set_text(words)
        self._figure.set_text(figure)
        self.setAccessibleName(spoken or f"{words}, {figure}")


class PairRow(QWidget):
    """Words and two figures in columns of the same width, row for row: expected and measured."""

    def __init__(
        self,
        theme: Theme,
        *,
        colour: str = "text",
        role: TextRole = TextRole.UI,
        weight: QFont.Weight | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._words = Label(theme, "", role, colour, weight=weight)
        self._words.set_may_shrink(True)
        figure = "text2" if colour == "text" else colour
        self._figures = [Label(theme, "", role, figure, tabular=True) for _ in range(2)]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._words, 1)
        for label in self._figures:
            label.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(label)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        theme.dress(self._words, *self._figures)
        for label in self._figures:
            label.setMinimumWidth(theme.px(COLUMN))
        self.setMinimumHeight(theme.px(PAIR_HIGH))

    @property
    def shown(self) -> tuple[str, str, str]:
        """Words and figures."""
        return self._words.text(), self._figures[0].text(), self._figures[1].text()

    def show_pair(self, words: str, first: str, second: str, spoken: str = "") -> None:
        """Show words and figures; ``spoken`` is what a screen reader says of the row."""
        for label, text in zip((self._words, *self._figures), (words, first, second), strict=True):
            label.set_text(text)
        self.setAccessibleName(spoken or ", ".join(part for part in (words, first, second) if part))
