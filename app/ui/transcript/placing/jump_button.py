"""The buttons that stand over the text: back to the end, and from question to question."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.core.texts import text
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind, set_kind
from app.ui.widgets.controls.buttons import IconButton

ABOVE_END, RADIUS, WIDE = 12, 8, 28


class JumpButton(QPushButton):
    """Stands in the middle above the lower edge of its view."""

    def __init__(self, theme: Theme, view: QWidget) -> None:
        super().__init__(view)
        self.setText(text("transcript.jump_to_end"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_kind(self, Kind.SECONDARY)
        self.hide()
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take font and icon of ``theme``."""
        self.setFont(theme.font(TextRole.UI))
        self.setIcon(theme.icon(IconName.CHEVRON_DOWN))
        self.setIconSize(QSize(theme.icon_size(16), theme.icon_size(16)))

    def place(self, width: int, height: int) -> None:
        """Stand in a view of this size."""
        size = self.sizeHint()
        left = (width - size.width()) // 2
        self.setGeometry(left, height - size.height() - ABOVE_END, size.width(), size.height())


class QuestionSteps(QWidget):
    """Two buttons at the end of the lower edge; ``stepped`` carries -1 or 1."""

    stepped = Signal(int)

    def __init__(self, theme: Theme, view: QWidget) -> None:
        super().__init__(view)
        self._theme = theme
        self.over_text = False
        self.back = IconButton(theme, IconName.CHEVRON_UP, text("transcript.previous_question"))
        self.ahead = IconButton(theme, IconName.CHEVRON_DOWN, text("transcript.next_question"))
        self.back.clicked.connect(lambda: self.stepped.emit(-1))
        self.ahead.clicked.connect(lambda: self.stepped.emit(1))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.back)
        column.addWidget(self.ahead)
        set_kind(self.back, Kind.STEP)
        set_kind(self.ahead, Kind.STEP)
        self.hide()
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take size and colours of ``theme``."""
        self._theme = theme
        for button in (self.back, self.ahead):
            button.set_theme(theme)
            button.setFixedWidth(WIDE)  # as the style sheet says, which is not asked again for this

    def place(self, area: QRect, column: QRect) -> None:
        """Stand in this part of a view, which is beside its scroll bar.

        Where there is no room beside the ``column`` of text, the buttons get a ground of their own.
        """
        size = self.sizeHint()
        left = area.right() + 1 - size.width() - 2
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            left = area.left() + 2
        top = area.bottom() + 1 - size.height() - ABOVE_END
        self.setGeometry(left, top, size.width(), size.height())
        self.over_text = column.left() <= left + size.width() and left <= column.right()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ground, where there is text below."""
        if not self.over_text:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.edge, 1))
        painter.setBrush(self._theme.raised)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.end()
