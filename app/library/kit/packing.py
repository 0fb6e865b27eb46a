"""What goes into a kit, and under which name.

Job: the installers, model files, licences and the catalogue, each with its path below the kit's folder.
Rule: every name is one that verifying accepts, and no two are the same whatever their case; the same
model file goes in once; what cannot go in is said before anything is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from app.core.errors import UserError
from app.core.model_parts import part_names
from app.core.paths import resources_dir
from app.core.shown_name import shown_name
from app.library.files.names import LONGEST, is_plain, numbered, safe_names
from app.library.files.regular_file import mark_of
from app.library.known.catalogue import CATALOGUE


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into a kit.

    ``models``: model files (every part) and their hash as verified. ``installers``: the program's own.
    ``read_me`` is the page for the person who carries the stick.
    """

    models: Mapping[Path, str]
    installers: Sequence[Path] = ()
    read_me: str = ""


@dataclass(frozen=True, slots=True)
class Packed:
    """One file on its way into a kit: ``path`` below the kit's folder, ``size`` in bytes.

    ``sha256`` is what a model file was verified to have, empty for everything else.
    """

    source: Path
    path: str
    size: int
    sha256: str = ""


def packed(contents: Contents, largest: int) -> tuple[Packed, ...]:
    """Return all files of a kit but its own lists, the model files first.

    ``largest``: in bytes, what an installer may have at most, 0 for any. Raises UserError
    ``library.kit_no_installer``, ``kit_bad_installer``, ``kit_installer_twice``, ``missing``.
    """
    models = [
        Packed(source, f"models/{name}", _size(source), contents.models[source])
        for source, name in _model_names(contents.models)
    ]
    others = [(path, f"licences/{path.name}") for path in _licences()]
    others.append((resources_dir() / CATALOGUE, CATALOGUE))
    return (
        *models,
        *_installers(contents.installers, largest),
        *(Packed(source, path, _size(source)) for source, path in others),
    )


def _model_names(models: Mapping[Path, str]) -> list[tuple[Path, str]]:
    """Return each model file with its name in the kit; files that belong together stay so."""
    groups: dict[tuple[Path, tuple[str, ...]], list[Path]] = {}
    for path in models:
        groups.setdefault((path.parent, part_names(path.name)), []).append(path)
    named: list[tuple[Path, str]] = []
    taken: set[str] = set()
    there: set[tuple[str, ...]] = set()
    for (_, names), paths in groups.items():
        hashes = tuple(models[path] for path in paths)
        if hashes in there:  # the same model from another folder
            continue
        there.add(hashes)
        plain = _plain_names(names)
        tries = (numbered(plain, number) for number in count(1))
        free = next(tried for tried in tries if not {name.casefold() for name in tried} & taken)
        taken |= {name.casefold() for name in free}
        named += [(path, free[names.index(path.name)]) for path in paths]
    return named


def _plain_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of a model file's parts as they are, or made plain."""
    good = all(is_plain(name) and name.endswith(".gguf") and len(name) <= LONGEST for name in names)
    return names if good else safe_names(names[0])


def _installers(paths: Sequence[Path], largest: int) -> list[Packed]:
    found: dict[str, Packed] = {}
    for path in dict.fromkeys(given.absolute() for given in paths):
        mark = mark_of(path)
        if mark is None:
            raise UserError("library.kit_no_installer", name=shown_name(path.name))
        if not is_plain(path.name) or (largest and mark.size > largest):
            raise UserError("library.kit_bad_installer")
        if path.name.casefold() in found:
            raise UserError("library.kit_installer_twice", name=path.name)
        found[path.name.casefold()] = Packed(path, f"installer/{path.name}", mark.size)
    return list(found.values())


def _licences() -> list[Path]:
    folder = resources_dir()
    found = [path for path in sorted((folder / "licenses").iterdir()) if path.is_file()]
    own = folder.parent / "LICENSE"
    return [*found, own] if own.is_file() else found


def _size(path: Path) -> int:
    mark = mark_of(path)
    if mark is None:
        raise UserError("library.missing")
    return mark.size
