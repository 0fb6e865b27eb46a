"""One program per profile.

Job: hold a lock of the operating system on ``run.lock`` for as long as the vault is open. Rule: the
kernel's lock is the truth (it is gone when the process is gone, however it died); the file and what
stands in it decide nothing, so a file left behind never keeps anyone out.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from app.core.errors import UserError
from app.core.private_files import make_folder
from app.storage.files import trouble

LOCK_NAME = "run.lock"


class InstanceLock:
    """The lock of one profile, held until :meth:`release` or the end of the process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, profile: Path) -> InstanceLock:
        """Lock ``profile`` (made if needed).

        Raises UserError: "storage.already_open" if another process has it, or what the disk reports.
        """
        with trouble.in_words():
            make_folder(profile)
            descriptor = os.open(profile / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                _lock_now(descriptor)
            except OSError as error:
                os.close(descriptor)
                if isinstance(error, (BlockingIOError, PermissionError)):
                    raise UserError("storage.already_open") from error
                raise
        return cls(descriptor)

    @classmethod
    def is_taken(cls, profile: Path) -> bool:
        """Say whether another process has ``profile`` now; nothing is made or written."""
        try:
            descriptor = os.open(profile / LOCK_NAME, os.O_RDWR)
        except OSError:  # nobody has ever had it, or nobody can
            return False
        try:
            _lock_now(descriptor)
        except (BlockingIOError, PermissionError):
            return True
        except OSError:
            return False
        finally:
            os.close(descriptor)
        return False

    def release(self) -> None:
        """Give the profile back; calling it again does nothing."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def _lock_now(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        # One byte far beyond the content; the C library refuses with PermissionError when it is taken.
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
