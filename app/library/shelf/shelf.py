"""The model files on this computer: which, how large, verified when, and taking one away.

Job: list the files of the person's folder and of the folders shared by all users, know which are
what the catalogue says, verify, remove with a way back. Rule: a file is trusted by its SHA-256
only, and only while size, time and number are those that were hashed; it is hashed before the first use
and whenever they changed. Shared folders are read, never written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from app.core.errors import UserError
from app.core.logs import log_event
from app.core.model_parts import part_names, part_paths
from app.core.private_files import make_folder
from app.core.rules.policy import read_policy
from app.core.shown_name import shown_name
from app.core.there import is_folder
from app.library.files.fingerprint import Progress, Stop, fingerprint, ignore, never
from app.library.files.mounts import plugged_in
from app.library.files.regular_file import FileMark, mark_of
from app.library.known.catalogue import CatalogueEntry, CatalogueFile
from app.library.shelf import aside
from app.library.shelf.aside import Removed
from app.library.shelf.half_done import Unfinished, unfinished_among
from app.library.shelf.model_file import Condition, ModelFile
from app.library.shelf.shelf_index import Noted, ShelfIndex, now

MODEL_ENDING = ".gguf"


class Shelf:
    """The model files of one person. ``index`` None remembers verifications for this run only.

    ``only_catalogue`` is asked whether files of no catalogue are forbidden, as a policy may say.
    ``chosen``: the folder was chosen and was there then. Where it is not, its disk is not connected, and
    it is never made: what was meant for that disk would fill another one.
    """

    def __init__(
        self,
        folder: Path,
        index: Path | None = None,
        shared: Sequence[Path] = (),
        entries: Sequence[CatalogueEntry] = (),
        only_catalogue: Callable[[], bool] = lambda: read_policy().only_catalogue,
        *,
        chosen: bool = False,
    ) -> None:
        self.only_catalogue, self._chosen = only_catalogue, chosen
        self.folder = folder.absolute()
        others = (place.absolute() for place in shared)
        self._shared = tuple(place for place in others if place != self.folder)
        self._index = ShelfIndex(index)
        self._known = tuple((entry, file) for entry in entries for file in entry.files)

    # What is there.

    @property
    def gone(self) -> bool:
        """Whether the folder that was chosen is not there; looks at the disk."""
        return self._chosen and not is_folder(self.folder)

    @property
    def refusal(self) -> UserError:
        """What to say where the folder is :attr:`gone`."""
        return UserError("library.folder_gone", folder=shown_name(str(self.folder)))

    def files(self) -> tuple[ModelFile, ...]:
        """Return the models of the person's folder by name, then those of the shared folders."""
        return tuple(
            self.describe(path) for folder in (self.folder, *self._shared) for path in _models(folder)
        )

    def describe(self, path: Path) -> ModelFile:
        """Return what is known of the model file at ``path``, wherever it lies; reads nothing of it."""
        parts = part_paths(path.absolute())
        marks = [mark_of(part) for part in parts]
        notes = [self._note(part, mark) for part, mark in zip(parts, marks, strict=True)]
        times = [noted.verified_at for noted in notes if noted]
        file = self._catalogued(parts, notes)
        return ModelFile(
            path=parts[0],
            name=parts[0].name,
            size=sum(mark.size for mark in marks if mark),
            hashes=tuple(noted.sha256 if noted else "" for noted in notes),
            verified_at=min(times) if times and len(times) == len(parts) else None,
            entry=file[0].name if file else "",
            condition=self._condition(parts, marks, notes),
            parts=parts,
            shared=parts[0].parent in self._shared,
            missing=tuple(part.name for part, mark in zip(parts, marks, strict=True) if mark is None),
            confirmed=all(noted is not None and self._is_confirmed(noted.sha256) for noted in notes),
        )

    def _is_confirmed(self, sha256: str) -> bool:
        compared = (file.sha256 for _, file in self._known if file.confirmed)
        return sha256 in self._index.confirmed() or sha256 in compared

    def hash_of(self, path: Path) -> str:
        """Return the SHA-256 of one file (a part) as verified; empty when that no longer counts."""
        noted = self._note(path.absolute(), mark_of(path))
        return noted.sha256 if noted else ""

    def unfinished(self) -> tuple[Unfinished, ...]:
        """Return what lies half done in the folder, then in the shared ones."""
        shared = (path for folder in self._shared for path in _listed(folder))
        return unfinished_among(_listed(self.folder)) + unfinished_among(shared, shared=True)

    # Verifying.

    def record(
        self, path: Path, sha256: str, *, confirmed: bool = False, accepted: bool = False
    ) -> ModelFile:
        """Note that the file at ``path`` was just hashed, as a download or an import does.

        ``confirmed``: the hub's own record named the hash. ``accepted``: it is in no catalogue and the
        person decided. Raises UserError ``library.missing`` or ``index_not_saved``.
        """
        mark = mark_of(path)
        if mark is None:
            raise UserError("library.missing")
        before = self._index.get(path.absolute())
        if before is not None and before.sha256 == sha256:  # what was decided once stays
            confirmed, accepted = confirmed or before.confirmed, accepted or before.accepted
        self._index.put(
            path.absolute(), Noted(mark, sha256, now(), confirmed, accepted, plugged_in(path))
        )
        return self.describe(path)

    def verify(self, path: Path, on_progress: Progress = ignore, stop: Stop = never) -> ModelFile:
        """Hash every part of the model file anew and return what it is now.

        Raises ``fingerprint.Stopped``, and UserError ``library.missing``, ``unreadable``,
        ``changed_meanwhile`` or ``index_not_saved``.
        """
        return self._verify(path, part_paths(path.absolute()), on_progress, stop)

    def ensure(self, path: Path, on_progress: Progress = ignore, stop: Stop = never) -> ModelFile:
        """Return the model file if it may be loaded; hash first what was never hashed or changed.

        To be asked before every load. Raises as :meth:`verify`, and UserError ``library.model_damaged``,
        ``model_incomplete`` or ``model_unknown``.
        """
        model = self.describe(path)
        if model.condition is Condition.UNVERIFIED:
            stale = [part for part in model.parts if self._note(part, mark_of(part)) is None]
            model = self._verify(path, stale, on_progress, stop)
        if model.usable:
            return model
        codes = {Condition.DAMAGED: "model_damaged", Condition.INCOMPLETE: "model_incomplete"}
        raise UserError(f"library.{codes.get(model.condition, 'model_unknown')}")

    def accept(self, path: Path) -> ModelFile:
        """Note the person's decision to use a file that is in no catalogue. Raises as :meth:`record`.

        Also UserError ``library.model_unverified``, and ``import_forbidden`` where a policy forbids it.
        """
        if self.only_catalogue():
            raise UserError("library.import_forbidden")
        for part in part_paths(path.absolute()):
            noted = self._note(part, mark_of(part))
            if noted is None:
                raise UserError("library.model_unverified")
            if not noted.accepted:
                self.record(part, noted.sha256, accepted=True)
        return self.describe(path)

    # Taking away.

    def discard_damaged(self, path: Path) -> None:
        """Delete a file for good that is not what its name says, to make room for the true one.

        Raises UserError ``library.not_ours`` (not damaged, shared, or outside the folder) or
        ``remove_failed``.
        """
        model = self.describe(path)
        if model.condition is not Condition.DAMAGED or model.path.parent != self.folder:
            raise UserError("library.not_ours")
        try:
            for part in model.parts:
                part.unlink(missing_ok=True)
        except OSError:
            raise UserError("library.remove_failed") from None
        self._drop([part.name for part in model.parts])

    def remove(self, path: Path) -> Removed:
        """Move a model file aside; it is deleted for good when the program ends.

        Raises UserError ``library.missing``, ``not_ours`` (a shared file, or one outside the folder) or
        ``remove_failed``.
        """
        path = path.absolute()
        if path.parent != self.folder:
            raise UserError("library.not_ours")
        there = tuple(part for part in part_paths(path) if mark_of(part) or part.is_symlink())
        if not there:
            raise UserError("library.missing")
        return aside.put(self.folder, there)

    def undo(self, removed: Removed) -> ModelFile:
        """Put a removed model file back. Raises UserError ``library.undo_failed`` or ``name_taken``."""
        aside.take_back(removed)
        return self.describe(removed.files[0])

    def finish(self) -> None:
        """Delete for good what this program removed; at its end."""
        self._drop(aside.finish(self.folder))

    def tidy(self) -> None:
        """Delete for good what programs removed that no longer run; at the start."""
        self._drop(aside.tidy(self.folder))

    def make_folder(self, *, for_all: bool = False) -> Path:
        """Create the folder if it is missing, ``for_all`` users to read it or for the person alone.

        Raises UserError ``library.folder_gone`` (a chosen one is not there) or ``folder_unusable``.
        """
        try:
            if self.gone:
                raise self.refusal
            if not is_folder(self.folder):
                missing = [place for place in (self.folder, *self.folder.parents) if not place.exists()]
                make_folder(self.folder)
                for place in missing if for_all else ():
                    place.chmod(0o755)
        except OSError:
            raise UserError("library.folder_unusable") from None
        return self.folder

    def _drop(self, names: Sequence[str]) -> None:
        for name in names:
            path = self.folder / name
            if mark_of(path) is None:
                try:
                    self._index.forget(path)
                except UserError:  # a note too many costs nothing
                    log_event("shelf.note_kept")

    def _verify(self, path: Path, parts: Sequence[Path], on_progress: Progress, stop: Stop) -> ModelFile:
        sizes = [mark.size if mark else 0 for mark in map(mark_of, parts)]
        for number, part in enumerate(parts):
            before = sum(sizes[:number])

            def report(done: int, _total: int, before: int = before) -> None:
                on_progress(before + done, sum(sizes))

            plugged = plugged_in(part)
            sha256, mark = fingerprint(part, report, stop)
            noted = self._index.get(part)
            same = noted is not None and noted.sha256 == sha256
            self._index.put(
                part,
                Noted(
                    mark,
                    sha256,
                    now(),
                    confirmed=noted is not None and same and noted.confirmed,
                    accepted=noted is not None and same and noted.accepted,
                    plugged=plugged,
                ),
            )
        return self.describe(path)

    def _note(self, path: Path, mark: FileMark | None) -> Noted | None:
        """Return what was noted of a file, if it is still the one that was hashed."""
        noted = self._index.get(path)
        if noted is None or noted.mark != mark or noted.plugged != plugged_in(path):
            return None
        return noted

    def _catalogued(
        self, parts: Sequence[Path], notes: Sequence[Noted | None]
    ) -> tuple[CatalogueEntry, CatalogueFile] | None:
        """Return the catalogue's file by its hash; by its name while there is none, or it is damaged."""
        noted = notes[0]
        for entry, file in self._known:
            by_name = noted is None or (noted.confirmed and not file.sha256)
            if (file.name == parts[0].name) if by_name else (noted and file.sha256 == noted.sha256):
                return entry, file
        return self._meant(parts[0], noted) if noted is not None and not noted.confirmed else None

    def _meant(self, part: Path, noted: Noted) -> tuple[CatalogueEntry, CatalogueFile] | None:
        """Return the catalogue's file of this name and size, whose hash it should have."""
        wanted = part.name, noted.mark.size
        named = ((entry, file) for entry, file in self._known if file.sha256)
        return next((each for each in named if (each[1].name, each[1].size) == wanted), None)

    def _condition(
        self,
        parts: Sequence[Path],
        marks: Sequence[FileMark | None],
        notes: Sequence[Noted | None],
    ) -> Condition:
        if None in marks:
            return Condition.INCOMPLETE
        hashes = {file.sha256 for _, file in self._known if file.sha256}
        conditions = []
        for part, noted in zip(parts, notes, strict=True):
            if noted is None:
                return Condition.UNVERIFIED
            if noted.confirmed or noted.sha256 in hashes:
                conditions.append(Condition.KNOWN)
            elif self._meant(part, noted) is not None:
                return Condition.DAMAGED
            else:
                accepted = noted.accepted and not self.only_catalogue()
                conditions.append(Condition.ACCEPTED if accepted else Condition.UNKNOWN)
        worst = (Condition.UNKNOWN, Condition.ACCEPTED, Condition.KNOWN)
        return next(condition for condition in worst if condition in conditions)


def _models(folder: Path) -> list[Path]:
    """Return the first parts of the models in a folder, by name; links to files count."""
    names = [path.name for path in _listed(folder) if path.suffix.lower() == MODEL_ENDING]
    names = [name for name in names if mark_of(folder / name)]
    return [folder / name for name in sorted({part_names(name)[0] for name in names})]


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []  # not made yet, or its disk is not connected: the caller shows the folder anyway
