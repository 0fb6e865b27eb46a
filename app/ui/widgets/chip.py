"""Something attached to a message: icon, name, a quiet detail, and a button that removes it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.type import MEDIUM
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.focus_ring import RADIUS_PROPERTY
from app.ui.widgets.icon_view import IconView
from app.ui.widgets.label import Label
from app.ui.widgets.panel import Card


class Chip(Card):
    """One attachment; ``removed`` when the person takes it away (button or Delete)."""

    removed = Signal()

    def __init__(
        self,
        theme: Theme,
        icon: IconName,
        name: str,
        remove_name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, "sunken", "line", 6, parent)
        self.setProperty(RADIUS_PROPERTY, 6)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self._icon = IconView(theme, icon, 14)
        self._name = Label(theme, name, TextRole.SMALL, "text", weight=MEDIUM)
        self._detail = Label(theme, "", TextRole.SMALL, "text3")
        self._remove = IconButton(theme, IconName.X, remove_name)
        self._remove.clicked.connect(self.removed)
        row = QHBoxLayout(self)
        row.setContentsMargins(9, 0, 0, 0)
        row.setSpacing(6)
        for part in (self._icon, self._name, self._detail, self._remove):
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        for part in (self._icon, self._name, self._detail, self._remove):
            part.set_theme(theme)
        self.setFixedHeight(theme.px(28))

    def set_detail(self, detail: str, spoken: str) -> None:
        """Show ``detail`` after the name; ``spoken`` is the whole chip for a screen reader."""
        self._detail.set_text(detail)
        self.setAccessibleName(spoken)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete and Backspace remove it."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        else:
            super().keyPressEvent(event)
