"""Where the window stood.

Job: keep the window's place, size and sidebar when it is told to, and bring them back where they can
still be seen. Rule: numbers only, never content; what was stored is not trusted, and a screen that has
gone or shrunk leaves no window out of reach.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRect, QSize
from PySide6.QtGui import QGuiApplication

from app.core.rules import settings as declared
from app.core.rules.settings import OFF, ON, Settings
from app.ui.views.window.main_window import SMALLEST, MainWindow
from app.ui.widgets.borrowed import screen_of

SEEN = (120, 40)
"""So much of the window's top must be on a screen, or nobody could take hold of it."""
_MAXIMISED = "maximised"
_FARTHEST = 100_000


class WindowPlace(QObject):
    """Brings the place of ``window`` back at once, from ``settings``."""

    def __init__(self, window: MainWindow, settings: Settings) -> None:
        super().__init__(window)
        self._window = window
        self._restore(settings)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Make room for the frame, whose size nobody knows before the desktop has put it around."""
        if event.type() == QEvent.Type.WindowActivate and watched is self._window:
            watched.removeEventFilter(self)
            window = self._window
            if not (window.isMaximized() or window.isFullScreen()):
                inside = within(window.frameGeometry(), window.geometry(), screen_of(window))
                if inside != window.geometry():
                    window.setGeometry(inside)
        return super().eventFilter(watched, event)

    def keep(self, settings: Settings) -> None:
        """Store in ``settings`` where the window stands now."""
        window = self._window
        normal = QRect(window.pos(), window.size())
        if window.isMaximized() or window.isFullScreen():
            normal = window.normalGeometry()
        numbers = (normal.x(), normal.y(), normal.width(), normal.height())
        words = [*map(str, numbers), *([_MAXIMISED] if window.isMaximized() else [])]
        settings.keep(declared.WINDOW_PLACE, " ".join(words))
        settings.keep(declared.SIDEBAR_WIDTH, float(window.frame.wanted_width))
        settings.keep(declared.SIDEBAR, ON if window.frame.stands_beside else OFF)

    def _restore(self, settings: Settings) -> None:
        window = self._window
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        largest = max((s.size() for s in screens), key=lambda s: s.width() * s.height(), default=QSize())
        if largest.isValid():
            # A screen of 911 by 512 points, as a laptop at 150 % has, is smaller than our least size.
            window.setMinimumSize(QSize(*SMALLEST).boundedTo(largest))
        stored = settings.word(declared.WINDOW_PLACE)
        place = fitted(read_place(stored), screens, window.size())
        window.resize(place.size())
        if stored:
            window.move(place.topLeft())
        window.frame.set_wanted_width(round(settings.number(declared.SIDEBAR_WIDTH)))
        window.frame.set_beside(settings.is_on(declared.SIDEBAR))
        if stored.endswith(_MAXIMISED):
            window.setWindowState(window.windowState() | window.windowState().WindowMaximized)


def within(frame: QRect, content: QRect, screen: QRect) -> QRect:
    """Return ``content`` made smaller and moved, so that its ``frame`` fits the screen."""
    edges = frame.size() - content.size()
    size = content.size().boundedTo(screen.size() - edges)
    left, above = content.left() - frame.left(), content.top() - frame.top()
    x = max(screen.left(), min(frame.left(), screen.right() + 1 - size.width() - edges.width()))
    y = max(screen.top(), min(frame.top(), screen.bottom() + 1 - size.height() - edges.height()))
    return QRect(x + left, y + above, size.width(), size.height())


def read_place(stored: str) -> QRect | None:
    """Return the stored place, None if it makes no sense."""
    pieces = stored.removesuffix(_MAXIMISED).split()
    try:
        x, y, width, height = (int(piece) for piece in pieces)
    except ValueError:
        return None
    if max(abs(x), abs(y), width, height) > _FARTHEST or min(width, height) <= 0:
        return None
    return QRect(x, y, width, height)


def fitted(place: QRect | None, screens: Sequence[QRect], usual: QSize) -> QRect:
    """Return ``place`` so that it fits the screens; the first screen's middle if none shows it."""
    if not screens:
        return place or QRect(0, 0, usual.width(), usual.height())
    top = QRect(place.x(), place.y(), place.width(), SEEN[1]) if place is not None else QRect()
    parts = [screen.intersected(top) for screen in screens]
    best = max(range(len(screens)), key=lambda n: parts[n].width() * parts[n].height())
    found = parts[best]
    if place is None or found.width() < SEEN[0] or found.height() < SEEN[1] // 2:
        size = (place.size() if place is not None else usual).boundedTo(screens[0].size())
        middle = QRect(screens[0].topLeft(), size)
        middle.moveCenter(screens[0].center())
        return middle
    screen = screens[best]
    size = place.size().boundedTo(screen.size())
    left = max(screen.left(), min(place.x(), screen.right() + 1 - size.width()))
    above = max(screen.top(), min(place.y(), screen.bottom() + 1 - size.height()))
    return QRect(left, above, size.width(), size.height())
