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

from app.library.catalogue import CatalogueEntry, CatalogueFile

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
    """A file that may be one of the catalogue's: ``path`` (no link) in the cache of ``program``.

    ``named_by_hash``: its name is the hash that is wanted, so it very likely is the file.
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
    for entry in entries:
        for file in entry.files:
            if file.size and file.sha256:
                wanted.setdefault(file.size, []).append((entry, file))
    ends = time.monotonic() + patience_s
    found: dict[Path, Elsewhere] = {}
    looked = 0
    for program, cache in _caches(home, root):
        for path, size in _files(cache, _DEPTH):
            looked += 1
            if looked > MOST_FILES or time.monotonic() > ends:
                return _sorted(found)
            for entry, file in wanted.get(size, ()):
                by_hash = path.name in {file.sha256, f"sha256-{file.sha256}"}
                if by_hash or not _names_another_hash(path.name):
                    found.setdefault(path, Elsewhere(path, program, entry, file, by_hash))
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


def _files(folder: Path, depth: int) -> Iterator[tuple[Path, int]]:
    """Yield regular files below ``folder`` with their size; links within are not followed.

    What links in such a cache lead to lies in the same cache as a file of its own.
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
        elif stat.S_ISDIR(facts.st_mode) and depth:
            yield from _files(Path(item.path), depth - 1)


def _names_another_hash(name: str) -> bool:
    digits = name.removeprefix("sha256-")
    return len(digits) == 64 and not set(digits) - set("0123456789abcdef")


def _sorted(found: dict[Path, Elsewhere]) -> tuple[Elsewhere, ...]:
    return tuple(sorted(found.values(), key=lambda one: (not one.named_by_hash, str(one.path))))
