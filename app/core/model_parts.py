"""The names of a split model file's parts.

Job: tell from one part's name which files belong together. Rule: looks at names only; whether the files
exist is for who asks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

MOST_PARTS = 512
_ENDING = ".gguf"
_PART = re.compile(
    r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<ending>\.(?i:gguf))", re.DOTALL
)


def part_names(name: str) -> tuple[str, ...]:
    """Return the names of all parts in order, told by the name of one of them; else just ``name``.

    The parts are called ``STEM-00001-of-0000N.gguf`` and lie side by side; any of them stands for all.
    """
    found = _PART.fullmatch(name)
    count = int(found["count"]) if found else 1
    if not found or not 1 < count <= MOST_PARTS or not 1 <= int(found["number"]) <= count:
        return (name,)
    ending = found["ending"]
    return tuple(part_name(found["stem"], number, count, ending) for number in range(1, count + 1))


def part_name(stem: str, number: int, count: int, ending: str = _ENDING) -> str:
    """Return the name of part ``number`` (from 1) of ``count``; of the whole file where it is one."""
    return f"{stem}{ending}" if count == 1 else f"{stem}-{number:05}-of-{count:05}{ending}"


def stem_of(name: str) -> str:
    """Return a model file's name without its ending and without what makes it a part."""
    found = _PART.fullmatch(name)
    if found and len(part_names(name)) > 1:
        return found["stem"]
    return name[: -len(_ENDING)] if name.lower().endswith(_ENDING) else name


def part_paths(path: Path) -> tuple[Path, ...]:
    """Return all parts of the model file at ``path`` in order; they need not exist."""
    return tuple(path.parent / name for name in part_names(path.name))  # a root has no name


def first_parts(paths: Sequence[Path]) -> list[Path]:
    """Return the models that these files belong to, each once and by its first part."""
    return list(dict.fromkeys(part_paths(path)[0] for path in paths))
