"""Removed model files, until the program ends.

Job: move files into a folder beside where they lay, back again, and delete them for good later. Rule:
what is aside is on the same disk, so that both ways are a rename; it belongs to one running program,
and another one deletes it only when that no longer runs.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.core.errors import UserError
from app.core.logs import log_event
from app.core.private_files import make_folder
from app.library.files.regular_file import rename_new

ASIDE = ".removed"
_OWNED = re.compile(r"(?P<pid>[0-9]{1,10})-(?P<begun>[0-9]{1,20})-[0-9]{1,6}")
_STARTED = 19
"""Where Linux says when a process began, counted from what stands behind its name."""


@dataclass(frozen=True, slots=True)
class Removed:
    """What was moved aside: ``files`` where they lay, ``place`` the folder they lie in now."""

    files: tuple[Path, ...]
    place: Path


def put(folder: Path, files: tuple[Path, ...]) -> Removed:
    """Move files of ``folder`` aside, all or none. Raises UserError ``library.remove_failed``."""
    moved: list[Path] = []
    try:
        place = _new_place(folder)
        for file in files:
            file.rename(place / file.name)
            moved.append(file)
    except OSError as error:
        for file in moved:
            rename_new(place / file.name, file)
        log_event("shelf.remove_failed", errno=error.errno or 0)
        raise UserError("library.remove_failed") from None
    return Removed(files, place)


def take_back(removed: Removed) -> None:
    """Put files back. Raises UserError ``library.name_taken`` or ``undo_failed``."""
    if any(os.path.lexists(file) for file in removed.files):
        raise UserError("library.name_taken")
    try:
        for file in removed.files:
            rename_new(removed.place / file.name, file)
        removed.place.rmdir()
    except OSError:
        raise UserError("library.undo_failed") from None


def finish(folder: Path) -> list[str]:
    """Delete what this program moved aside; returns the files' names."""
    return _delete(folder, ours=True)


def tidy(folder: Path) -> list[str]:
    """Delete what programs moved aside that no longer run; returns the files' names."""
    return _delete(folder, ours=False)


def _new_place(folder: Path) -> Path:
    root = make_folder(folder / ASIDE)
    number = 0
    while (place := root / f"{_owner(os.getpid())}-{number}").exists():
        number += 1
    place.mkdir(mode=0o700)
    return place


def _delete(folder: Path, *, ours: bool) -> list[str]:
    names: list[str] = []
    root = folder / ASIDE
    try:
        if root.is_symlink() or not root.is_dir():
            return names
        for place in root.iterdir():
            owner = _OWNED.fullmatch(place.name)
            if owner is None or place.is_symlink() or not place.is_dir():
                continue  # nothing of ours
            mine = place.name.rpartition("-")[0] == _owner(os.getpid())
            if mine if ours else not (mine or _runs(owner)):
                names += [file.name for file in place.iterdir()]
                shutil.rmtree(place)
        if not any(root.iterdir()):
            root.rmdir()
    except OSError as error:  # a disk that was taken away; the next start tries again
        log_event("shelf.aside_kept", errno=error.errno or 0)
    return names


def _runs(owner: re.Match[str]) -> bool:
    pid = int(owner["pid"])
    return psutil.pid_exists(pid) and _owner(pid) == f"{pid}-{owner['begun']}"


def _owner(pid: int) -> str:
    """Return a name for a running program that no later one has, though numbers come again."""
    return f"{pid}-{_begun(pid)}"


def _begun(pid: int) -> int:
    """Return when a program began, the same as long as it runs; 0 where that cannot be said."""
    try:
        if sys.platform == "linux":
            # Counted from the system's start: the time of day may be set while a program runs.
            facts = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
            begun = int(facts.rpartition(")")[2].split()[_STARTED])
        else:
            begun = int(psutil.Process(pid).create_time() * 100)
    except (OSError, ValueError, IndexError, psutil.Error):
        begun = 0
    return begun
