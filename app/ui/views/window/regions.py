"""The regions of the window and the keyboard's way between and inside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.ui.widgets.borrowed import next_in_chain


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the window; ``entry`` names the control that F6 goes to (None: the first one)."""

    widget: QWidget
    entry: Callable[[], QWidget | None] | None

    def holds(self, widget: QWidget | None) -> bool:
        """Return True if ``widget`` is the region or inside it."""
        return widget is not None and (widget is self.widget or self.widget.isAncestorOf(widget))

    def target(self) -> QWidget | None:
        """Return the control that takes the focus, None if there is none to be seen."""
        if not self.widget.isVisible():
            return None
        wanted = self.entry() if self.entry is not None else None
        if wanted is not None and can_focus(wanted):
            return wanted
        controls = controls_of(self.widget)
        return controls[0] if controls else None


def can_focus(widget: QWidget) -> bool:
    """Return True if Tab may stop at ``widget``."""
    return (
        widget.isVisible()
        and widget.isEnabled()
        and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        and widget.focusProxy() is None
    )


def controls_of(region: QWidget) -> list[QWidget]:
    """Return the controls of a region in Tab order."""
    found = [region] if can_focus(region) else []
    step = next_in_chain(region)
    while step is not region:
        if region.isAncestorOf(step) and can_focus(step):
            found.append(step)
        step = next_in_chain(step)
    return found


def cycle_region(regions: Sequence[Region], focus: QWidget | None, step: int) -> QWidget | None:
    """Return where F6 (step 1) or Shift+F6 (step -1) goes from ``focus``."""
    here = next((i for i, region in enumerate(regions) if region.holds(focus)), None)
    if here is None:
        here = -1 if step > 0 else 0
    for distance in range(1, len(regions) + 1):
        target = regions[(here + step * distance) % len(regions)].target()
        if target is not None:
            return target
    return None


def next_in_region(regions: Sequence[Region], focus: QWidget | None, *, forward: bool) -> QWidget | None:
    """Return where Tab goes inside the region of ``focus``, None if there is nothing else in it."""
    region = next((region for region in regions if region.holds(focus)), None)
    if region is None or focus is None:
        return None
    controls = controls_of(region.widget)
    if not controls:
        return None
    place = next((i for i, control in enumerate(controls) if control is focus), None)
    if place is None:
        return controls[0]
    to = controls[(place + (1 if forward else -1)) % len(controls)]
    return None if to is focus else to
