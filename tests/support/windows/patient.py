"""Waiting for what the window must come to, however busy the computer is.

Job: the ``qtbot`` of all tests here, whose waits end with what they wait for. Rule: how long one lasts
is no promise of the program, so only a test that fails ever uses its patience up; what must be quick is
measured in work, not in seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot

PATIENCE_MS = 50_000
"""Far more than anything takes, and less than a test may take in all."""


class PatientBot(QtBot):
    """Waits long enough by itself: no test names a time."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        """Return once ``callback`` holds; it is asked once more when the time is over."""
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE_MS, **more: Any) -> Any:
        """Wait for a signal of what is done inside the ``with``."""
        return super().waitSignal(signal, timeout=timeout, **more)

    def waitSignals(self, signals: Any, *, timeout: int = PATIENCE_MS, **more: Any) -> Any:
        """Wait for all of them."""
        return super().waitSignals(signals, timeout=timeout, **more)

    def waitActive(self, widget: Any, *, timeout: int = PATIENCE_MS) -> Any:
        """Wait until a window has the keyboard."""
        return super().waitActive(widget, timeout=timeout)

    def waitExposed(self, widget: Any, *, timeout: int = PATIENCE_MS) -> Any:
        """Wait until a window is on the screen."""
        return super().waitExposed(widget, timeout=timeout)
