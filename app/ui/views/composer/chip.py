"""Something attached to a message: icon, name, a quiet detail, and buttons that take it away.

Job: one chip. Rule: Delete removes it; text that was pasted can also be put back where it came from.
"""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.theme.theme import Themed
from app.ui.theme.type import MEDIUM
from app.ui.widgets.access.focus_ring import RADIUS_PROPERTY
from app.ui.widgets.controls.buttons import IconButton, TextButton
from app.ui.widgets.drawings.icon_view import IconView
from app.ui.widgets.surfaces.panel import Card
from app.ui.widgets.words.label import Label, plain_tip


class Chip(Card):
    """One attachment; ``removed`` when the person takes it away (button or Delete).

    ``put_back`` (the words of a second button; "" for none) when its text shall stand in the message.
    """

    removed = Signal()
    put_back = Signal()

    def __init__(
        self,
        theme: Theme,
        icon: IconName,
        name: str,
        remove_name: str,
        *,
        put_back: str = "",
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
        self.back = TextButton(theme, put_back, Kind.QUIET, role=TextRole.SMALL)
        self.back.clicked.connect(self.put_back)
        self.back.setVisible(bool(put_back))
        row = QHBoxLayout(self)
        row.setContentsMargins(9, 0, 0, 0)
        row.setSpacing(6)
        self._parts: tuple[Themed, ...] = (
            *(self._icon, self._name, self._detail),
            *(self.back, self._remove),
        )
        for part in (self._icon, self._name, self._detail, self.back, self._remove):
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(*self._parts)
        self.back.setFixedHeight(theme.px(26))
        self.setFixedHeight(theme.px(28))

    def follow(self, before: QWidget) -> QWidget:
        """Let Tab come here after ``before``; returns what comes last in here."""
        order = (before, self, self.back, self._remove)
        for one, other in pairwise(order):
            QWidget.setTabOrder(one, other)
        return self._remove

    @property
    def has_keyboard(self) -> bool:
        """Whether it or one of its buttons has the focus."""
        return self.hasFocus() or self.back.hasFocus() or self._remove.hasFocus()

    def tell(self, name: str) -> None:
        """Show the whole name where the pointer rests: the chip's own may be cut."""
        self.setToolTip(plain_tip(name))

    def explain_put_back(self, name: str, why_not: str) -> None:
        """Name the second button for those who cannot see where it stands; a reason disables it."""
        self.back.setAccessibleName(name)
        self.back.setToolTip(plain_tip(why_not or name))
        self.back.setAccessibleDescription(why_not)
        self.back.setEnabled(not why_not)

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
