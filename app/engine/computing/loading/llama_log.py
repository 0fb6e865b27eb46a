"""Hearing llama.cpp's log.

Job: give llama.cpp the one function it passes its lines to. Rule: that function lives as long as the
process. llama.cpp keeps the last one it was given, also when the backend that gave it is gone, and
speaks whenever any model or context is made or freed.
"""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Callable
from typing import Any

_given: list[Any] = []


def hear(library: Any, listener: Callable[[int, bytes], None]) -> None:
    """Pass level and text of each line to ``listener``, a method, for as long as its object lives."""
    reference = weakref.WeakMethod(listener)

    def pass_on(level: int, text: bytes, _data: object) -> None:
        heard = reference()
        if heard is not None:
            heard(level, text)

    callback = library.llama_log_callback(pass_on)
    _given.append(callback)
    library.llama_log_set(callback, ctypes.c_void_p(0))
