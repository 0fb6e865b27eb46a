"""The gate on the way to loading: a model file is what somebody vouched for, or it is not loaded.

Job: ask the shelf before every start of an engine, hashing what was never hashed or changed since. Rule:
a file whose hash is known costs one look at its size, time and number; one that is not what it should be
is never handed to an engine. Safe from any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from app.core.errors import UserError
from app.core.logs import log_event
from app.core.model_parts import part_paths
from app.core.paths import guide_model_path
from app.core.there import is_file
from app.library.files.fingerprint import Progress, Stop, Stopped, fingerprint, ignore, never
from app.library.shelf.model_file import ModelFile
from app.library.shelf.shelf import Shelf

_SHELF_PATIENCE_S = 60.0


class LoadGate:
    """Checks files against a shelf, which may be given later: until then a check waits for it.

    The built-in guide is no file of the shelf: it is compared, once, with the hash that ships beside it.
    That finds a damaged installation; who can change both can change the program.
    """

    def __init__(self, shelf: Shelf | None = None, guide: Path | None = None) -> None:
        self._guide = (guide or guide_model_path()).absolute()
        self._guide_checked = False
        self._shelf = shelf
        self._given = threading.Event()
        if shelf is not None:
            self._given.set()

    def use(self, shelf: Shelf) -> None:
        """Ask this shelf from now on."""
        self._shelf = shelf
        self._given.set()

    def check(self, path: Path, on_progress: Progress = ignore, stop: Stop = never) -> None:
        """Return when the model file may be loaded.

        Raises UserError ``engine.load_cancelled`` when ``stop`` says so, ``library.model_damaged``,
        ``model_incomplete``, ``model_unknown``, ``import_forbidden`` (unknown, and a policy forbids
        those) or as :meth:`Shelf.verify`. What is no file at all is left to the engine to refuse.
        """
        path = path.absolute()
        try:
            if path == self._guide:
                self._check_guide(stop)
            elif is_file(path):
                self._check_file(path, on_progress, stop)
        except Stopped:
            raise UserError("engine.load_cancelled") from None

    def accept(self, path: Path) -> None:
        """Remember the person's decision for an unknown file that was checked; blocks for the disk.

        Raises UserError ``library.import_forbidden``, ``model_unverified`` or ``missing``.
        """
        self._until_kept(lambda: self._wait_for_shelf(never).accept(path), path)

    def _check_guide(self, stop: Stop) -> None:
        if self._guide_checked or not is_file(self._guide):
            return
        try:
            recorded = self._guide.with_suffix(".sha256").read_text(encoding="ascii").split()[0]
        except (OSError, ValueError, IndexError):
            log_event("gate.guide_has_no_record")
            return
        if fingerprint(self._guide, stop=stop)[0] != recorded:
            raise UserError("library.model_damaged")
        self._guide_checked = True

    def _check_file(self, path: Path, on_progress: Progress, stop: Stop) -> None:
        shelf = self._wait_for_shelf(stop)
        try:
            self._until_kept(lambda: shelf.ensure(path, on_progress, stop), path)
        except UserError as error:
            log_event("gate.refused", code=error.code)
            if error.code == "library.model_unknown" and shelf.only_catalogue():
                raise UserError("library.import_forbidden") from None
            raise

    def _wait_for_shelf(self, stop: Stop) -> Shelf:
        waited = 0.0
        while not self._given.wait(0.1):
            waited += 0.1
            if stop() or waited > _SHELF_PATIENCE_S:
                raise Stopped
        if self._shelf is None:
            raise Stopped
        return self._shelf

    @staticmethod
    def _until_kept(step: Callable[[], ModelFile], path: Path) -> ModelFile:
        """Run a step of the shelf; what it cannot write down it holds, so each run gets further."""
        for _ in part_paths(path):
            try:
                return step()
            except UserError as error:
                if error.code != "library.index_not_saved":
                    raise
        return step()
