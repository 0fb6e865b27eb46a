"""Whether a disk has room, with something left for the rest of the computer.

Job: free bytes of the disk under a folder, whether it holds long files at all, and a refusal before
anything large is written. Rule: a disk is never filled to its end: the system, the vault and other
programs keep a reserve.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from app.core.errors import UserError
from app.core.there import is_there
from app.library.files import mounts

GB = 10**9
LEAST_RESERVE = 2**30
MOST_RESERVE = 8 * 2**30
LARGEST_ON_FAT = 2**32 - 1
"""Bytes of the largest file that FAT32 holds."""
_SMALL_DISK_SHARE = 20
_MUCH = GB // 10
"""From so many bytes on, one digit behind the point is enough."""


def reserve_of(total: int) -> int:
    """Return how many bytes of a disk of ``total`` bytes stay free: a twentieth, 1 GiB to 8 GiB.

    A disk that is small itself (a stick, a test's) keeps a twentieth.
    """
    share = total // _SMALL_DISK_SHARE
    return share if total < 8 * LEAST_RESERVE else min(max(share, LEAST_RESERVE), MOST_RESERVE)


def free_bytes(folder: Path) -> int:
    """Return what is free on the disk under ``folder``, which need not exist yet.

    Raises UserError ``library.folder_unusable``.
    """
    return _usage(folder).free


def room(folder: Path) -> int:
    """Return what may still be written under ``folder``, the reserve taken off. Raises likewise."""
    usage = _usage(folder)
    return max(0, usage.free - reserve_of(usage.total))


def require(folder: Path, needed: int, *, to_the_end: bool = False) -> None:
    """Raise UserError ``library.no_space`` unless ``needed`` bytes may be written under ``folder``.

    ``to_the_end``: nothing need be left, as on a stick.
    """
    free = free_bytes(folder) if to_the_end else room(folder)
    if needed > free:
        raise UserError("library.no_space", needed=_in_gb_up(needed), free=_in_gb_down(free))


def is_fat(folder: Path) -> bool:
    """Return whether ``folder`` lies on a FAT file system, which holds no file of 4 GiB."""
    return mounts.kind_of(folder) in mounts.FAT


def require_whole(folder: Path, size: int) -> None:
    """Raise UserError ``library.fetch_small_files_only`` where no file may have ``size`` bytes."""
    if size > LARGEST_ON_FAT and is_fat(folder):
        raise UserError("library.fetch_small_files_only")


def in_gb(count: int) -> str:
    """Return bytes as a person reads them beside "GB": 12.1, or 0.004 for little."""
    return f"{count / GB:.1f}" if count >= _MUCH else f"{count / GB:.3f}"


def _in_gb_up(count: int) -> str:
    """Return the next figure above: what is needed and what is free are never told as the same."""
    step = _step(count)
    return in_gb(-(-count // step) * step)


def _in_gb_down(count: int) -> str:
    """Return the next figure below."""
    step = _step(count)
    return in_gb(count // step * step)


def _step(count: int) -> int:
    """Return what one more in the last digit means."""
    return GB // 10 if count >= _MUCH else GB // 1000


def _usage(folder: Path) -> shutil._ntuple_diskusage:
    place = folder.absolute()
    while not is_there(place) and place != place.parent:
        place = place.parent
    try:
        return shutil.disk_usage(place)
    except OSError:
        raise UserError("library.folder_unusable") from None
