"""How the conversation page divides its room.

Job: sidebar, pane and strip, with a sidebar that can be made wider and that covers the pane in a
narrow window. Rule: widths are kept within their bounds whatever the window or the text size.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.core import texts
from app.ui.theme import Theme
from app.ui.views.window.status_strip import StatusStrip
from app.ui.widgets.access.roles import give_role

NARROWEST, WIDEST, USUAL = 200, 360, 264
COVERS_BELOW = 1040
KEY_STEP = 16
GRIP = 7


class Grip(QWidget):
    """The line between sidebar and pane; drag it, or focus it and use the arrow keys."""

    moved_to = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        give_role(self, QAccessible.Role.Splitter)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``."""
        self._theme = theme
        self.update()

    def tell_width(self, pixels: int) -> None:
        """Let assistive technology say how wide the sidebar is."""
        name = texts.text("ui.sidebar.width", pixels=str(pixels))
        if name != self.accessibleName():
            self.setAccessibleName(name)

    def middle(self) -> int:
        """Return where the line stands in the parent."""
        return self.x() + GRIP // 2

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.moved_to.emit(self.mapToParent(event.position().toPoint()).x())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right move the line by a step."""
        step = {Qt.Key.Key_Left: -KEY_STEP, Qt.Key.Key_Right: KEY_STEP}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.moved_to.emit(self.middle() + step)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the hairline, or an accent line while it has the focus."""
        painter = QPainter(self)
        focused = self.hasFocus()
        painter.fillRect(
            GRIP // 2,
            0,
            2 if focused else 1,
            self.height(),
            self._theme.accent if focused else self._theme.line,
        )
        painter.end()


class Frame(QWidget):
    """``cover_changed`` tells whether the sidebar covers the pane (and starts closed).

    ``sidebar_changed`` tells whether it can be seen.
    """

    cover_changed = Signal(bool)
    sidebar_changed = Signal(bool)

    def __init__(
        self,
        theme: Theme,
        sidebar: QWidget,
        pane: QWidget,
        strip: StatusStrip,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sidebar, self._pane, self._strip = sidebar, pane, strip
        self._wanted = USUAL
        self._covers = False
        self._open = False
        self._beside = True
        self._was_open: bool | None = None
        self._cover: QWidget | None = None
        for widget in (sidebar, pane, strip):
            widget.setParent(self)
        self.grip = Grip(theme, self)
        self.grip.moved_to.connect(self._drag)
        strip.height_changed.connect(self._arrange)

    @property
    def covers(self) -> bool:
        """Whether the sidebar covers the pane instead of standing beside it."""
        return self._covers

    @property
    def sidebar_open(self) -> bool:
        """Whether the sidebar can be seen."""
        return self._open if self._covers else self._beside

    @property
    def stands_beside(self) -> bool:
        """Whether the person wants the sidebar beside the pane where there is room."""
        return self._beside

    @property
    def sidebar_width(self) -> int:
        """The sidebar's width in pixels."""
        return max(NARROWEST, min(WIDEST, self._theme.px(self._wanted)))

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        self.grip.set_theme(theme)
        self._arrange()

    def set_sidebar_open(self, shown: bool) -> None:
        """Open the sidebar; close one that covers the pane, one that stands beside it stays."""
        self._open = shown
        self._beside = self._beside or (shown and not self._covers)
        self._arrange()

    def set_beside(self, beside: bool) -> None:
        """Let the sidebar stand beside the pane where there is room, or stay hidden there too."""
        self._beside = beside
        self._arrange()

    def set_cover(self, cover: QWidget | None) -> None:
        """Let ``cover`` stand in the place of sidebar and pane, above the strip; None takes it away."""
        before, self._cover = self._cover, cover
        if before is not None and before is not cover:
            before.hide()
            before.deleteLater()
        if cover is not None:
            cover.setParent(self)
            cover.show()
        self._pane.setVisible(cover is None)
        self._arrange()

    @property
    def cover(self) -> QWidget | None:
        """What stands in the place of sidebar and pane."""
        return self._cover

    @property
    def wanted_width(self) -> int:
        """The width that the sidebar was given, in pixels at 100 % text."""
        return self._wanted

    def set_wanted_width(self, pixels: int) -> None:
        """Give the sidebar a width in pixels at 100 % text."""
        self._wanted = max(NARROWEST, min(WIDEST, pixels))
        self._arrange()

    def set_sidebar_width(self, pixels: int) -> None:
        """Make the sidebar as wide as allowed near ``pixels``."""
        self._wanted = round(max(NARROWEST, min(WIDEST, pixels)) / self._theme.scale)
        self._arrange()

    def _drag(self, x: int) -> None:
        right_to_left = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        self.set_sidebar_width(self.width() - x if right_to_left else x)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Divide the room anew."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        covers = self.width() < COVERS_BELOW
        if covers != self._covers:
            self._covers = covers
            self._open = False
            self.cover_changed.emit(covers)
        width = self.width()
        strip_height = self._strip.height_for(width)
        room = self.height() - strip_height
        self._strip.setGeometry(0, room, width, strip_height)
        shown = self.sidebar_open and self._cover is None
        side = self.sidebar_width if shown or covers else 0
        if self._cover is not None:
            self._cover.setGeometry(0, 0, width, room)
        left = 0 if covers else side
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        self._pane.setGeometry(0 if mirrored else left, 0, width - left, room)
        self._sidebar.setGeometry(width - side + 1 if mirrored else 0, 0, side - 1, room)
        self._sidebar.setVisible(shown)
        line = width - side if mirrored else side - 1
        self.grip.setGeometry(line - GRIP // 2, 0, GRIP, room)
        self.grip.setVisible(shown)
        self.grip.tell_width(self.sidebar_width)
        if covers and shown:
            self._sidebar.raise_()
        else:
            self._sidebar.lower()  # assistive technology reads from the bottom up: it comes first
        self.grip.raise_()
        if self._was_open is not self.sidebar_open:
            self._was_open = self.sidebar_open
            self.sidebar_changed.emit(self.sidebar_open)
