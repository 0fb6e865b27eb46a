"""What own-drawn widgets are to assistive technology.

Job: give a widget the role that Qt cannot guess, and hand Qt the interfaces of widgets that answer for
themselves. Rule: names, descriptions and states stay where they are set. A plain widget that has a name
is words if it is alone and a group if others lie in it; one without a name is only a frame.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget
from shiboken6 import isValid

Role = QAccessible.Role
ROLE_PROPERTY = "accessible_role"
_PLAIN = frozenset({"QWidget", "QFrame"})
"""The classes at which Qt's search ends when it knows nothing better of a widget."""
_kept: list[QAccessibleInterface] = []
_installed = False
LEAST_SWEEP = 256
"""How many interfaces are kept before those are looked for whose widgets are gone."""


class _Sweep:
    at = LEAST_SWEEP


def give_role(widget: QWidget, role: QAccessible.Role) -> None:
    """Let ``widget`` be a ``role`` to assistive technology."""
    widget.setProperty(ROLE_PROPERTY, role.value)


def install() -> None:
    """Let Qt ask here for interfaces, from the first call on."""
    global _installed  # noqa: PLW0603 - Qt keeps its factories for the process, and so do we
    if not _installed:
        _installed = True
        QAccessible.installFactory(_make)


class PlainWidget(QAccessibleWidget):
    """A widget that Qt has no interface of its own for."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget

    def role(self) -> QAccessible.Role:
        """Return what was given, or what name and children tell."""
        if not isValid(self._widget):  # Qt still asks while it takes a closed page apart
            return Role.Client
        given = self._widget.property(ROLE_PROPERTY)
        if given is not None:
            return Role(given)
        if self._widget.isWindow():
            return Role.Window
        if not self._widget.accessibleName():
            return Role.Client
        return Role.Grouping if self.childCount() else Role.StaticText


def _make(class_name: str, thing: QObject | None) -> Any:
    if not isinstance(thing, QWidget):
        return None
    make = getattr(thing, "make_accessible", None)
    if make is not None:
        return _keep(make())
    return _keep(PlainWidget(thing)) if class_name in _PLAIN else None


def _keep(made: QAccessibleInterface) -> QAccessibleInterface:
    """Keep Python's side of an interface until Qt has deleted its own.

    Let go any sooner, on ``destroyed`` for example, it would be deleted twice.
    """
    if len(_kept) >= _Sweep.at:
        _kept[:] = [each for each in _kept if isValid(each)]
        _Sweep.at = max(LEAST_SWEEP, 2 * len(_kept))
    _kept.append(made)
    return made
