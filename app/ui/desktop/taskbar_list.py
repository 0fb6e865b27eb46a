"""Progress on the button in the Windows taskbar, by ``ITaskbarList3``.

Job: call three methods of one COM object. Rule: whatever Windows refuses costs the bar and nothing else.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from typing import Any
from uuid import UUID

from app.core.logs import log_event

_CLASS = UUID("56FDF344-FD6D-11d0-958A-006097C9A090")
_INTERFACE = UUID("EA1AFB91-9E28-4B86-90E9-9E9F8A5EEFAF")
_IN_PROCESS = 1
_INIT, _SET_VALUE, _SET_STATE = 3, 9, 10
"""Places in the table of methods."""
_NO_PROGRESS = 0


if sys.platform == "win32":

    class TaskbarList:
        """The taskbar button of the window that ``window_id`` names."""

        def __init__(self, window_id: Callable[[], int]) -> None:
            self._window_id = window_id
            self._object: ctypes.c_void_p | None = None
            self._asked = False

        def show(self, percent: int | None) -> None:
            """Show it."""
            if not self._asked:
                self._asked = True
                self._make()
            window = ctypes.c_void_p(self._window_id())
            if percent is None:
                self._call(_SET_STATE, window, ctypes.c_int(_NO_PROGRESS))
            else:
                self._call(_SET_VALUE, window, ctypes.c_ulonglong(percent), ctypes.c_ulonglong(100))

        def _make(self) -> None:
            made = ctypes.c_void_p()
            # Qt has initialised COM on the thread of the windows.
            result = ctypes.windll.ole32.CoCreateInstance(
                _CLASS.bytes_le, None, _IN_PROCESS, _INTERFACE.bytes_le, ctypes.byref(made)
            )
            self._object = made
            if result < 0 or not made.value or self._call(_INIT) < 0:
                log_event("taskbar.no_progress", result=result)
                self._object = None

        def _call(self, place: int, *arguments: ctypes._SimpleCData[Any]) -> int:
            if self._object is None:
                return -1
            table = ctypes.cast(self._object, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p))).contents
            kinds = [type(argument) for argument in arguments]
            method = ctypes.WINFUNCTYPE(ctypes.c_long, ctypes.c_void_p, *kinds)(table[place])
            return int(method(self._object, *arguments))
