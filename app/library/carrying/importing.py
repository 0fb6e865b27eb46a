"""Carrying a model file in by hand.

Job: bring a file that was looked at onto the shelf by copying, moving, linking or cloning. Rule: a file
in no catalogue needs a decision; nothing becomes loadable before its whole hash is known; the source is
never changed unless the person wished it moved, and then only after its copy is safe.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.core.errors import UserError
from app.core.logs import log_event
from app.core.model_parts import part_paths
from app.core.private_files import sync_folder
from app.library.carrying.examining import Found
from app.library.files import cloning, free_space
from app.library.files.copying import Work, finish
from app.library.files.fingerprint import Progress, Stop, Stopped, fingerprint, ignore, never
from app.library.files.names import free_names, safe_names
from app.library.files.regular_file import link_all, mark_of, rename_all
from app.library.known.catalogue import CatalogueEntry, CatalogueFile
from app.library.shelf.model_file import Condition
from app.library.shelf.shelf import Shelf

_PRIVATE, _FOR_ALL = 0o600, 0o644
_NOT_FROM_THERE = frozenset({errno.EXDEV, errno.EACCES, errno.EPERM, errno.EROFS})
"""Why a file of the same disk may not be given another folder all the same."""


class How(StrEnum):
    """How a file comes onto the shelf."""

    COPY = "copy"
    MOVE = "move"
    LINK = "link"
    """A second name of the same file on the same disk."""
    CLONE = "clone"
    """A copy that takes no room where the file system can, else a plain one."""


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
        ``fetch_small_files_only``,
        ``import_forbidden``, ``import_differs``, ``import_no_link``, ``import_link_not_moved``,
        ``import_link_not_shared``,
        ``import_source_gone``, ``import_source_kept``, ``import_busy``, ``changed_meanwhile`` or
        ``folder_unusable``.
        """
        if how is How.MOVE and found.through_link:
            raise UserError("library.import_link_not_moved")
        if how is How.LINK and self.for_all:
            raise UserError("library.import_link_not_shared")
        folder = self.shelf.make_folder(for_all=self.for_all)
        there = self._already(found, how, on_progress, stop)
        if there:
            return there
        try:
            return self._bring(found, how, folder, on_progress, stop)
        except OSError as error:
            log_event("import.failed", errno=error.errno or 0)
            full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
            raise UserError("library.disk_full" if full else "library.folder_unusable") from None

    def discard(self, found: Found) -> None:
        """Delete what was copied of ``found``, which nobody wants to go on with."""
        for name in safe_names(found.path.name):
            Work(self.shelf.folder / name).discard()

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
        targets = self._targets(found, hashes, names, folder)
        if in_place and not self._placed_there(found, targets, how):
            in_place = False
            if self._copied(found, how, works, on_progress, stop) != hashes:
                raise UserError("library.changed_meanwhile")
        if not in_place:
            for work in works:
                work.path.chmod(_FOR_ALL if self.for_all else _PRIVATE)
            finish(works, targets)
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
                free_space.require_whole(work.path.parent, found.marks[number].size)
                free_space.require(work.path.parent, max(0, needed))
                hashes.append(work.copy([part], report, stop))
            before += found.marks[number].size
        return tuple(hashes)

    def _decide(self, found: Found, hashes: tuple[str, ...]) -> str:
        """Return the catalogue's entry; raises UserError when there is none and it is not accepted."""
        edition = self._edition(hashes)
        if edition is not None:
            return edition[0].name
        files = [file for entry in self.entries for file in entry.files if file.sha256]
        known = {file.sha256 for file in files}
        listed = {(file.name, file.size) for file in files}
        for part, mark, sha256 in zip(part_paths(found.path), found.marks, hashes, strict=True):
            if sha256 not in known and (part.name, mark.size) in listed:
                raise UserError("library.import_differs", name=part.name)
        if self.shelf.only_catalogue():
            raise UserError("library.import_forbidden")
        if not self.accept(Unknown(found, hashes)):
            raise UserError("library.import_refused")
        return ""

    def _targets(
        self, found: Found, hashes: tuple[str, ...], names: tuple[str, ...], folder: Path
    ) -> list[Path]:
        """Return the files to be: the catalogue's names where it knows them, never one that is taken."""
        edition = self._edition(hashes)
        if edition is not None:
            names = tuple(file.name for file in edition[1])
        for part, name in zip(found.parts, names, strict=True):
            _forget_second_name(part, folder / name)
        return [folder / name for name in free_names(folder, names)]

    def _placed_there(self, found: Found, targets: Sequence[Path], how: How) -> bool:
        """Give files that were hashed where they lie their names on the shelf; False: copy them."""
        if [mark_of(part) for part in found.parts] != list(found.marks):
            raise UserError("library.changed_meanwhile")
        if how is How.MOVE:
            try:
                rename_all(found.parts, targets)
            except FileExistsError:
                raise
            except OSError as error:  # one disk in two places, or a folder that nothing may leave
                if error.errno in _NOT_FROM_THERE:
                    return False
                raise
            for target in targets:
                target.chmod(_FOR_ALL if self.for_all else _PRIVATE)
                if self.for_all:
                    _own(target)
            return True
        try:
            link_all(found.parts, targets)
        except OSError as error:
            if error.errno in {errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.EACCES}:
                raise UserError("library.import_no_link") from None
            raise
        return True

    def _note(self, targets: Sequence[Path], hashes: Sequence[str], *, known: bool) -> None:
        for target, sha256 in zip(targets, hashes, strict=True):
            try:
                self.shelf.record(target, sha256, accepted=not known)
            except UserError as error:  # it is in; the next look verifies it once more
                log_event("import.not_noted", code=error.code)

    def _already(self, found: Found, how: How, on_progress: Progress, stop: Stop) -> Imported | None:
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
                    if how is How.MOVE:
                        for part, other in zip(model.parts, found.parts, strict=True):
                            _forget_second_name(part, other)
                    return Imported(model.path, hashes, entry, already=True)
                if model.hashes == hashes and model.usable:
                    return Imported(model.path, hashes, model.entry, already=True)
        return None

    def _edition(
        self, hashes: tuple[str, ...]
    ) -> tuple[CatalogueEntry, tuple[CatalogueFile, ...]] | None:
        """Return the catalogue's files that have just these hashes, and whose they are."""
        for entry in self.entries:
            for edition in entry.editions:
                if tuple(file.sha256 for file in edition) == hashes:
                    return entry, edition
        return None


