"""llama.cpp may speak at any time: what hears it is never freed, and says nothing for the dead."""

from __future__ import annotations

import ctypes
import gc
import weakref
from typing import Any

from app.engine.computing.loading.llama_log import hear


class Library:
    """What keeps a function as llama.cpp does: without holding it."""

    llama_log_callback = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)

    def __init__(self) -> None:
        self.kept: weakref.ref[Any] | None = None

    def llama_log_set(self, callback: Any, _data: object) -> None:
        """Remember the function only."""
        self.kept = weakref.ref(callback)

    def say(self, text: bytes) -> None:
        """Call it."""
        assert self.kept is not None
        callback = self.kept()
        assert callback is not None, "llama.cpp would call memory that was freed"
        callback(2, text, None)


class Listener:
    """What a backend is to the log."""

    def __init__(self, library: Library) -> None:
        self.heard: list[bytes] = []
        self.itself = self  # as a backend that stands in a cycle
        hear(library, self.take)

    def take(self, _level: int, text: bytes) -> None:
        self.heard.append(text)


def test_a_line_reaches_the_listener() -> None:
    library = Library()
    listener = Listener(library)
    library.say(b"loading")
    assert listener.heard == [b"loading"]


def test_the_function_outlives_its_listener() -> None:
    library = Library()
    listener = weakref.ref(Listener(library))
    gc.collect()
    assert listener() is None, "the log keeps no backend alive"
    library.say(b"freeing")
