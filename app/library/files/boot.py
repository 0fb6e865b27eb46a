"""Which run of the operating system this is.

Job: a name for it that is another after a restart. Rule: asks the system only; nothing is kept here.
"""

from __future__ import annotations

from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def this_boot() -> str:
    """Return the name of this run of the system."""
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        import psutil

        return str(int(psutil.boot_time()))
