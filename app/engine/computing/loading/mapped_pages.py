"""Giving back the pages of a mapped model file.

Job: after matrices were rearranged into memory of their own, take the file's pages out of this
process: what is still used comes back by itself, from the system's cache, at the next touch. Rule: Linux
only, where a process may read its own map; elsewhere nothing happens and the system takes such pages
itself when memory becomes short. Nothing is lost: the pages are the file's, and never written to.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

_NOT_NEEDED = 4
"""Linux's ``MADV_DONTNEED``; of a mapped file, pages leave the process and stay in the cache."""
_MAP = Path("/proc/self/maps")


def give_back(parts: Sequence[Path]) -> bool:
    """Take every page of these files out of this process; says whether all of them went."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    try:
        numbers = {(facts.st_dev, facts.st_ino) for facts in map(os.stat, parts)}
        ranges = list(_ranges(_MAP.read_text("utf-8", "replace"), numbers))
    except (OSError, ValueError):
        return False
    advised = [libc.madvise(start, end - start, _NOT_NEEDED) == 0 for start, end in ranges]
    return bool(advised) and all(advised)


def _ranges(text: str, numbers: set[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield where these files are mapped; a line is ``from-to rights offset device inode path``."""
    for line in text.splitlines():
        where, rights, _offset, device, inode, *_path = line.split()
        major, minor = (int(number, 16) for number in device.split(":"))
        if rights.startswith("r-") and (os.makedev(major, minor), int(inode)) in numbers:
            start, end = (int(number, 16) for number in where.split("-"))
            yield start, end
