"""Which models are meant by the files and folders that somebody chose or dropped.

Job: parts of one model become one, a folder becomes the models in it. Rule: looks at names only, a few
folders deep; what the files are is for ``examining``; one thing that means no model costs the others
nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import UserError
from app.core.model_parts import first_parts
from app.core.shown_name import shown_name
from app.core.there import is_file, is_folder

ENDING = ".gguf"
MOST_LISTED = 5000
"""Names that are looked at in one folder and those below."""
_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Chosen:
    """``models`` by their (first) files, each once; ``without`` says of folders that hold none."""

    models: tuple[Path, ...]
    without: tuple[UserError, ...] = ()


def is_model_name(path: Path) -> bool:
    """Return whether a file calls itself a model file."""
    return path.suffix.lower() == ENDING


def models_among(paths: Sequence[Path]) -> Chosen:
    """Return the models that these files and folders mean, in their order; blocks for the disk.

    A file counts whatever its name. ``without`` has UserError ``library.folder_without_models``.
    """
    found: list[Path] = []
    without: list[UserError] = []
    for path in (given.absolute() for given in paths):
        if not is_folder(path):
            found.append(path)
        elif inside := list(_inside(path)):
            found += inside
        else:
            name = shown_name(path.name) or str(path)
            without.append(UserError("library.folder_without_models", name=name))
    return Chosen(tuple(first_parts(found)), tuple(without))


def _inside(folder: Path) -> Iterator[Path]:
    """Yield the model files in a folder; links to files count, folders that are links do not."""
    left, waiting = MOST_LISTED, [(folder, _DEPTH)]
    while waiting:
        place, deep = waiting.pop(0)
        try:
            with os.scandir(place) as listed:
                items = sorted(listed, key=lambda item: item.name)
        except OSError:  # not ours to read: it holds nothing for us
            continue
        for item in items:
            left -= 1
            if left < 0:
                return
            if item.is_dir(follow_symlinks=False):
                if deep and not item.name.startswith("."):
                    waiting.append((Path(item.path), deep - 1))
            elif is_model_name(Path(item.name)) and is_file(Path(item.path)):
                yield Path(item.path)
