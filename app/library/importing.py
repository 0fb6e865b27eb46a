"""Carrying a model file in by hand.

Job: say what a file is, and bring it onto the shelf by copying, moving, linking or cloning. Rule: the
header is read by who is given as ``look`` (a confined child), never here; a file in no catalogue needs a
decision; nothing becomes loadable before its whole hash is known; the source is never changed unless the
person wished it moved, and then only after its copy is safe.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from app.core.errors import UserError
from app.core.logs import log_event
from app.core.model_parts import part_paths
from app.core.private_files import sync_folder
from app.library import cloning, free_space
from app.library.catalogue import CatalogueEntry, CatalogueFile
from app.library.copying import Work
from app.library.fingerprint import Progress, Stop, Stopped, fingerprint, ignore, never
from app.library.names import free_names, safe_names
from app.library.regular_file import FileMark, mark_of, rename_new
from app.library.shelf import Condition, Shelf

_PRIVATE, _FOR_ALL = 0o600, 0o644


class How(StrEnum):
    """How a file comes onto the shelf."""

    COPY = "copy"
    MOVE = "move"
    LINK = "link"
    """A second name of the same file on the same disk."""
    CLONE = "clone"
    """A copy that takes no room where the file system can, else a plain one."""


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

    ``parts`` are real files (links followed); ``size`` in bytes, all together. ``resembles`` names the
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


@dataclass(frozen=True, slots=True)
class Unknown:
    """A file whose hash is in no catalogue, for the person or IT to decide about."""

    found: Found
    hashes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """``path`` is the model's (first) file on the shelf; ``entry`` its catalogue entry or empty.

    ``already``: the same file lay there before and nothing was written.
    """

    path: Path
    hashes: tuple[str, ...]
    entry: str
    already: bool = False


def refuse(_unknown: Unknown) -> bool:
    """Decide that unknown files are not used, as a policy may."""
    return False


def examine(path: Path, entries: Sequence[CatalogueEntry], look: Look) -> Found:
    """Return what the file at ``path`` is, without hashing it.

    Raises UserError ``library.import_folder``, ``missing``, ``unreadable``, ``model_incomplete``, and
    whatever ``look`` raises.
    """
    given = path.absolute()
    real = [_real(part) for part in part_paths(given)]
    marks = [mark_of(part) for part in real]
    if any(mark is None for mark in marks):
        raise UserError("library.model_incomplete" if len(real) > 1 else "library.unreadable")
    header = look(given)
    sizes = [mark.size for mark in marks if mark]
    return Found(
        path=given,
        parts=tuple(real),
        marks=tuple(mark for mark in marks if mark),
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
        through_link=given.is_symlink() or any(part.is_symlink() for part in part_paths(given)),
    )


@dataclass(slots=True)
class Import:
    """One file on its way onto ``shelf``. ``accept`` decides about files in no catalogue.

    ``for_all``: the shelf is a folder of all users, who may then read the file.
    """

    shelf: Shelf
    entries: Sequence[CatalogueEntry]
    accept: Callable[[Unknown], bool] = refuse
    for_all: bool = False

    def run(
        self, found: Found, how: How, on_progress: Progress = ignore, stop: Stop = never
    ) -> Imported:
        """Bring ``found`` in; may be run again after anything, and then goes on where it was.

        Raises :class:`Stopped`, and UserError ``library.no_space``, ``disk_full``, ``import_refused``,
        ``import_forbidden``, ``import_differs``, ``import_no_link``, ``import_link_not_moved``,
        ``import_source_gone``, ``import_source_kept``, ``import_busy``, ``changed_meanwhile`` or
        ``folder_unusable``.
        """
        if how is How.MOVE and found.through_link:
            raise UserError("library.import_link_not_moved")
        folder = self.shelf.make_folder(for_all=self.for_all)
        there = self._already(found, on_progress, stop)
        if there:
            return there
        try:
            return self._bring(found, how, folder, on_progress, stop)
        except OSError as error:
            log_event("import.failed", errno=error.errno or 0)
            full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
            raise UserError("library.disk_full" if full else "library.folder_unusable") from None

    def _bring(
        self, found: Found, how: How, folder: Path, on_progress: Progress, stop: Stop
    ) -> Imported:
        names = safe_names(found.path.name)
        works = [Work(folder / name) for name in names]
        in_place = how is How.LINK or (how is How.MOVE and _one_disk(found.parts, folder))
        if in_place:
            hashes = _hashed(found.parts, on_progress, stop)
        else:
            hashes = self._copied(found, how, works, on_progress, stop)
        try:
            entry = self._decide(found, hashes)
        except UserError:
            for work in works if not in_place else ():
                work.discard()
            raise
        targets = [folder / name for name in self._names(hashes, names, folder)]
        for part, mark, work, target in zip(found.parts, found.marks, works, targets, strict=True):
            self._place(part, mark, work, target, how, in_place=in_place)
        sync_folder(folder)
        self._note(targets, hashes, known=bool(entry))
        if how is How.MOVE and not in_place:
            _remove_sources(found)
        return Imported(targets[0], hashes, entry)

    def _copied(
        self, found: Found, how: How, works: Sequence[Work], on_progress: Progress, stop: Stop
    ) -> tuple[str, ...]:
        hashes, before = [], 0
        for number, (part, work) in enumerate(zip(found.parts, works, strict=True)):

            def report(done: int, _total: int, before: int = before) -> None:
                on_progress(before + done, found.size)

            if how is How.CLONE and not work.path.exists() and cloning.clone(part, work.path):
                try:
                    hashes.append(fingerprint(work.path, report, stop)[0])
                except (Stopped, UserError):
                    work.discard()
                    raise
            else:
                rest = zip(found.parts[number:], works[number:], strict=True)
                needed = found.size - before - sum(later.bytes_there([source]) for source, later in rest)
                free_space.require(work.path.parent, max(0, needed))
                hashes.append(work.copy([part], report, stop))
            before += found.marks[number].size
        return tuple(hashes)

    def _decide(self, found: Found, hashes: tuple[str, ...]) -> str:
        """Return the catalogue's entry; raises UserError when there is none and it is not accepted."""
        known = {file.sha256: (entry, file) for entry in self.entries for file in entry.files}
        if all(sha256 in known for sha256 in hashes):
            return known[hashes[0]][0].name
        listed = {(file.name, file.size) for _, file in known.values() if file.sha256}
        for part, mark, sha256 in zip(part_paths(found.path), found.marks, hashes, strict=True):
            if sha256 not in known and (part.name, mark.size) in listed:
                raise UserError("library.import_differs", name=part.name)
        if self.shelf.only_catalogue():
            raise UserError("library.import_forbidden")
        if not self.accept(Unknown(found, hashes)):
            raise UserError("library.import_refused")
        return ""

    def _names(self, hashes: tuple[str, ...], names: tuple[str, ...], folder: Path) -> tuple[str, ...]:
        """Return the names to be: the catalogue's where it knows the files, never one that is taken."""
        known = {file.sha256: file.name for file in self._files() if file.sha256}
        if all(sha256 in known for sha256 in hashes):
            names = tuple(known[sha256] for sha256 in hashes)
        return free_names(folder, names)

    def _place(
        self, part: Path, mark: FileMark, work: Work, target: Path, how: How, *, in_place: bool
    ) -> None:
        mode = _FOR_ALL if self.for_all else _PRIVATE
        if not in_place:
            work.path.chmod(mode)
            work.finished(lambda path: rename_new(path, target))
            return
        if mark_of(part) != mark:
            raise UserError("library.changed_meanwhile")
        if how is How.MOVE:
            rename_new(part, target)
            target.chmod(mode)
            return
        try:
            os.link(part, target, follow_symlinks=False)
        except OSError as error:
            if error.errno in {errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.EACCES}:
                raise UserError("library.import_no_link") from None
            raise

    def _note(self, targets: Sequence[Path], hashes: Sequence[str], *, known: bool) -> None:
        for target, sha256 in zip(targets, hashes, strict=True):
            try:
                self.shelf.record(target, sha256, accepted=not known)
            except UserError as error:  # it is in; the next look verifies it once more
                log_event("import.not_noted", code=error.code)

    def _already(self, found: Found, on_progress: Progress, stop: Stop) -> Imported | None:
        """Return the same file where the shelf has it: itself, or one of the same size and hash."""
        for model in self.shelf.files():
            if model.shared or model.condition is Condition.INCOMPLETE:
                continue
            if len(model.parts) != len(found.parts):
                continue
            itself = [mark_of(part) for part in model.parts] == list(found.marks) and all(
                part.samefile(other) for part, other in zip(model.parts, found.parts, strict=True)
            )
            if itself or (model.size == found.size and model.sha256):
                hashes = _hashed(found.parts, on_progress, stop)
                if itself:
                    entry = self._decide(found, hashes)
                    self._note(model.parts, hashes, known=bool(entry))
                    return Imported(model.path, hashes, entry, already=True)
                noted = tuple(self.shelf.hash_of(part) for part in model.parts)
                if noted == hashes and model.usable:
                    return Imported(model.path, hashes, model.entry, already=True)
        return None

    def _files(self) -> list[CatalogueFile]:
        return [file for entry in self.entries for file in entry.files]


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


def _hashed(parts: Sequence[Path], on_progress: Progress, stop: Stop) -> tuple[str, ...]:
    total, before, hashes = sum(part.stat().st_size for part in parts), 0, []
    for part in parts:

        def report(done: int, _total: int, before: int = before) -> None:
            on_progress(before + done, total)

        sha256, mark = fingerprint(part, report, stop)
        hashes.append(sha256)
        before += mark.size
    return tuple(hashes)


def _one_disk(parts: Sequence[Path], folder: Path) -> bool:
    return all(part.stat().st_dev == folder.stat().st_dev for part in parts)


def _remove_sources(found: Found) -> None:
    for part, mark in zip(found.parts, found.marks, strict=True):
        try:
            if mark_of(part) == mark:
                part.unlink()
        except OSError:  # a stick that may only be read
            raise UserError("library.import_source_kept") from None
