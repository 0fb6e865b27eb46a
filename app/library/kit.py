"""The air-gapped kit: all that a computer without a network needs, in one folder.

Job: make it, verify it, install its model files. Rule: the kit's own hashes only find damage; whether a
model file may be used is for the catalogue of the computer it comes to, or for a decision there. Making
and installing go on where they were interrupted; a kit that may only be read is enough to install from.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import app
from app.core.errors import UserError
from app.core.logs import log_event
from app.core.model_parts import part_names
from app.core.paths import resources_dir
from app.library import free_space, kit_manifest, kit_parts
from app.library.catalogue import CATALOGUE, CatalogueEntry
from app.library.copying import Work
from app.library.fingerprint import Progress, Stop, ignore, never, sha256_of, stopping
from app.library.kit_manifest import MANIFEST, SUMS, UNFINISHED, KitFile, KitModel, Manifest
from app.library.names import free_names, is_plain, safe_names
from app.library.regular_file import mark_of, rename_new
from app.library.shelf import Shelf

READ_ME = "READ-ME.txt"
_SYSTEM = frozenset({"system volume information", "$recycle.bin", "lost+found", "desktop.ini"})
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


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying found, by path below the kit's folder. ``seal`` as in :class:`Made`."""

    manifest: Manifest
    seal: str
    damaged: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether every file is there and whole; what lies there besides harms nothing."""
        return not (self.damaged or self.missing)


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
    names = {path.name for path in _listed(folder)}
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
    there = sum(file.size for file in _files_in(folder))
    free_space.require(folder, max(0, total - there), to_the_end=True)
    files: list[KitFile] = []
    models: list[KitModel] = []
    for (source, path, expected), size in zip(plans, sizes, strict=True):
        pieces = kit_parts.pieces_of(path, size, largest)

        def part(done: int, _end: int, before: int = before) -> None:
            report(before + done, total)

        sha256, written = kit_parts.write_pieces(source, folder, pieces, part)
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
    for file in _files_in(folder):
        if file.path not in known and file.path != UNFINISHED and _is_ours(file.path):
            (folder / file.path).unlink()
    data = manifest.to_bytes()
    sums = _sums(manifest, data)
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


def _sums(manifest: Manifest, data: bytes) -> bytes:
    """Return ``SHA256SUMS`` as ``sha256sum -c`` reads it on any system."""
    lines = [f"{file.sha256}  {file.path}" for file in manifest.files]
    lines.append(f"{hashlib.sha256(data).hexdigest()}  {MANIFEST}")
    return ("\n".join(lines) + "\n").encode()


def read_manifest(folder: Path) -> tuple[Manifest, str]:
    """Return what a kit says it holds, and its seal.

    Raises UserError ``library.kit_none``, ``kit_unfinished``, ``kit_bad_manifest``.
    """
    if (folder / UNFINISHED).exists():
        raise UserError("library.kit_unfinished")
    try:
        data = _read_small(folder / MANIFEST)
        sums = _read_small(folder / SUMS)
    except FileNotFoundError:
        raise UserError("library.kit_none") from None
    except OSError:
        raise UserError("library.kit_bad_manifest") from None
    manifest = kit_manifest.parse(data)
    if sums != _sums(manifest, data):
        raise UserError("library.kit_bad_manifest")
    return manifest, hashlib.sha256(sums).hexdigest()


def verify(folder: Path, on_progress: Progress = ignore, stop: Stop = never) -> Verdict:
    """Hash every file of a kit. Raises ``Stopped`` and as :func:`read_manifest`."""
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
    extra = sorted(file.path for file in _files_in(folder) if file.path not in known)
    return Verdict(manifest, seal, tuple(damaged), tuple(missing), tuple(extra))


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
    UserError as :func:`read_manifest`, ``library.kit_damaged``, ``import_refused``,
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
    sources = [_inside(folder, manifest.file(piece)) for piece in model.pieces]
    name = model.name
    work = Work(place / name)
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
    target = _free_name(place, name)
    work.finished(lambda path: rename_new(path, place / target))
    return place / target


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


def _inside(folder: Path, file: KitFile) -> Path:
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


def _is_whole(folder: Path, file: KitFile, report: Progress, stop: Stop) -> bool:
    try:
        return sha256_of(_inside(folder, file), report, stop) == file.sha256
    except UserError:
        return False


def _files_in(folder: Path, below: str = "") -> Iterator[KitFile]:
    """Yield what lies in a kit's folder, links and all, with its size; hashes are left empty."""
    for path in _listed(folder / below):
        name = f"{below}{path.name}"
        if path.is_dir() and not path.is_symlink():
            yield from _files_in(folder, f"{name}/")
        else:
            mark = None if path.is_symlink() else mark_of(path)
            yield KitFile(name, mark.size if mark else 0, "")


def _listed(folder: Path) -> list[Path]:
    """Return what lies in a folder, without what systems put on every stick."""
    return sorted(
        path
        for path in folder.iterdir()
        if not path.name.startswith(".") and path.name.lower() not in _SYSTEM
    )


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


def _read_small(path: Path) -> bytes:
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise PermissionError(errno.EPERM, "no plain file")
    with path.open("rb") as file:
        return file.read(kit_manifest.MAX_BYTES + 1)
