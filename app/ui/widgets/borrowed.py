"""What Qt lends: screens, the next control in the focus chain, the one a window's keyboard is at.

Job: ask for them without becoming their owner. Rule: nobody else calls ``screen()``,
``nextInFocusChain()`` or a widget's ``focusWidget()``.

PySide counts what these return as a child of the widget that was asked. When Python takes that widget
apart, it frees the "child" as well: the only screen there is, or a control that is still on it.
"""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget


def screen_of(widget: QWidget) -> QRect:
    """Return the whole area of the screen that the widget's window is on, else of the first one."""
    return _screens(widget)[0]


def room_on_screen(widget: QWidget) -> QRect:
    """Return the same without what the desktop keeps for its bars."""
    return _screens(widget)[1]


def _screens(widget: QWidget) -> tuple[QRect, QRect]:
    middle = widget.window().frameGeometry().center()
    areas = [(one.geometry(), one.availableGeometry()) for one in QGuiApplication.screens()]
    return next((both for both in areas if both[0].contains(middle)), areas[0])


def next_in_chain(widget: QWidget) -> QWidget:
    """Return what Qt has after ``widget`` in its order of Tab; any widget, also a hidden one."""
    step = widget.nextInFocusChain()
    assert step is not None, "the chain is a ring"
    step.setParent(step.parentWidget())  # changes nothing in Qt; says whose it is to PySide
    return step


def keyboard_of(widget: QWidget) -> QWidget | None:
    """Return the control of the window of ``widget`` that has the keyboard, None for none.

    Behind another window: the one that has it again when the window comes forward.
    """
    held = widget.window().focusWidget()
    if held is not None:
        held.setParent(held.parentWidget())
    return held