def _hashed(parts: Sequence[Path], on_progress: Progress, stop: Stop) -> tuple[str, ...]:
    total, before, hashes = sum(part.stat().st_size for part in parts), 0, []
    for part in parts:

        def report(done: int, _total: int, before: int = before) -> None:
            on_progress(before + done, total)

        sha256, mark = fingerprint(part, report, stop)
        hashes.append(sha256)
        before += mark.size
    return tuple(hashes)


def _own(target: Path) -> None:
    """Make a file the administrator's that was somebody's, who could change it for everyone."""
    if sys.platform != "win32" and os.geteuid() == 0:
        os.chown(target, 0, 0)


def _one_disk(parts: Sequence[Path], folder: Path) -> bool:
    return all(part.stat().st_dev == folder.stat().st_dev for part in parts)


def _forget_second_name(file: Path, other: Path) -> None:
    """Take away another name of this very file, which a run left that was ended; its own one stays."""
    if file != other and not other.is_symlink() and other.exists() and other.samefile(file):
        other.unlink()


def _remove_sources(found: Found) -> None:
    for part, mark in zip(found.parts, found.marks, strict=True):
        try:
            if mark_of(part) == mark:
                part.unlink()
        except OSError:  # a stick that may only be read
            raise UserError("library.import_source_kept") from None
