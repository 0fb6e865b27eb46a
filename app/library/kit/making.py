"""Making a kit.

Job: write model files, installers, licences, the catalogue and the lists of hashes into a folder. Rule:
what was verified here is compared once more while it is copied; until all is whole the folder says that
it is not; interrupted, it goes on and keeps what is right; a folder that holds other things is left.
What a kit holds is no secret, and somebody else reads it on the other computer: everyone may.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import app
from app.core.errors import UserError
from app.core.logs import log_event
from app.core.there import is_there
from app.library.files import free_space
from app.library.files.fingerprint import Progress, Stop, ignore, never, stopping
from app.library.kit import parts
from app.library.kit.manifest import MANIFEST, SUMS, UNFINISHED, KitFile, KitModel, Manifest
from app.library.kit.packing import Contents, Packed, packed
from app.library.kit.verifying import files_in, listed, sums_of

READ_ME = "READ-ME.txt"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


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

    Raises ``fingerprint.Stopped``, and UserError ``library.kit_folder_used``, ``no_space``,
    ``disk_full``, ``changed_meanwhile``, ``unreadable``, ``kit_not_written`` and as
    :func:`packing.packed`.
    """
    plans = packed(contents, largest)
    try:
        _begin(folder)
        return _make(folder, plans, contents.read_me, largest, stopping(on_progress, stop))
    except OSError as error:
        log_event("kit.not_written", errno=error.errno or 0)
        code = "disk_full" if error.errno in _FULL else "kit_not_written"
        raise UserError(f"library.{code}") from None


def _begin(folder: Path) -> None:
    if not is_there(folder):
        folder.mkdir(parents=True, exist_ok=True)
        parts.for_everyone(folder)
    names = {path.name for path in listed(folder)}
    if names and not names & {MANIFEST, UNFINISHED}:
        raise UserError("library.kit_folder_used")
    (folder / UNFINISHED).touch()  # until it is whole, also where an older kit is made anew
    (folder / MANIFEST).unlink(missing_ok=True)
    (folder / SUMS).unlink(missing_ok=True)


def _make(folder: Path, plans: Sequence[Packed], read_me: str, largest: int, report: Progress) -> Made:
    total, before = sum(plan.size for plan in plans), 0
    there = sum(file.size for file in files_in(folder))
    free_space.require(folder, max(0, total - there), to_the_end=True)
    files: list[KitFile] = []
    models: list[KitModel] = []
    for plan in plans:
        pieces = parts.pieces_of(plan.path, plan.size, largest)

        def part(done: int, _end: int, before: int = before) -> None:
            report(before + done, total)

        sha256, written = parts.write_pieces(plan.source, folder, pieces, part)
        if plan.sha256 and sha256 != plan.sha256:
            raise UserError("library.changed_meanwhile")
        files += written
        if plan.sha256:
            names = tuple(piece.path for piece in written)
            models.append(KitModel(plan.path.removeprefix("models/"), plan.size, sha256, names))
        before += plan.size
    words = read_me.replace("\n", "\r\n").encode()
    (folder / READ_ME).write_bytes(words)
    files.append(KitFile(READ_ME, len(words), hashlib.sha256(words).hexdigest()))
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
    for path in (*known, MANIFEST, SUMS):
        parts.for_everyone(folder / path)
    for place in {(folder / path).parent for path in known} - {folder}:
        parts.for_everyone(place)
    (folder / UNFINISHED).unlink()
    if hasattr(os, "sync"):
        os.sync()  # people pull sticks out
    return Made(manifest, hashlib.sha256(sums).hexdigest())


def _is_ours(path: str) -> bool:
    return path.split("/", maxsplit=1)[0] in {"models", "licences", "installer"} and "/" in path
