"""Linux: what a process may ask of the kernel about itself.

Job: the few ``prctl`` options this program uses, by name. Rule: every argument has the width the kernel
expects; a refusal is an OSError, and whether that matters is the caller's to say.
"""

from __future__ import annotations

import ctypes

DEATH_SIGNAL = 1
"""The signal this process gets when the thread that started it ends."""
DUMPABLE = 4
"""0: no core file, and nobody but root reads this process's memory or its files under /proc."""
NO_NEW_PRIVILEGES = 38
"""1: no program started from here gains rights; a confinement needs it."""


def set_option(option: int, value: int) -> None:
    """Set one option of this process; raises OSError when the kernel refuses."""
    libc = ctypes.CDLL(None, use_errno=True)
    zero = ctypes.c_ulong(0)
    if libc.prctl(ctypes.c_int(option), ctypes.c_ulong(value), zero, zero, zero):
        raise OSError(ctypes.get_errno(), "prctl")
