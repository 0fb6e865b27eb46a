"""What kind of disk a file lies on, and whether it was unplugged since.

Job: name the file system under a path, and the time a disk was last plugged in where that matters. Rule:
asks the system only. FAT gives its files new numbers whenever it is mounted, and may give an old one to
another file: there size, time and number alone do not tell that a file is the same as before.
"""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

import psutil

from app.library.files.boot import this_boot

FAT = frozenset({"vfat", "msdos", "fat", "fat16", "fat32", "umsdos"})
_RENUMBERED = FAT | {"exfat"} if sys.platform == "linux" else FAT
"""File systems whose files have no number that lasts."""
_THIS_RUN = uuid.uuid4().hex
"""Stands for the plugging in where the system does not tell of it: no note outlasts the program then."""


def kind_of(path: Path) -> str:
    """Return the name of the file system that ``path`` lies on, in small letters; "" if nobody says.

    The path itself need not exist.
    """
    try:
        real = path.resolve()
        mounted = psutil.disk_partitions(all=True)
    except (OSError, RuntimeError, psutil.Error):
        return ""
    mounts = [
        (len(Path(mount.mountpoint).parts), number, mount.fstype.lower())
        for number, mount in enumerate(mounted)
        if real.is_relative_to(mount.mountpoint)
    ]
    return max(mounts)[2] if mounts else ""


def plugged_in(path: Path) -> str:
    """Return a name for the time since when the disk of a file is there.

    It is another one after the disk was away, and after a restart of the system. Empty where files have
    numbers that last: then nothing need be known of their disk.
    """
    return (insertion_of(path) or _THIS_RUN) if kind_of(path) in _RENUMBERED else ""


def insertion_of(path: Path) -> str:
    """Return how Linux counts the plugging in of the disk that a file lies on; "" where it does not."""
    try:
        device = os.stat(path).st_dev  # noqa: PTH116 - nothing but the device is wanted
        node = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}").resolve(strict=True)
        # A part of a disk counts with the disk.
        counter = next(each for each in (node / "diskseq", node.parent / "diskseq") if each.is_file())
        return f"{this_boot()} {counter.read_text('ascii').strip()}"
    except (OSError, AttributeError, StopIteration):
        return ""
