"""Where the panels of the status strip open.

Job: open, place and close the ledger and the memory panel, and lead the keyboard in and back. Rule: at
most one is open; it stands above its group, over the composer while that is typed in, and at the side
where the text is too large for a card.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.theme import Theme
from app.ui.views.panels.popover import PANEL, WIDE, Popover
from app.ui.views.window.status_groups import StatusItem
from app.ui.views.window.status_strip import StatusStrip
from app.ui.widgets.access.focus_ring import FocusRing
from app.ui.widgets.access.focus_watch import follow_focus

MARGIN, ABOVE, OUT = 8, 8, 18
"""Least distance from the window's edge; from the strip; how far a card begins before its group."""
DOCKED_FROM = 1.75
"""From this text size on a panel stands at the side."""
MOST_OF_WINDOW = 0.62


class Popovers(QObject):
    """The panels of one window; ``host`` holds them, ``typed_in`` is the composer."""

    def __init__(
        self, theme: Theme, host: QWidget, strip: StatusStrip, ring: FocusRing, typed_in: QWidget
    ) -> None:
        super().__init__(host)
        self._theme = theme
        self._host = host
        self._strip = strip
        self._ring = ring
        self._typed_in = typed_in
        self._anchors: dict[Popover, StatusItem] = {}
        for watched in (host, strip):
            watched.installEventFilter(self)
        follow_focus(self._focus_changed)

    def add(self, popover: Popover, anchor: StatusItem) -> None:
        """Let ``popover`` open above ``anchor``."""
        popover.setParent(self._host)
        popover.hide()
        self._anchors[popover] = anchor
        self._ring.redirect(anchor, anchor.ground)
        anchor.clicked.connect(lambda: self.toggle(popover))
        popover.settled.connect(lambda: self._place(popover))
        popover.closed.connect(lambda inside: self._closed(popover, inside))
        popover.focus_wanted.connect(self._ring.move_focus)
        self._ring.redirect(popover, None)

    @property
    def shown(self) -> Popover | None:
        """The panel in sight."""
        return next((popover for popover in self._anchors if not popover.isHidden()), None)

    def set_theme(self, theme: Theme) -> None:
        """Hand ``theme`` to the panels."""
        self._theme = theme
        for popover in self._anchors:
            popover.set_theme(theme)
            self._place(popover)

    def toggle(self, popover: Popover) -> None:
        """Open ``popover``, or close it."""
        if popover.isHidden():
            self.open(popover)
        else:
            popover.leave()

    def open(self, popover: Popover) -> None:
        """Open ``popover``, if its group can be seen, with the keyboard on its first action."""
        before = self.shown
        if before is not None and before is not popover:
            before.leave()
        anchor = self._anchors[popover]
        if anchor.isHidden():
            return
        anchor.set_open(True)
        popover.appear()
        self._ring.move_focus(popover.first_action())
        self._place(popover)

    def _closed(self, popover: Popover, inside: bool) -> None:
        anchor = self._anchors[popover]
        anchor.set_open(False)
        if inside and not anchor.isHidden():
            self._ring.move_focus(anchor)

    def _focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        shown = self.shown
        if shown is None or shown.changing or now is None or now.window() is not self._host.window():
            return
        if shown is now or shown.isAncestorOf(now):
            shown.reveal(now)
        elif self._typed_in.isAncestorOf(now):
            self._place(shown)
        elif not (self._strip is now or self._strip.isAncestorOf(now)):
            shown.leave()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Follow the window and the strip."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutDirectionChange):
            shown = self.shown
            if shown is not None:
                self._place(shown)
        return False

    # --- places -----------------------------------------------------------------------------------

    def _place(self, popover: Popover) -> None:
        if popover.isHidden():
            return
        popover.setLayoutDirection(self._host.layoutDirection())
        room = QRect(0, 0, self._host.width(), self._strip.y())
        wide = min(self._theme.px(WIDE), room.width() - 2 * MARGIN)
        high = popover.height_for(wide)
        docked = self._theme.scale >= DOCKED_FROM
        popover.set_docked(docked)
        popover.setGeometry(self._side(room) if docked else self._above(popover, room, wide, high))
        popover.raise_()

    def _mirrored(self) -> bool:
        return self._host.layoutDirection() is Qt.LayoutDirection.RightToLeft

    def _side(self, room: QRect) -> QRect:
        wide = min(self._theme.px(PANEL), max(PANEL, round(room.width() * MOST_OF_WINDOW)))
        left = 0 if self._mirrored() else room.width() - wide
        return QRect(left, 0, wide, room.height())

    def _above(self, popover: Popover, room: QRect, wide: int, high: int) -> QRect:
        anchor = self._anchors[popover]
        corner = anchor.mapTo(self._host, QPoint(0, 0))
        left = corner.x() - OUT + anchor.reach
        if self._mirrored():
            left = corner.x() + anchor.width() + OUT - anchor.reach - wide
        left = max(MARGIN, min(left, room.width() - wide - MARGIN))
        bottom = room.height() - ABOVE
        focus = QApplication.focusWidget()
        if focus is not None and self._typed_in.isAncestorOf(focus):
            # What is being typed stays in sight, as long as the card fits above it.
            over = self._typed_in.mapTo(self._host, QPoint(0, 0)).y() - ABOVE
            bottom = over if over - MARGIN >= high else bottom
        high = min(high, bottom - MARGIN)
        return QRect(left, bottom - high, wide, high)
