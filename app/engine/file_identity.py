"""Whether a model file is still the one that was loaded.

Job: take note of a file's size, time and place on the disk, and compare later. Rule: asks the system
only, never opens or reads; a file that cannot be asked about counts as changed.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

MOST_PARTS = 512
_PART = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """Size in bytes, time of the last change in nanoseconds, and the number of the file on its disk."""

    size: int
    changed_ns: int
    number: int


def identity_of(file: Path | int) -> FileIdentity | None:
    """Return the identity of a path or an open file's descriptor; None when it cannot be had."""
    try:
        facts = os.stat(file)  # noqa: PTH116 - a descriptor has no Path
    except (OSError, ValueError):
        return None
    return FileIdentity(facts.st_size, facts.st_mtime_ns, facts.st_ino)


def part_paths(path: Path) -> tuple[Path, ...]:
    """Return all parts of a split model file in order, told by its name; else just ``path``.

    A split file's parts are called ``NAME-00001-of-0000N.gguf`` and lie side by side; any of them stands
    for all. The parts need not exist.
    """
    found = _PART.fullmatch(path.name)
    if not found or not 1 <= int(found["number"]) <= int(found["count"]) <= MOST_PARTS:
        return (path,)
    count = int(found["count"])
    return tuple(
        path.with_name(f"{found['stem']}-{number:05}-of-{count:05}.gguf")
        for number in range(1, count + 1)
    )


def identities(path: Path) -> tuple[FileIdentity | None, ...]:
    """Return the identity of every part of the model file at ``path``."""
    return tuple(identity_of(part) for part in part_paths(path))
