"""What can be said against a model file before it is loaded.

Job: refuse a missing, special, foreign or too short model file with a sentence a person can act on.
Rule: :func:`check_place` asks the system about the file and never opens it (opening a pipe would wait
for ever); :func:`check_beginning` reads four bytes and belongs after the confinement.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import UserError
from app.core.model_parts import part_paths
from app.engine.file_identity import FileIdentity, identity_of

ARCHITECTURE = "gpt-oss"
_MAGIC = b"GGUF"
_SMALLEST = 24
"""Bytes of the fixed part of a GGUF header."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model file as it was found: the real paths of its parts (one, unless it is split), in order."""

    parts: tuple[Path, ...]
    identities: tuple[FileIdentity | None, ...]

    @property
    def first(self) -> Path:
        """The part that names the others."""
        return self.parts[0]

    @property
    def size(self) -> int:
        """Bytes of all parts together, when they were found."""
        return sum(identity.size for identity in self.identities if identity)

    def changed(self) -> bool:
        """Say whether a part is not what it was: shorter, longer, written to, or another file."""
        return self.identities != tuple(map(identity_of, self.parts))


def find(path: Path) -> ModelFile:
    """Return the file with all its parts; raises UserError ``engine.file_*`` or ``engine.part_*``."""
    wanted = part_paths(path)
    if len(wanted) == 1:
        parts: tuple[Path, ...] = (check_place(path),)
    else:
        parts = tuple(_check_part(part, wanted) for part in wanted)
    return ModelFile(parts, tuple(map(identity_of, parts)))


def _check_part(part: Path, wanted: tuple[Path, ...]) -> Path:
    try:
        return check_place(part)
    except UserError as error:
        if error.code != "engine.file_missing":
            raise
        number = wanted.index(part) + 1
        raise UserError("engine.part_missing", part=number, parts=len(wanted)) from None


def check_place(path: Path) -> Path:
    """Return the real path of a readable regular file; raises UserError ``engine.file_*``."""
    try:
        real = path.resolve(strict=True)
        facts = real.stat()
    except FileNotFoundError:
        raise UserError("engine.file_missing") from None
    except (OSError, RuntimeError, ValueError):  # a loop of links, a name no file can have
        raise UserError("engine.file_unreadable") from None
    if not stat.S_ISREG(facts.st_mode):
        raise UserError("engine.file_not_a_file")
    if not os.access(real, os.R_OK):
        raise UserError("engine.file_unreadable")
    if facts.st_size < _SMALLEST:
        raise UserError("engine.file_foreign")
    return real


def check_beginning(path: Path) -> None:
    """Check the four bytes every model file begins with; raises UserError ``engine.file_*``."""
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except OSError:
        raise UserError("engine.file_unreadable") from None
    if magic != _MAGIC:
        raise UserError("engine.file_foreign")


def check_architecture(architecture: str) -> None:
    """Check what the header claims to be; raises UserError ``engine.file_other_kind``."""
    if architecture == ARCHITECTURE:
        return
    plain = "".join(
        mark for mark in architecture[:32] if mark.isascii() and (mark.isalnum() or mark in "-_.")
    )
    raise UserError("engine.file_other_kind", architecture=plain or "?")


def check_parts(named: int, told: Iterable[int]) -> None:
    """Check that every part's header counts as many parts as the names do.

    Raises UserError ``engine.parts_mixed``: a part renamed, or parts of different files side by side.
    """
    if any(count != named for count in told):
        raise UserError("engine.parts_mixed", parts=named)


def check_size(size: int, needed: int) -> None:
    """Check that the file reaches to the end of its last tensor; sizes in bytes."""
    if size < needed:
        raise UserError(
            "engine.file_incomplete",
            has=size // 2**20,
            needs=-(-needed // 2**20),
            percent=100 * size // needed,
        )
