"""A second start asks the first to come to the front.

Job: leave a sign at the lock of a profile that another program holds, and tell whether it was answered.
Rule: the time at which the lock's file was changed is the whole message, so that nobody opens a line and
nothing is written that could be read; where no answer comes, the second start says what it always said.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

from app.storage.files.instance_lock import LOCK_NAME, InstanceLock

ANSWER_NS = 946_684_800 * 10**9
"""The time that means "heard": the first second of the year 2000, which every file system can keep."""
PATIENCE_S = 3.0
"""A window that is busy hears late; who waits longer than this thinks that nothing happened."""
_LOOK_S = 0.05


def place(profile: Path) -> Path:
    """Return the file at which ``profile``'s holder is asked."""
    return profile / LOCK_NAME


def is_answered(profile: Path, patience_s: float = PATIENCE_S) -> bool:
    """Ask the program that has ``profile`` open to show itself; say whether it answered.

    False at once where nobody has it, or where the profile cannot be written.
    """
    if not InstanceLock.is_taken(profile):
        return False
    try:
        os.utime(place(profile))
    except OSError:
        return False
    pause = threading.Event()
    for _ in range(max(1, round(patience_s / _LOOK_S))):
        pause.wait(_LOOK_S)
        if _changed(profile) == ANSWER_NS:
            return True
    return False


def is_asked(profile: Path) -> bool:
    """Say whether somebody asks the holder of ``profile`` now."""
    return _changed(profile) not in {None, ANSWER_NS}


def _changed(profile: Path) -> int | None:
    """Return when the lock's file was changed, None where it is gone, which is no answer to anybody."""
    try:
        return place(profile).stat().st_mtime_ns
    except OSError:
        return None


def answer(profile: Path) -> None:
    """Say, as the holder of ``profile``, that it was heard; raises OSError as the system does."""
    os.utime(place(profile), ns=(ANSWER_NS, ANSWER_NS))
