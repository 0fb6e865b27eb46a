"""Model files that other programs keep on this computer.

Job: find files of the size a catalogue knows in the caches of other programs, so that nobody downloads
12 GB twice. Rule: a file is offered by its size (and its name, where that is the hash); only its own
SHA-256, computed before use, makes it ours. Never looks outside the caches, nor longer than a moment.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.library.files.regular_file import mark_of
from app.library.known.catalogue import CatalogueEntry, CatalogueFile

PATIENCE_S = 2.0
MOST_FILES = 20_000
_DEPTH = 6

CACHES = (
    ("LM Studio", ".lmstudio/models"),
    ("LM Studio", ".cache/lm-studio/models"),
    ("Ollama", ".ollama/models/blobs"),
    ("Hugging Face", ".cache/huggingface/hub"),
    ("llama.cpp", ".cache/llama.cpp"),
    ("llama.cpp", "Library/Caches/llama.cpp"),
    ("llama.cpp", "AppData/Local/llama.cpp"),
    ("GPT4All", ".local/share/nomic.ai/GPT4All"),
    ("GPT4All", "Library/Application Support/nomic.ai/GPT4All"),
    ("GPT4All", "AppData/Local/nomic.ai/GPT4All"),
    ("Jan", ".local/share/Jan/data"),
    ("Jan", ".config/Jan/data"),
    ("Jan", "jan"),
    ("Jan", "Library/Application Support/Jan/data"),
    ("Jan", "AppData/Roaming/Jan/data"),
)
"""Programs, and where they keep files below a person's home folder."""
_SYSTEM_CACHES = (("Ollama", "usr/share/ollama/.ollama/models/blobs"),)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A file that may be one of the catalogue's: ``path`` in the cache of ``program``.

    It is no link, but for a model of several parts: there ``path`` is the first one by its own name,
    and the others lie beside it. ``file`` is the catalogue's (first) one. ``named_by_hash``: what is
    found is called by the hash that is wanted, so it very likely is the file.
    """

    path: Path
    program: str
    entry: CatalogueEntry
    file: CatalogueFile
    named_by_hash: bool


def find(
    entries: Sequence[CatalogueEntry],
    home: Path | None = None,
    root: Path | None = None,
    patience_s: float = PATIENCE_S,
) -> tuple[Elsewhere, ...]:
    """Return files of a wanted size, the likeliest first.

    ``home`` and ``root`` stand for the person's home folder and the system's root in tests. Raises
    nothing: a cache that cannot be read holds nothing.
    """
    wanted: dict[int, list[tuple[CatalogueEntry, CatalogueFile]]] = {}
    split: dict[str, list[tuple[CatalogueEntry, tuple[CatalogueFile, ...]]]] = {}
    for entry in entries:
        for edition in entry.editions:
            if not all(file.size and file.sha256 for file in edition):
                continue
            if len(edition) == 1:
                wanted.setdefault(edition[0].size, []).append((entry, edition[0]))
            else:
                split.setdefault(edition[0].name, []).append((entry, edition))
    ends = time.monotonic() + patience_s
    found: dict[Path, Elsewhere] = {}
    looked = 0
    for program, cache in _caches(home, root):
        for path, size in _files(cache, _DEPTH):
            looked += 1
            if looked > MOST_FILES or time.monotonic() > ends:
                return _sorted(found)
            for entry, file in wanted.get(size, ()):
                by_hash = _is_named(path, file)
                if by_hash or not _names_another_hash(path.name):
                    found.setdefault(path, Elsewhere(path, program, entry, file, by_hash))
            for entry, files in split.get(path.name, ()):
                parts = [path.with_name(file.name) for file in files]
                if [_size(part, cache) for part in parts] == [file.size for file in files]:
                    by_hash = all(map(_leads_to, parts, files))
                    found.setdefault(path, Elsewhere(path, program, entry, files[0], by_hash))
    return _sorted(found)


def _caches(home: Path | None, root: Path | None) -> Iterator[tuple[str, Path]]:
    try:
        base = home if home is not None else Path.home()
    except RuntimeError:
        base = None
    places = [(program, base / place) for program, place in CACHES] if base else []
    places += [(program, (root or Path("/")) / place) for program, place in _SYSTEM_CACHES]
    seen = set()
    for program, place in places:
        try:
            real = place.resolve(strict=True)  # people put caches on another disk by a link
            if real in seen or not real.is_dir():
                continue
        except (OSError, RuntimeError):
            continue
        seen.add(real)
        yield program, real


def _is_named(path: Path, file: CatalogueFile) -> bool:
    return path.name in {file.sha256, f"sha256-{file.sha256}"}


def _leads_to(part: Path, file: CatalogueFile) -> bool:
    """Say whether a part is a link to a file that is named by the hash."""
    try:
        return part.is_symlink() and _is_named(part.readlink(), file)
    except OSError:
        return False


def _size(part: Path, cache: Path) -> int | None:
    """Return the size of a part, or of what it leads to within the cache."""
    try:
        inside = part.resolve(strict=True).is_relative_to(cache)
    except (OSError, RuntimeError):
        return None
    mark = mark_of(part) if inside else None
    return mark.size if mark else None


def _files(folder: Path, depth: int) -> Iterator[tuple[Path, int]]:
    """Yield what lies below ``folder``: regular files with their size, links with -1.

    What links in such a cache lead to lies in the same cache as a file of its own; they are looked at
    for their names, by which parts know each other.
    """
    try:
        with os.scandir(folder) as listed:
            inside = list(listed)
    except OSError:
        return
    for item in inside:
        try:
            facts = item.stat(follow_symlinks=False)
        except OSError:
            continue
        if stat.S_ISREG(facts.st_mode):
            yield Path(item.path), facts.st_size
        elif stat.S_ISLNK(facts.st_mode):
            yield Path(item.path), -1
        elif stat.S_ISDIR(facts.st_mode) and depth:
            yield from _files(Path(item.path), depth - 1)


def _names_another_hash(name: str) -> bool:
    digits = name.removeprefix("sha256-")
    return len(digits) == 64 and not set(digits) - set("0123456789abcdef")


def _sorted(found: dict[Path, Elsewhere]) -> tuple[Elsewhere, ...]:
    return tuple(sorted(found.values(), key=lambda one: (not one.named_by_hash, str(one.path))))
