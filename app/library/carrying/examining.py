"""What a model file is that somebody else gave, before it is brought in.

Job: find all its parts, have the header read, and say which of the catalogue's it may be. Rule: the
header is read by who is given as ``look`` (a confined child), never here; names and sizes prove nothing,
the hash decides later; a part that is not there is named.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.core.errors import UserError
from app.core.model_parts import part_paths
from app.core.shown_name import shown_name
from app.library.carrying.chosen import is_model_name
from app.library.files.regular_file import FileMark, mark_of
from app.library.known.catalogue import CatalogueEntry

_MOST_NAMED = 4
"""Missing parts that are named in one sentence."""


class Header(Protocol):
    """What a look at a file's header gives."""

    @property
    def architecture(self) -> str:
        """What the engine calls the kind of model."""

    @property
    def name(self) -> str:
        """What its maker called it; proves nothing."""


Look = Callable[[Path], Header]
"""Reads a file's header in a confined child; raises UserError for what is no model."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file that could be brought in: what it says it is, and what the catalogue knows of that size.

    ``path`` is its (first) file as it was found, ``parts`` are the real ones (links followed), whose
    sizes in bytes ``size`` adds up. ``resembles`` names the
    catalogue's entry with files of just these sizes, empty when there is none: then it is unknown for
    certain, else its hash decides. ``through_link``: what was given was a link to it.
    """

    path: Path
    parts: tuple[Path, ...]
    marks: tuple[FileMark, ...]
    architecture: str
    maker_name: str
    resembles: str
    through_link: bool

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(mark.size for mark in self.marks)


def examine(path: Path, entries: Sequence[CatalogueEntry], look: Look) -> Found:
    """Return what the file at ``path`` is, without hashing it; any part of a split one stands for all.

    Raises UserError ``library.import_folder``, ``model_in_name_only``, ``missing``, ``part_missing``,
    ``parts_missing``, ``unreadable``, and whatever ``look`` raises.
    """
    given = part_paths(path.absolute())
    real = _real_parts(given)
    marks = [mark for part in real if (mark := mark_of(part))]
    if len(marks) < len(real):  # gone since, or swapped for something that is no file
        raise UserError("library.unreadable")
    header = _looked_at(given[0], look)
    sizes = [mark.size for mark in marks]
    return Found(
        path=given[0],
        parts=real,
        marks=tuple(marks),
        architecture=header.architecture,
        maker_name=header.name,
        resembles=next(
            (
                entry.name
                for entry in entries
                for edition in entry.editions
                if [file.size for file in edition] == sizes
            ),
            "",
        ),
        through_link=any(part.is_symlink() for part in given),
    )


def _looked_at(first: Path, look: Look) -> Header:
    """Return the header; who chose a file by its ending is not told to choose by it."""
    try:
        return look(first)
    except UserError as error:
        if error.code == "engine.file_foreign" and is_model_name(first):
            raise UserError("library.model_in_name_only") from None
        raise


def _real_parts(given: Sequence[Path]) -> tuple[Path, ...]:
    """Return the regular files that the parts lead to; says by name which are not there."""
    real: list[Path] = []
    missing: list[int] = []
    for number, part in enumerate(given, 1):
        try:
            real.append(_real(part))
        except UserError as error:
            if error.code != "library.missing" or len(given) == 1:
                raise
            missing.append(number)
    if len(missing) == len(given):
        raise UserError("library.missing")
    if len(missing) == 1:
        name = shown_name(given[missing[0] - 1].name)
        raise UserError("library.part_missing", number=missing[0], count=len(given), name=name)
    if missing:
        names = [shown_name(given[number - 1].name) for number in missing]
        raise UserError(
            "library.parts_missing", missing=len(missing), count=len(given), names=_some(names)
        )
    return tuple(real)


def _some(names: Sequence[str]) -> str:
    """Return names as one line, the first of them where there are many."""
    first = ", ".join(names[:_MOST_NAMED])
    return first if len(names) <= _MOST_NAMED else f"{first}, …"


def _real(path: Path) -> Path:
    """Return the regular file that ``path`` leads to."""
    try:
        real = path.resolve(strict=True)
        mode = real.stat().st_mode
    except FileNotFoundError:
        raise UserError("library.missing") from None
    except (OSError, RuntimeError, ValueError):  # a circle of links, no permission, an endless name
        raise UserError("library.unreadable") from None
    if stat.S_ISDIR(mode):
        raise UserError("library.import_folder")
    if not stat.S_ISREG(mode):
        raise UserError("library.unreadable")
    return real
