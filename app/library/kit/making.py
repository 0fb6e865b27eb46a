"""Making a kit.

Job: write model files, installers, licences, the catalogue and the lists of hashes into a folder. Rule:
what was verified here is compared once more while it is copied; until all is whole the folder says that
it is not; interrupted, it goes on and keeps what is right; a folder that holds other things is left.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import app
from app.core.errors import UserError
from app.core.logs import log_event
from app.core.model_parts import part_names
from app.core.paths import resources_dir
from app.library import free_space
from app.library.catalogue import CATALOGUE
from app.library.fingerprint import Progress, Stop, ignore, never, sha256_of, stopping
from app.library.kit import parts
from app.library.kit.manifest import MANIFEST, SUMS, UNFINISHED, KitFile, KitModel, Manifest
from app.library.kit.verifying import files_in, listed, sums_of
from app.library.names import is_plain, safe_names
from app.library.regular_file import mark_of

READ_ME = "READ-ME.txt"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


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
class Made:
    """A kit that is whole. ``seal`` is the SHA-256 of its ``SHA256SUMS``: it stands for all of it."""

    manifest: Manifest
    seal: str


def make(
    folder: Path,
    contents: Contents,
    largest: int = 0,
    on_progress: Progress = ignore,
    stop: Stop = never,
) -> Made:
    """Write a kit into ``folder`` (made if needed); pieces are at most ``largest`` bytes, 0 never cuts.

    Raises ``fingerprint.Stopped``, and UserError ``library.kit_folder_used``, ``kit_bad_installer``,
    ``no_space``, ``disk_full``, ``changed_meanwhile``, ``missing``, ``unreadable``, ``kit_not_written``.
    """
    try:
        _begin(folder)
        return _make(folder, contents, largest, stopping(on_progress, stop))
    except OSError as error:
        log_event("kit.not_written", errno=error.errno or 0)
        code = "disk_full" if error.errno in _FULL else "kit_not_written"
        raise UserError(f"library.{code}") from None


def _begin(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    names = {path.name for path in listed(folder)}
    if names and not names & {MANIFEST, UNFINISHED}:
        raise UserError("library.kit_folder_used")
    (folder / UNFINISHED).touch()  # until it is whole, also where an older kit is made anew
    (folder / MANIFEST).unlink(missing_ok=True)
    (folder / SUMS).unlink(missing_ok=True)


def _make(folder: Path, contents: Contents, largest: int, report: Progress) -> Made:
    plans = [(path, f"models/{_kit_name(path)}", sha256) for path, sha256 in contents.models.items()]
    for installer in contents.installers:
        name = installer.name
        if not is_plain(name) or (largest and (_size(installer) > largest)):
            raise UserError("library.kit_bad_installer")
        plans.append((installer, f"installer/{name}", ""))
    plans += [(path, f"licences/{path.name}", "") for path in _licences()]
    plans.append((resources_dir() / CATALOGUE, CATALOGUE, ""))
    sizes = [_size(path) for path, _, _ in plans]
    total, before = sum(sizes), 0
    there = sum(file.size for file in files_in(folder))
    free_space.require(folder, max(0, total - there), to_the_end=True)
    files: list[KitFile] = []
    models: list[KitModel] = []
    for (source, path, expected), size in zip(plans, sizes, strict=True):
        pieces = parts.pieces_of(path, size, largest)

        def part(done: int, _end: int, before: int = before) -> None:
            report(before + done, total)

        sha256, written = parts.write_pieces(source, folder, pieces, part)
        if expected and sha256 != expected:
            raise UserError("library.changed_meanwhile")
        files += written
        if expected:
            names = tuple(piece.path for piece in written)
            models.append(KitModel(_kit_name(source), size, sha256, names))
        before += size
    (folder / READ_ME).write_text(contents.read_me, "utf-8", newline="\r\n")
    read_me = folder / READ_ME
    files.append(KitFile(READ_ME, _size(read_me), sha256_of(read_me)))
    return _seal(folder, Manifest(app.__version__, tuple(files), tuple(models)))


def _seal(folder: Path, manifest: Manifest) -> Made:
    """Drop what belongs to no kit, then write what makes this one whole."""
    known = {file.path for file in manifest.files}
    for file in files_in(folder):
        if file.path not in known and file.path != UNFINISHED and _is_ours(file.path):
            (folder / file.path).unlink()
    data = manifest.to_bytes()
    sums = sums_of(manifest, data)
    for name, content in ((MANIFEST, data), (SUMS, sums)):
        (folder / name).write_bytes(content)
    (folder / UNFINISHED).unlink()
    if hasattr(os, "sync"):
        os.sync()  # people pull sticks out
    return Made(manifest, hashlib.sha256(sums).hexdigest())


def _kit_name(path: Path) -> str:
    """Return a model file's name as it is, or made plain."""
    if is_plain(path.name):
        return path.name
    return safe_names(path.name)[part_names(path.name).index(path.name)]


def _is_ours(path: str) -> bool:
    return path.split("/", maxsplit=1)[0] in {"models", "licences", "installer"} and "/" in path


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
