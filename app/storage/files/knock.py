"""A second start asks the first to come to the front.

Job: leave a sign at the lock of a profile that another program holds, or at that of a window which waits
to open it, and tell whether it was answered. Rule: the time at which a lock's file was changed is the
whole message, so that nobody opens a line and nothing is written that could be read; where no answer
comes, the second start says what it always said. The lock of a window that waits lets nobody in and
keeps nobody out: it only tells that somebody is there to be asked.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

from app.core.file_lock import lock
from app.core.logs import log_event
from app.storage.files.instance_lock import LOCK_NAME, InstanceLock

WAITING_NAME = "window.lock"
ANSWER_NS = 946_684_800 * 10**9
"""The time that means "heard": the first second of the year 2000, which every file system can keep."""
PATIENCE_S = 3.0
"""A window that is busy hears late; who waits longer than this thinks that nothing happened."""
_LOOK_S = 0.05


class Waiting:
    """Held by the window that waits for the passphrase of a profile, until it is opened or left."""

    def __init__(self, place: Path, descriptor: int) -> None:
        self._place, self._descriptor = place, descriptor

    @classmethod
    def take(cls, profile: Path) -> Waiting | None:
        """Begin to wait; None where another window does already, or where nothing can be written."""
        place, descriptor = waiting_place(profile), -1
        try:
            descriptor = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
            lock(descriptor)
        except OSError as error:
            log_event("knock.not_waiting", errno=error.errno or 0)
            if descriptor >= 0:
                os.close(descriptor)
            return None
        return cls(place, descriptor)

    def release(self) -> None:
        """Wait no longer; the profile is left without the file. Calling it again does nothing."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
            with suppress(OSError):  # a file that stays asks nobody
                self._place.unlink()


def place(profile: Path) -> Path:
    """Return the file at which ``profile``'s holder is asked."""
    return profile / LOCK_NAME


def waiting_place(profile: Path) -> Path:
    """Return the file at which the window that waits to open ``profile`` is asked."""
    return profile / WAITING_NAME


def is_answered(profile: Path, patience_s: float = PATIENCE_S) -> bool:
    """Ask the program that has ``profile`` open, or waits to open it, to show itself.

    Returns whether it answered; False at once where there is none, or where nothing can be written.
    """
    if InstanceLock.is_taken(profile):
        return _answers(place(profile), patience_s)
    asked = waiting_place(profile)
    return _is_locked(asked) and _answers(asked, patience_s)


def _answers(asked: Path, patience_s: float) -> bool:
    try:
        os.utime(asked)
    except OSError:
        return False
    pause = threading.Event()
    for _ in range(max(1, round(patience_s / _LOOK_S))):
        pause.wait(_LOOK_S)
        if _changed(asked) == ANSWER_NS:
            return True
    return False


def _is_locked(file: Path) -> bool:
    try:
        descriptor = os.open(file, os.O_RDWR)
    except OSError:
        return False
    try:
        lock(descriptor)
    except (BlockingIOError, PermissionError):
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


def is_asked(asked: Path) -> bool:
    """Say whether somebody asks at this place now."""
    return _changed(asked) not in {None, ANSWER_NS}


def _changed(asked: Path) -> int | None:
    """Return when the lock's file was changed, None where it is gone, which is no answer to anybody."""
    try:
        return asked.stat().st_mtime_ns
    except OSError:
        return None


def answer(asked: Path) -> None:
    """Say, as the one who is asked at this place, that it was heard; raises OSError."""
    os.utime(asked, ns=(ANSWER_NS, ANSWER_NS))
