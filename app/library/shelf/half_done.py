"""What a download or an import left half done in the folder for model files.

Job: name it, say how much is there and what belongs together, delete it. Rule: it is no model and never
used; what a program is still writing is not deleted under it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import UserError
from app.core.file_lock import lock
from app.core.model_parts import part_names
from app.library.files.copying import WORK
from app.library.files.regular_file import mark_of

DOWNLOAD, IMPORT = "download", "import"
_ENDINGS = {".part": DOWNLOAD, WORK: IMPORT}
"""How the names of files that are not whole end, and what left them."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """One file that can be gone on with; ``name`` is the one it was to get, ``size`` in bytes.

    ``kind`` is ``download`` or ``import``, which a kit's installation is too. ``shared``: it lies in a
    folder of all users, where only some may delete.
    """

    path: Path
    name: str
    size: int
    kind: str
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """What is there of one model, all its parts together; ``name`` is that of the first part to be."""

    name: str
    kind: str
    shared: bool
    parts: tuple[Unfinished, ...]

    @property
    def size(self) -> int:
        """The bytes of all that is there."""
        return sum(part.size for part in self.parts)

    @property
    def names(self) -> frozenset[str]:
        """The names by which a person may mean it."""
        return frozenset(
            {self.name, *(part.name for part in self.parts), *(p.path.name for p in self.parts)}
        )


def unfinished_among(paths: Iterable[Path], *, shared: bool = False) -> tuple[Unfinished, ...]:
    """Return what of these files is half done, of models only: a browser's downloads end so as well.

    ``shared``: they lie in a folder of all users.
    """
    found = []
    for path in paths:
        ours = path.suffix in _ENDINGS and path.stem.lower().endswith(".gguf")
        mark = mark_of(path) if ours else None
        if mark:
            found.append(Unfinished(path, path.stem, mark.size, _ENDINGS[path.suffix], shared))
    return tuple(found)


def by_model(unfinished: Iterable[Unfinished]) -> tuple[Left, ...]:
    """Return the same with what belongs to one model together."""
    found: dict[tuple[str, str, bool], list[Unfinished]] = {}
    for one in unfinished:
        found.setdefault((part_names(one.name)[0], one.kind, one.shared), []).append(one)
    return tuple(Left(*what, tuple(parts)) for what, parts in found.items())


def discard(unfinished: Unfinished) -> None:
    """Delete it. Raises UserError ``library.left_busy`` or ``left_kept``."""
    if _is_being_written(unfinished.path):
        raise UserError("library.left_busy")
    try:
        unfinished.path.unlink(missing_ok=True)
        unfinished.path.with_name(f"{unfinished.path.name}.json").unlink(missing_ok=True)
    except OSError:
        raise UserError("library.left_kept") from None


def _is_being_written(path: Path) -> bool:
    """Say whether a program holds the lock that a download or an import takes while it writes."""
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    except OSError:  # gone, or not ours: deleting it says which
        return False
    try:
        lock(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
