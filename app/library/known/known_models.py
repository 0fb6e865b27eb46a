"""All catalogues that count on this computer, as one.

Job: the catalogue that ships, then the computer's file, then the profile's: more models, and mirrors of
the hub. Rule: a later file adds and never changes an earlier one's model; a damaged file is named in
one sentence and left out whole, and the others still count. Of a folder that cannot be reached nobody
knows whether a file is in it: the folder is named, and no file is to be corrected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import UserError
from app.core.logs import log_event
from app.library.known import catalogue
from app.library.known.catalogue import CatalogueEntry

_UNREACHABLE = "library.catalogue_unreachable"


@dataclass(frozen=True, slots=True)
class KnownModels:
    """Models by all catalogues, mirrors in the order they are to be tried, and what was left out.

    ``complaints`` are what is wrong with which file (``library.catalogue_left_out``) or folder
    (``library.catalogue_unreachable``).
    """

    entries: tuple[CatalogueEntry, ...]
    mirrors: tuple[str, ...] = ()
    complaints: tuple[UserError, ...] = ()

    def named(self, name: str) -> CatalogueEntry | None:
        """Return the entry of this name."""
        return next((entry for entry in self.entries if entry.name == name), None)


def known_models(added: Sequence[Path] = ()) -> KnownModels:
    """Return what ships and what the files ``added`` add (those that exist; see ``places``).

    Raises UserError ``library.catalogue_*`` only where the catalogue that ships is damaged.
    """
    entries, mirrors = list(catalogue.catalogue()), list[str]()
    complaints = list[UserError]()
    for path in added:
        try:
            if not _is_named(path):
                continue
            found = catalogue.read(path, entries)
            _check_new(entries, found.entries)
        except UserError as error:
            log_event("library.catalogue_left_out", code=error.code)
            complaints.append(error if error.code == _UNREACHABLE else _left_out(path, error))
            continue
        entries += found.entries
        mirrors += [mirror for mirror in found.mirrors if mirror not in mirrors]
    return KnownModels(tuple(entries), tuple(mirrors), tuple(complaints))


def _left_out(path: Path, error: UserError) -> UserError:
    return UserError("library.catalogue_left_out", path=str(path), reason=error.words.what)


def _check_new(known: Sequence[CatalogueEntry], added: Sequence[CatalogueEntry]) -> None:
    names = {entry.name for entry in known}
    for number, entry in enumerate(added, 1):
        if entry.name in names:
            raise UserError("library.catalogue_name_taken", entry=number)


def _is_named(path: Path) -> bool:
    """Return whether there is such a file; raises UserError where its folder cannot be asked."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        number = error.errno or 0
        raise UserError(_UNREACHABLE, folder=str(path.parent), errno=number) from error
    return True
