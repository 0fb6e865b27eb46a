"""Whether a model file is still the one that was loaded.

Job: take note of a file's size, time and place on the disk, and compare later. Rule: asks the system
only, never opens or reads; a file that cannot be asked about counts as changed.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from app.core.model_parts import part_paths


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


def identities(path: Path) -> tuple[FileIdentity | None, ...]:
    """Return the identity of every part of the model file at ``path``."""
    return tuple(identity_of(part) for part in part_paths(path))


def source_of(path: Path) -> str:
    """Return a digest that names the file at ``path``, all its parts, as it is now and where it lies."""
    named = f"{path.absolute()} {identities(path)}"
    return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()
