"""Installing a kit's model files.

Job: join pieces and bring each model file onto the shelf. Rule: one hash of the whole decides,
compared with this computer's catalogues, before the file gets its name; a stick that may only be read is
enough; interrupted, it goes on where it was.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from app.core.errors import UserError
from app.core.logs import log_event
from app.core.model_parts import part_names
from app.library.files import free_space
from app.library.files.copying import Work, finish
from app.library.files.fingerprint import Progress, Stop, ignore, never
from app.library.files.names import free_names
from app.library.kit.manifest import KitModel, Manifest
from app.library.kit.verifying import inside, read_manifest
from app.library.known.catalogue import CatalogueEntry
from app.library.shelf.shelf import Shelf


def install(
    folder: Path,
    shelf: Shelf,
    entries: Sequence[CatalogueEntry],
    accept: Callable[[KitModel], bool],
    on_progress: Progress = ignore,
    stop: Stop = never,
    *,
    for_all: bool = False,
) -> tuple[Path, ...]:
    """Bring a kit's model files onto ``shelf``, joined and hashed on the way; returns where they lie.

    ``accept`` decides about a model file that is in no catalogue of ``entries``; ``for_all``: every user
    of the computer may read what is installed. May be run again after anything. Raises ``Stopped``, and
    UserError as :func:`verifying.read_manifest`, ``library.kit_damaged``, ``import_refused``,
    ``import_source_gone``, ``no_space``, ``disk_full``, ``import_busy``, ``folder_unusable``.
    """
    manifest, _ = read_manifest(folder)
    known = {file.sha256 for entry in entries for file in entry.files if file.sha256}
    for model in manifest.models:
        if model.sha256 in known:
            continue
        if shelf.only_catalogue():
            raise UserError("library.import_forbidden")
        if not accept(model):
            raise UserError("library.import_refused")
    place = shelf.make_folder(for_all=for_all)
    total, before, placed = sum(model.size for model in manifest.models), 0, []
    for model in manifest.models:

        def report(done: int, _total: int, before: int = before) -> None:
            on_progress(before + done, total)

        there = _there(shelf, model)
        if there is None:
            try:
                there = _join(folder, manifest, model, place, report, stop)
                there.chmod(0o644 if for_all else 0o600)
            except OSError as error:
                log_event("kit.not_installed", errno=error.errno or 0)
                raise UserError("library.folder_unusable") from None
            _note(shelf, there, model, accepted=model.sha256 not in known)
        placed.append(there)
        before += model.size
    return tuple(placed)


def _join(
    folder: Path, manifest: Manifest, model: KitModel, place: Path, report: Progress, stop: Stop
) -> Path:
    sources = [inside(folder, manifest.file(piece)) for piece in model.pieces]
    name = model.name
    work = Work(place / name)
    free_space.require_whole(place, model.size)
    free_space.require(place, model.size - work.bytes_there(sources))

    def check(number: int, sha256: str) -> None:
        piece = manifest.file(model.pieces[number])
        if sha256 != piece.sha256:
            raise UserError("library.kit_damaged", name=piece.path)

    try:
        sha256 = work.copy(sources, report, stop, check)
    except UserError as error:
        if error.code == "library.kit_damaged":
            work.discard()
        raise
    if sha256 != model.sha256:
        work.discard()
        raise UserError("library.kit_damaged", name=", ".join(model.pieces))
    target = place / _free_name(place, name)
    finish([work], [target])
    return target


def _free_name(place: Path, name: str) -> str:
    """Return ``name`` or one with a number; a part of a split model cannot have another."""
    if len(part_names(name)) == 1:
        return free_names(place, (name,))[0]
    if os.path.lexists(place / name):
        raise UserError("library.name_taken")
    return name


def _note(shelf: Shelf, path: Path, model: KitModel, *, accepted: bool) -> None:
    try:
        shelf.record(path, model.sha256, accepted=accepted)
    except UserError as error:  # it is in; the next look verifies it once more
        log_event("kit.not_noted", code=error.code)


def _there(shelf: Shelf, model: KitModel) -> Path | None:
    """Return the same file where the shelf has it, verified."""
    for one in shelf.files():
        for part in one.parts:
            if not one.shared and shelf.hash_of(part) == model.sha256:
                return part
    return None
