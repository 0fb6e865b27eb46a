"""Whether something is at a path that somebody else may have named, moved or closed.

Job: ask the system, and take for "no" also what it refuses to say. Rule: a folder that may not be
entered, a name that is too long, a disk that went away: none raises, where ``pathlib`` would.
"""

from __future__ import annotations

import os
from pathlib import Path


def is_file(path: Path) -> bool:
    """Return whether an ordinary file is there, links followed."""
    return os.path.isfile(path)  # noqa: PTH113 - see the rule


def is_folder(path: Path) -> bool:
    """Return whether a folder is there, links followed."""
    return os.path.isdir(path)  # noqa: PTH112 - see the rule


def is_there(path: Path) -> bool:
    """Return whether anything is there, links followed."""
    return os.path.exists(path)  # noqa: PTH110 - see the rule
