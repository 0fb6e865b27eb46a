"""The names of a split model file's parts.

Job: tell from one part's name which files belong together. Rule: looks at names only; whether the files
exist is for who asks.
"""

from __future__ import annotations

import re
from pathlib import Path

MOST_PARTS = 512
_PART = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf", re.DOTALL)


def part_names(name: str) -> tuple[str, ...]:
    """Return the names of all parts in order, told by the name of one of them; else just ``name``.

    The parts are called ``STEM-00001-of-0000N.gguf`` and lie side by side; any of them stands for all.
    """
    found = _PART.fullmatch(name)
    if not found or not 1 <= int(found["number"]) <= int(found["count"]) <= MOST_PARTS:
        return (name,)
    count = int(found["count"])
    return tuple(part_name(found["stem"], number, count) for number in range(1, count + 1))


def part_name(stem: str, number: int, count: int) -> str:
    """Return the name of part ``number`` (from 1) of ``count``; of the whole file where it is one."""
    return f"{stem}.gguf" if count == 1 else f"{stem}-{number:05}-of-{count:05}.gguf"


def stem_of(name: str) -> str:
    """Return a model file's name without its ending and without what makes it a part."""
    found = _PART.fullmatch(name)
    return found["stem"] if found and len(part_names(name)) > 1 else name.removesuffix(".gguf")


def part_paths(path: Path) -> tuple[Path, ...]:
    """Return all parts of the model file at ``path`` in order; they need not exist."""
    return tuple(path.parent / name for name in part_names(path.name))  # a root has no name
