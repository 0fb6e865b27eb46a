"""A file, or a folder, that one program has at a time.

Job: take the system's own lock, which ends with the descriptor or with the process, however that ends.
Rule: it never waits, and what the file holds stays readable to others.
"""

from __future__ import annotations

import os
import sys

_BEHIND_ALL = 2**62
"""Windows locks bytes, not files, and nobody else may read them: one far behind the last is taken."""


def lock(descriptor: int) -> None:
    """Take the lock of an open file; its position is then the beginning, where it was before.

    Raises OSError: BlockingIOError where another process has it (PermissionError on Windows), or what a
    disk says that has no locks.
    """
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, _BEHIND_ALL, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
