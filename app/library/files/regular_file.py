"""Opens a file of somebody else's without being caught by what it is.

Job: a descriptor of a regular file, and what tells this file from another one. Rule: pipes, devices and
folders are refused without waiting for them; links are followed (who must not follow one looks first);
what was opened is judged, not what the name meant a moment before.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import UserError


@dataclass(frozen=True, slots=True)
class FileMark:
    """What tells that a file is still the same: size in bytes, last change in nanoseconds, number."""

    size: int
    changed_ns: int
    number: int


def mark_of(path: Path) -> FileMark | None:
    """Return the mark of the regular file at ``path`` (links followed); None where there is none."""
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return None
    return _mark(facts) if stat.S_ISREG(facts.st_mode) else None


def mark_of_open(file: io.FileIO) -> FileMark:
    """Return the mark of an open file; raises OSError."""
    return _mark(os.fstat(file.fileno()))


def open_regular(path: Path) -> io.FileIO:
    """Open for reading, unbuffered. Raises UserError ``library.missing`` or ``library.unreadable``."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    except FileNotFoundError:
        raise UserError("library.missing") from None
    except (OSError, ValueError):
        raise UserError("library.unreadable") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UserError("library.unreadable")
    return io.FileIO(descriptor, "rb")


def rename_new(source: Path, target: Path) -> None:
    """Rename, never over a file that is there; raises FileExistsError and OSError."""
    rename_all([source], [target])


def rename_all(sources: Sequence[Path], targets: Sequence[Path]) -> None:
    """Rename files that belong together, never over one that is there, all or none.

    Where the disk has links, all have their new names before one loses its old, so that whatever ends
    the program between leaves them together somewhere. Raises FileExistsError and OSError.
    """
    if os.name == "nt":
        _rename_each(sources, targets)  # refuses by itself
        return
    try:
        link_all(sources, targets)
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links
        if any(os.path.lexists(target) for target in targets):
            raise FileExistsError(errno.EEXIST, "there is one") from None
        _rename_each(sources, targets)
        return
    _drop(sources, targets)


def link_all(sources: Sequence[Path], targets: Sequence[Path]) -> None:
    """Give files second names, all or none of them. Raises FileExistsError and OSError."""
    made: list[Path] = []
    try:
        for source, target in zip(sources, targets, strict=True):
            os.link(source, target, follow_symlinks=False)
            made.append(target)
    except OSError:
        for target in made:
            target.unlink()
        raise


def _drop(sources: Sequence[Path], targets: Sequence[Path]) -> None:
    """Take the old names away, all or none: then the new ones go again."""
    done: list[tuple[Path, Path]] = []
    try:
        for source, target in zip(sources, targets, strict=True):
            source.unlink()
            done.append((source, target))
    except OSError:
        for source, target in done:
            os.link(target, source)
        for target in targets:
            target.unlink()
        raise


def _rename_each(sources: Sequence[Path], targets: Sequence[Path]) -> None:
    done: list[tuple[Path, Path]] = []
    try:
        for source, target in zip(sources, targets, strict=True):
            source.rename(target)
            done.append((source, target))
    except OSError:
        for source, target in done:
            target.rename(source)
        raise


def _mark(facts: os.stat_result) -> FileMark:
    return FileMark(facts.st_size, facts.st_mtime_ns, facts.st_ino)
