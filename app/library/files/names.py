"""Names under which model files may lie on any disk.

Job: make a file name of ours from a foreign one, and find one that is not taken. Rule: letters, digits,
dot, dash and underscore only; never hidden, never a device's name on Windows; parts keep their numbers.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from app.core.model_parts import part_name, part_names, stem_of

LONGEST = 100
_MOST_TRIES = 1000
_FOREIGN = re.compile(r"[^A-Za-z0-9._-]+")
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[0-9]|lpt[0-9])(\..*)?")


def is_plain(name: str) -> bool:
    """Return whether a name can lie in any folder of any system as it is."""
    return (
        0 < len(name) <= 2 * LONGEST
        and not _FOREIGN.search(name)
        and name[0] not in ".-"
        and not name.endswith(".")
        and not _DEVICE.fullmatch(name)
    )


def safe_names(name: str) -> tuple[str, ...]:
    """Return the names of all parts of a model file that somebody else named ``name``."""
    stem = _FOREIGN.sub("-", stem_of(name))[:LONGEST].strip("-.")
    if not is_plain(stem):
        stem = f"model-{stem}".strip("-.")
    return _parts(stem, len(part_names(name)))


def free_names(folder: Path, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return ``names``, or with a number in them, so that none is taken in ``folder``.

    Raises FileExistsError when a thousand are.
    """
    for number in range(1, _MOST_TRIES):
        tried = numbered(names, number)
        if not any(os.path.lexists(folder / name) for name in tried):
            return tried
    raise FileExistsError


def numbered(names: tuple[str, ...], number: int) -> tuple[str, ...]:
    """Return the names of a model file's parts with a number in them, as they are for the first."""
    return names if number == 1 else _parts(f"{stem_of(names[0])}-{number}", len(names))


def _parts(stem: str, count: int) -> tuple[str, ...]:
    return tuple(part_name(stem, number, count) for number in range(1, count + 1))
