"""Small files that stand for model files on a shelf, and a catalogue that knows them.

Job: what tests of the shelf, of importing and of the kit share. Rule: real files; what is in them is
random, because to the shelf a model file is its size and its SHA-256.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, replace
from pathlib import Path

from app.library.known.catalogue import CatalogueEntry, CatalogueFile, catalogue

PIECE = 2**20


@dataclass(frozen=True, slots=True)
class Looked:
    """What a header would say."""

    architecture: str = "gpt-oss"
    name: str = "A test"


def look(_path: Path) -> Looked:
    """Stand for the confined child."""
    return Looked()


def write(path: Path, size: int = 3 * PIECE + 17, seed: int = 1) -> bytes:
    """Write ``size`` random bytes; the same seed gives the same."""
    data = b"GGUF" + random.Random(seed).randbytes(size - 4)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return data


def sha256(data: bytes) -> str:
    """Return the hash as a catalogue has it."""
    return hashlib.sha256(data).hexdigest()


def catalogue_words(
    name: str,
    file: str,
    size: int,
    sha256: str,
    *,
    repository: str = "a/b",
    commit: str = "0" * 40,
    confirmed: bool = True,
) -> str:
    """Return a catalogue file's words for one model of one file."""
    return (
        f'[{name}]\npublisher = "Some people"\nlicence = "Apache-2.0"\npurpose = "chat"\n'
        f'like = "gpt-oss-20b"\n\n[[{name}.files]]\nrepository = "{repository}"\n'
        f'commit = "{commit}"\nname = "{file}"\nsize = {size}\nsha256 = "{sha256}"\n'
        f"confirmed = {str(confirmed).lower()}\n"
    )


def entry(*files: tuple[str, bytes], name: str = "tiny", confirmed: bool = True) -> CatalogueEntry:
    """Return a catalogue's entry for files of these names and contents, one edition."""
    known = tuple(
        CatalogueFile("a/b", "0" * 40, name, len(data), sha256(data), confirmed) for name, data in files
    )
    return replace(catalogue()[0], name=name, title=name, files=known)
