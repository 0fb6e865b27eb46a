"""One program per profile.

Job: hold a lock of the operating system on ``run.lock`` for as long as the vault is open. Rule: the
kernel's lock is the truth (it is gone when the process is gone, however it died); the file and what
stands in it decide nothing, so a file left behind never keeps anyone out. Nor does its removal let
anyone in: where a file in use can be deleted, the folder is locked as well.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from app.core.errors import UserError
from app.core.file_lock import lock
from app.core.private_files import make_folder
from app.storage.files import trouble

LOCK_NAME = "run.lock"


class InstanceLock:
    """The lock of one profile, held until :meth:`release` or the end of the process."""

    def __init__(self, descriptors: list[int]) -> None:
        self._descriptors = descriptors

    @classmethod
    def take(cls, profile: Path) -> InstanceLock:
        """Lock ``profile`` (made if needed).

        Raises UserError: "storage.already_open" if another process has it, or what the disk reports.
        """
        held: list[int] = []
        with trouble.in_words():
            make_folder(profile)
            try:
                held.append(os.open(profile / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600))
                lock(held[0])
                held += _locked_folder(profile)
            except OSError as error:
                _close(held)
                if isinstance(error, (BlockingIOError, PermissionError)) and held:
                    raise UserError("storage.already_open") from error
                raise
        return cls(held)

    @classmethod
    def is_taken(cls, profile: Path) -> bool:
        """Say whether another process has ``profile`` now; nothing is made or written."""
        held: list[int] = []
        try:
            _close(_locked_folder(profile))
            held.append(os.open(profile / LOCK_NAME, os.O_RDWR))
            lock(held[0])
        except BlockingIOError:
            return True
        except PermissionError:  # of the lock, or of the file, which then is nobody's to have
            return bool(held)
        except OSError:  # nobody has ever had it, or nobody can
            return False
        finally:
            _close(held)
        return False

    def release(self) -> None:
        """Give the profile back; calling it again does nothing."""
        descriptors, self._descriptors = self._descriptors, []
        _close(descriptors)


def _close(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _locked_folder(profile: Path) -> list[int]:
    """Lock the folder itself and return its descriptor; none where that is not needed or not known.

    Raises BlockingIOError where another process has it.
    """
    if sys.platform == "win32":  # a file that is open stays
        return []
    try:
        folder = os.open(profile, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return []
    try:
        lock(folder)
    except OSError as error:
        os.close(folder)
        if isinstance(error, BlockingIOError):
            raise
        return []  # disks of a network know locks of files only
    return [folder]
