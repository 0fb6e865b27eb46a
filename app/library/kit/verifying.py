"""Verifying a kit: what it says it holds against what lies there.

Job: read what a kit says it holds and verify it, file by file. Rule: the kit's own hashes only find
damage; whether a model file may be used is for the catalogue of the computer it comes to, or for a
decision there. Links in a kit are followed by nobody.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import UserError
from app.core.logs import log_event
from app.core.there import is_there
from app.library.files.fingerprint import Progress, Stop, ignore, never, sha256_of
from app.library.files.regular_file import mark_of
from app.library.kit.manifest import (
    MANIFEST,
    MAX_BYTES,
    SUMS,
    UNFINISHED,
    KitFile,
    Manifest,
    parse,
)

_SYSTEM = frozenset({"system volume information", "$recycle.bin", "lost+found", "desktop.ini"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying found, by path below the kit's folder.

    ``seal`` is the SHA-256 of ``SHA256SUMS``: it stands for all of the kit.
    """

    manifest: Manifest
    seal: str
    damaged: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether every file is there and whole; what lies there besides harms nothing."""
        return not (self.damaged or self.missing)


def read_manifest(folder: Path) -> tuple[Manifest, str]:
    """Return what a kit says it holds, and its seal.

    Raises UserError ``library.kit_none``, ``kit_unfinished``, ``kit_bad_manifest``, ``kit_unreadable``.
    """
    if is_there(folder / UNFINISHED):
        raise UserError("library.kit_unfinished")
    try:
        data = _read_small(folder / MANIFEST)
        sums = _read_small(folder / SUMS)
    except (FileNotFoundError, NotADirectoryError):
        raise UserError("library.kit_none") from None
    except OSError as error:
        strange = error.errno == errno.EINVAL
        raise UserError(f"library.kit_{'bad_manifest' if strange else 'unreadable'}") from None
    manifest = parse(data)
    if sums != sums_of(manifest, data):
        raise UserError("library.kit_bad_manifest")
    return manifest, hashlib.sha256(sums).hexdigest()


def verify(folder: Path, on_progress: Progress = ignore, stop: Stop = never) -> Verdict:
    """Hash every file of a kit. Raises ``Stopped`` and as :func:`read_manifest`."""
    try:
        return _verified(folder, on_progress, stop)
    except OSError as error:  # the stick was pulled out, or parts of it are somebody else's
        log_event("kit.not_read", errno=error.errno or 0)
        raise UserError("library.kit_unreadable") from None


def _verified(folder: Path, on_progress: Progress, stop: Stop) -> Verdict:
    manifest, seal = read_manifest(folder)
    total, before = sum(file.size for file in manifest.files), 0
    damaged, missing = [], []
    for file in manifest.files:

        def report(done: int, _total: int, before: int = before) -> None:
            on_progress(before + done, total)

        path = folder / file.path
        if not os.path.lexists(path):
            missing.append(file.path)
        elif not _is_whole(folder, file, report, stop):
            damaged.append(file.path)
        before += file.size
    known = {file.path for file in manifest.files} | {MANIFEST, SUMS}
    extra = sorted(file.path for file in files_in(folder) if file.path not in known)
    return Verdict(manifest, seal, tuple(damaged), tuple(missing), tuple(extra))


def sums_of(manifest: Manifest, data: bytes) -> bytes:
    """Return ``SHA256SUMS`` as ``sha256sum -c`` reads it on any system."""
    lines = [f"{file.sha256}  {file.path}" for file in manifest.files]
    lines.append(f"{hashlib.sha256(data).hexdigest()}  {MANIFEST}")
    return ("\n".join(lines) + "\n").encode()


def inside(folder: Path, file: KitFile) -> Path:
    """Return the path of a file of the kit; raises UserError for what is not a file in its place."""
    path = folder
    for name in file.path.split("/"):
        path /= name
        if path.is_symlink():
            raise UserError("library.kit_damaged", name=file.path)
    mark = mark_of(path)
    if mark is None or mark.size != file.size:
        raise UserError("library.kit_damaged", name=file.path)
    return path


def files_in(folder: Path, below: str = "") -> Iterator[KitFile]:
    """Yield what lies in a kit's folder, links and all, with its size; hashes are left empty."""
    for path in listed(folder / below):
        name = f"{below}{path.name}"
        if path.is_dir() and not path.is_symlink():
            yield from files_in(folder, f"{name}/")
        else:
            mark = None if path.is_symlink() else mark_of(path)
            yield KitFile(name, mark.size if mark else 0, "")


def listed(folder: Path) -> list[Path]:
    """Return what lies in a folder, without what systems put on every stick."""
    return sorted(
        path
        for path in folder.iterdir()
        if not path.name.startswith(".") and path.name.lower() not in _SYSTEM
    )


def _is_whole(folder: Path, file: KitFile, report: Progress, stop: Stop) -> bool:
    try:
        return sha256_of(inside(folder, file), report, stop) == file.sha256
    except UserError:
        return False


def _read_small(path: Path) -> bytes:
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise OSError(errno.EINVAL, "no plain file")
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)
