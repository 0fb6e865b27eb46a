"""A drop-down box and a check box drawn from the theme."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.type import MEDIUM
from app.ui.widgets.words.text_layout import own_way

BOX = 16


class DropDown(QComboBox):
    """A drop-down box with the theme's chevron."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        self.setFont(theme.font(TextRole.UI, MEDIUM))
        self.view().setFont(theme.font(TextRole.UI))
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box and its chevron."""
        super().paintEvent(event)
        size = float(self._theme.icon_size())
        x = self.width() - size - 9
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            x = 9.0
        painter = QPainter(self)
        area = QRectF(x, (self.height() - size) / 2, size, size)
        self._theme.draw_icon(painter, area, IconName.CHEVRON_DOWN)
        painter.end()


class CheckBox(QCheckBox):
    """A check box with the theme's edge and tick."""

    def __init__(self, theme: Theme, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        self.setFont(theme.font(TextRole.UI))
        self.setMinimumHeight(theme.px(28))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the box, a gap and the words."""
        side = self._theme.icon_size(BOX)
        words = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(side + 10 + words + 2, self._theme.px(28))

    def minimumSizeHint(self) -> QSize:
        """Return the same as the size hint."""
        return self.sizeHint()

    def hitButton(self, pos: object) -> bool:  # noqa: ARG002 - all of it is the button
        """Take a click anywhere on box and words."""
        return True

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw box, tick and words."""
        theme = self._theme
        side = float(theme.icon_size(BOX))
        left_to_right = self.layoutDirection() is Qt.LayoutDirection.LeftToRight
        x = 0.0 if left_to_right else self.width() - side
        box = QRectF(x, (self.height() - side) / 2, side, side)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        checked = self.isChecked()
        painter.setPen(QPen(theme.accent if checked else theme.edge, 1))
        painter.setBrush(theme.accent if checked else theme.raised)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        if checked:
            theme.draw_icon(painter, box.adjusted(2, 2, -2, -2), IconName.CHECK, theme.on_accent)
        painter.setPen(theme.text if self.isEnabled() else theme.text3)
        painter.setFont(self.font())
        lead = int(side) + 10
        area = self.rect().adjusted(lead if left_to_right else 0, 0, 0 if left_to_right else -lead, 0)
        words = own_way(self.text(), mirrored=not left_to_right)
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading), words)
        painter.end()
