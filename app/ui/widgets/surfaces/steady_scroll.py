"""What scrolls up and down: its content is as wide as the area, whatever is in it.

Job: a scroll area without frame or ground, whose bar lies over the last pixels of the content. Rule: the
content's width is the area's; neither the bar nor what the content asks for changes it.

Qt follows each change of width inside the last one until its stack is used up. Where a bar takes width,
rows that arrange themselves by it are higher without the bar and lower beside it, by turns; where a
column keeps margins that grow with the width, whatever is wider than the column asks for ever more.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QSizePolicy, QWidget

from app.ui.theme.style_sheet import Kind, set_kind

BAR = 12
"""Pixels of the bar, which the content leaves free."""


class QuietBar(QScrollBar):
    """A bar that is always in its place, and seen only where there is something to scroll."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self.rangeChanged.connect(self._let_through)
        self._let_through(0, 0)

    def sizeHint(self) -> QSize:
        """Return the width that the content leaves free."""
        return QSize(BAR, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar, if it can move."""
        if self.maximum() > self.minimum():
            super().paintEvent(event)

    def _let_through(self, least: int, most: int) -> None:
        """Leave the pointer to the content where there is nothing to scroll."""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, most <= least)


class SteadyScroll(QScrollArea):
    """Shows ``content``, which is made as wide as the area."""

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_kind(self, Kind.BARE)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBar(QuietBar())
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self._lay_bar_over()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.setWidget(content)
        content.setAutoFillBackground(False)  # taking it in has switched that on
        policy = content.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
        content.setSizePolicy(policy)

    def changeEvent(self, event: QEvent) -> None:
        """Turn round with the direction of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._lay_bar_over()

    def _lay_bar_over(self) -> None:
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        self.setViewportMargins(-BAR if mirrored else 0, 0, 0 if mirrored else -BAR, 0)
