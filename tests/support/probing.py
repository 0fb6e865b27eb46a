"""A child that tries for a test what it must not, and whether the kernel here can refuse it."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

from app.children.child import Child
from app.children.confine import landlock


def has_landlock() -> bool:
    """Say whether this kernel keeps a process from files."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return landlock.abi_version(libc) > 0


class Trying:
    """Asks a child of the role ``probe``."""

    def __init__(self, child: Child) -> None:
        self._channel = child.channel
        self.pid = child.pid

    def ask(self, **request: Any) -> dict[str, Any]:
        """Return what the child answers."""
        self._channel.send(request)
        answer = self._channel.receive(20)
        assert answer is not None
        return answer
