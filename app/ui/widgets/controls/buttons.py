"""Buttons in the theme's looks.

Job: push buttons with words, and square ones with an icon only. Rule: an icon never stands without a
name: it is the tooltip and what a screen reader says.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind, set_kind
from app.ui.widgets.words.label import plain_tip

GAP = 4
_WEIGHTS = {Kind.PRIMARY: QFont.Weight.DemiBold, Kind.PRIMARY_TALL: QFont.Weight.DemiBold}


class Button(QPushButton):
    """A push button that Return presses as well as Space, in any window.

    What was begun elsewhere does not press it: a key that is still down from another control, the second
    half of a double click on a button whose place this one took.
    """

    _pressed_at = -1
    """When a button of the mouse went down on it (ms of the system's events), -1 for never."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the button by Return, once for each time; Qt does so only inside a dialog."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.click()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember that a double click began here."""
        self._pressed_at = event.timestamp()
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Press the button a second time, if the first was its own."""
        within = QApplication.doubleClickInterval()
        if self._pressed_at >= 0 and event.timestamp() - self._pressed_at <= within:
            super().mouseDoubleClickEvent(event)


class TextButton(Button):
    """A button whose words are its name; an optional icon stands before them."""

    def __init__(
        self,
        theme: Theme,
        text: str,
        kind: Kind = Kind.SECONDARY,
        *,
        icon: IconName | None = None,
        role: TextRole = TextRole.UI,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind = kind
        self._icon = icon
        self._role = role
        self._theme = theme
        set_kind(self, kind)
        self.setText(text)
        self.setAutoDefault(True)  # Return presses it, as Space does
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take fonts and colours of ``theme``."""
        self._theme = theme
        self.setFont(theme.font(self._role, _WEIGHTS.get(self._kind, QFont.Weight.Medium)))
        if self._icon is not None:
            colour = {
                Kind.PRIMARY: theme.on_accent,
                Kind.QUIET: theme.accent,
            }.get(self._kind, theme.text)
            mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
            self.setIcon(theme.icon(self._icon, colour, gap=-GAP if mirrored else GAP))
            self.setIconSize(QSize(theme.icon_size() + GAP, theme.icon_size()))

    def changeEvent(self, event: QEvent) -> None:
        """Keep the icon off the words, whichever way they run."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LayoutDirectionChange:
            self.set_theme(self._theme)


class IconButton(Button):
    """A square button with an icon; ``name`` is its tooltip and accessible name."""

    def __init__(
        self, theme: Theme, icon: IconName, name: str, *, hint: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon = icon
        set_kind(self, Kind.ICON)
        self.setAutoDefault(True)  # Return presses it, as Space does
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_name(name, hint)
        self.set_theme(theme)

    def set_name(self, name: str, hint: str = "") -> None:
        """Rename the button; ``hint`` is its shortcut, shown in the tooltip only."""
        self.setAccessibleName(name)
        self.setToolTip(plain_tip(f"{name} ({hint})" if hint else name))

    def set_theme(self, theme: Theme) -> None:
        """Take size and colour of ``theme``."""
        self.setIcon(theme.icon(self._icon))
        self.setIconSize(QSize(theme.icon_size(), theme.icon_size()))
        side = theme.px(28)
        self.setFixedSize(side, side)
