"""What the program denies others of itself.

Job: no core files and no reading of this process by others of the same user, so that a crash leaves
no words behind. Rule: called once, first thing, by every process; what the system refuses is no error.
"""

from __future__ import annotations

import ctypes
import sys

_PR_SET_DUMPABLE = 4


def harden_this_process() -> None:
    """Forbid core dumps, and on Linux attaching and reading this process's memory."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        zero = ctypes.c_ulong(0)
        ctypes.CDLL(None).prctl(ctypes.c_int(_PR_SET_DUMPABLE), zero, zero, zero, zero)
