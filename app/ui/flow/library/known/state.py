"""What the library knows at one moment.

Job: the catalogue, the shelf, the disk and what other programs have, as plain values that were read off
the GUI thread. Rule: read whole, replaced whole; keys name models, so that what is chosen stays chosen
when a download becomes a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.core.errors import UserError
from app.library.carrying import elsewhere
from app.library.carrying.elsewhere import Elsewhere
from app.library.files import free_space
from app.library.known.catalogue import CatalogueEntry
from app.library.shelf.aside import Removed
from app.library.shelf.half_done import DOWNLOAD, Left, Unfinished, by_model
from app.library.shelf.model_file import Condition, ModelFile
from app.library.shelf.shelf import Shelf

GUIDE = "guide"
RECOMMENDED = "gpt-oss-20b"


@dataclass(frozen=True, slots=True)
class Library:
    """One look. ``used`` counts conversations by the model's name; ``free`` is None when unknown.

    ``gone``: the folder that was chosen is not there, so neither is its disk.
    """

    folder: Path
    entries: tuple[CatalogueEntry, ...] = ()
    files: tuple[ModelFile, ...] = ()
    unfinished: tuple[Unfinished, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    used: Mapping[str, int] = field(default_factory=dict)
    free: int | None = None
    gone: bool = False

    def taken(self, arriving: Mapping[str, int]) -> int:
        """Return the bytes of all model files and of those on their way.

        ``arriving``: bytes of files under way by name, which count instead of what was seen of them.
        """
        files = sum(file.size for file in self.files if not file.shared)
        seen = {part.name: part.size for part in self.unfinished if not part.shared}
        return files + sum({**seen, **arriving}.values())

    def left(self) -> dict[str, Left]:
        """Return by key what nothing takes up: imports that were ended, downloads of no catalogue."""
        offered = {file.name for entry in self.entries for files in entry.editions for file in files}
        return {
            left_key(left.name, left.kind, shared=left.shared): left
            for left in by_model(self.unfinished)
            if left.shared or left.kind != DOWNLOAD or not offered & {part.name for part in left.parts}
        }

    def entry(self, key: str) -> CatalogueEntry | None:
        """Return the catalogue's entry of a key."""
        return next((entry for entry in self.entries if entry_key(entry.name) == key), None)

    def file(self, key: str) -> ModelFile | None:
        """Return the model file of a key."""
        return self.keyed_files().get(key)

    def keyed_files(self) -> dict[str, ModelFile]:
        """Return the model files by key: an entry's first file has the entry's key."""
        keyed: dict[str, ModelFile] = {}
        for file in self.files:
            key = entry_key(file.entry) if file.entry else ""
            keyed[key if key and key not in keyed else file_key(file.path)] = file
        return keyed


@dataclass(slots=True)
class Doing:
    """What happens to files of the shelf right now, by key; changed on the GUI thread only."""

    verifying: dict[str, float] = field(default_factory=dict)
    removed: dict[str, tuple[Removed, ModelFile]] = field(default_factory=dict)
    declined: set[str] = field(default_factory=set)
    """Entries whose file in another place is not wanted."""
    comparing: set[str] = field(default_factory=set)
    sharing: set[str] = field(default_factory=set)
    troubles: dict[str, UserError] = field(default_factory=dict)


def entry_key(name: str) -> str:
    """Return the key of a model of the catalogue."""
    return f"entry:{name}"


def left_key(name: str, kind: str, *, shared: bool = False) -> str:
    """Return the key of what is half done of the model that was to get this name."""
    return f"left:{'shared:' if shared else ''}{kind}:{name}"


def file_key(path: Path) -> str:
    """Return the key of a model file of one's own."""
    return f"file:{path}"


def look(
    shelf: Shelf, entries: tuple[CatalogueEntry, ...], used: Mapping[str, int], home: Path | None = None
) -> Library:
    """Read the shelf, the disk and other programs' caches; blocks for the disk."""
    files = shelf.files()
    here = {file.entry for file in files if file.condition is not Condition.DAMAGED}
    wanted = [entry for entry in entries if entry.name not in here]
    gone = shelf.gone
    try:
        free = None if gone else free_space.free_bytes(shelf.folder)
    except UserError:
        free = None
    return Library(
        folder=shelf.folder,
        entries=entries,
        files=files,
        unfinished=shelf.unfinished(),
        elsewhere=elsewhere.find(wanted, home),
        used=used,
        free=free,
        gone=gone,
    )
