"""What the dialogs that the program draws itself share.

Job: a window's title and a name to be spoken, a ring where Tab goes, the ground; for words that may be
long, a column that scrolls above a foot that stays. Rule: it knows nothing of what is asked.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QDialog, QLayout, QVBoxLayout, QWidget

from app.core import texts
from app.ui.theme import Theme
from app.ui.widgets.access.focus_ring import FocusRing
from app.ui.widgets.surfaces.cover_column import CoverColumn
from app.ui.widgets.surfaces.panel import Panel

WIDE, COLUMN = 560, 512


class Dialog(QDialog):
    """A dialog called ``name``; ``titled`` is the entry of the catalogue that its window is called by.

    Titles are seen in lists of windows: they say what is asked, never about what.
    """

    titled = "ui.title"

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.ring = FocusRing(theme, self)
        self.setWindowTitle(texts.text(self.titled))
        self.setAccessibleName(name)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``; a subclass hands it on to what it shows."""
        self.theme = theme
        self.ring.set_theme(theme)
        self.update()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Show the ring where Tab goes."""
        self.ring.by_keyboard()
        return super().focusNextPrevChild(forward)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Fill the ground."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.raised)
        painter.end()


class ScrollingDialog(Dialog):
    """``column`` takes what may be long; ``stand_on`` puts it above its foot. Gone once it is closed."""

    def __init__(self, theme: Theme, name: str, high: int, parent: QWidget | None = None) -> None:
        super().__init__(theme, name, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._scroll = CoverColumn(theme, COLUMN)
        self._line = Panel(theme, "line")
        self._line.setFixedHeight(1)
        self.column = self._scroll.column
        self.resize(theme.px(WIDE), theme.px(high))

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``; a subclass hands it on to what it shows."""
        super().set_theme(theme)
        self._scroll.set_theme(theme)
        self._line.set_theme(theme)

    def stand_on(self, foot: QLayout) -> None:
        """Put the column and a line above ``foot``."""
        foot.setContentsMargins(32, 12, 32, 20)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._scroll, 1)
        outer.addWidget(self._line)
        outer.addLayout(foot)


def hand_on(theme: Theme) -> None:
    """Give ``theme`` to every dialog that is open."""
    for window in QApplication.topLevelWidgets():
        if isinstance(window, Dialog):
            window.set_theme(theme)
