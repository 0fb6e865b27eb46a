"""Who is told where the keyboard went.

Job: tell the parts of windows that ask of every change of focus in the application. Rule: nothing that
is being taken apart is told.

A part's own method must not be connected to ``QApplication.focusChanged``. A window that goes gives up
the focus, and says so, while it goes: where Python's collector takes it apart, the method of its part is
already gone, and the call fails. Weak references end before the collector touches anything.
"""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakMethod

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

Follower = Callable[[QWidget | None, QWidget | None], None]
"""A bound method of a Qt object; takes the control that had the focus and the one that has it."""


def follow_focus(follower: Follower) -> None:
    """Call ``follower`` at every change of focus, for as long as its object lives."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    watch = application.findChild(_FocusWatch) or _FocusWatch(application)
    watch.add(follower)


class _FocusWatch(QObject):
    """The one of the application that is connected."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._followers: list[WeakMethod[Follower]] = []
        application.focusChanged.connect(self._tell)

    def add(self, follower: Follower) -> None:
        """Tell ``follower`` from now on."""
        self._followers = [kept for kept in self._followers if _living(kept) is not None]
        self._followers.append(WeakMethod(follower))

    def _tell(self, old: QWidget | None, now: QWidget | None) -> None:
        for kept in self._followers:
            follower = _living(kept)
            if follower is not None:
                follower(old, now)


def _living(kept: WeakMethod[Follower]) -> Follower | None:
    """Return the method while both halves of its object are there, Python's and Qt's."""
    follower = kept()
    if follower is None or not isValid(getattr(follower, "__self__", None)):
        return None
    return follower
