"""A field to search with.

Job: text with a magnifier, a shortcut hint while empty and a cross while not. Rule: what is typed is
reported 120 ms after the last key, so that results follow without a search per letter.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.core import texts
from app.ui.theme import IconName, TextRole, Theme
from app.ui.widgets.controls.buttons import IconButton
from app.ui.widgets.fields.empty_caret import follow_direction

AFTER_MS = 120
LONGEST = 500


class SearchField(QLineEdit):
    """``searched`` carries the words; ``entered_results`` is Down; ``cancelled`` is Esc when empty."""

    searched = Signal(str)
    entered_results = Signal()
    cancelled = Signal()

    def __init__(self, theme: Theme, name: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shortcut = ""
        self.setMaxLength(LONGEST)
        self.setPlaceholderText(hint or texts.text("ui.sidebar.search"))
        self.setAccessibleName(name)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AFTER_MS)
        self._timer.timeout.connect(lambda: self.searched.emit(self.text()))
        self._clear = IconButton(theme, IconName.X, texts.text("ui.sidebar.clear_search"), parent=self)
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.setCursor(Qt.CursorShape.ArrowCursor)
        self._clear.clicked.connect(self.clear)
        self._clear.hide()
        self.textChanged.connect(self._changed)
        follow_direction(self)
        self.set_theme(theme)

    def show_keys(self, keys: str) -> None:
        """Show which keys lead here, while the field is empty; "" for none."""
        self._shortcut = keys
        self._keep_clear()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        self.setFont(theme.font(TextRole.UI))
        self._clear.set_theme(theme)
        self._keep_clear()
        self._place_clear()
        self.update()

    def _keep_clear(self) -> None:
        hint = QFontMetricsF(self._theme.font(TextRole.MICRO)).horizontalAdvance(self._shortcut)
        start, end = self._theme.icon_size() + 6, max(self._theme.px(28), round(hint) + 12)
        # Qt does not mirror these: they are left and right whatever the direction.
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            start, end = end, start
        self.setTextMargins(start, 0, end, 0)

    def _changed(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        if text:
            self._timer.start()
        else:
            # An emptied field brings the list back at once.
            self._timer.stop()
            self.searched.emit("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down enters the results; Esc clears, then leaves; Return searches at once."""
        key = event.key()
        if key == Qt.Key.Key_Down:
            self.entered_results.emit()
        elif key == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.cancelled.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._timer.isActive():
                self._timer.stop()
                self.searched.emit(self.text())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the cross at the end of the field, and the words between it and the magnifier."""
        super().resizeEvent(event)
        self._keep_clear()
        self._place_clear()

    def _place_clear(self) -> None:
        side = self._clear.width()
        x = self.width() - side - 2
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            x = 2
        self._clear.move(x, (self.height() - side) // 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the field, its magnifier and, while it is empty, the shortcut."""
        super().paintEvent(event)
        painter = QPainter(self)
        size = float(self._theme.icon_size())
        left_to_right = self.layoutDirection() is Qt.LayoutDirection.LeftToRight
        x = 9.0 if left_to_right else self.width() - 9.0 - size
        self._theme.draw_icon(
            painter, QRectF(x, (self.height() - size) / 2, size, size), IconName.SEARCH
        )
        if not self.text() and self._shortcut:
            font = self._theme.font(TextRole.MICRO)
            wide = QFontMetricsF(font).horizontalAdvance(self._shortcut)
            painter.setFont(font)
            painter.setPen(self._theme.text3)
            x = self.width() - 9.0 - wide if left_to_right else 9.0
            metrics = QFontMetricsF(font)
            base = (self.height() + metrics.ascent() - metrics.descent()) / 2
            painter.drawText(QPointF(x, base), self._shortcut)
        painter.end()
