"""A model file that was named on the command line, before it is loaded.

Job: have it checked like in the window; one of no catalogue is used, because it was named, and that is
said once. Rule: what was decided and hashed is remembered where the person has a profile; none is made.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.cli.shelf.here import ProgressLine, shelf_here
from app.cli.terminal import say
from app.core.errors import UserError
from app.core.paths import guide_model_path, profile_dir
from app.core.texts import text
from app.library.files.fingerprint import Progress
from app.library.known.known_models import known_models
from app.library.shelf.load_gate import LoadGate
from app.library.shelf.shelf import Shelf


class NamedFile:
    """The check of a client that serves one verb; ``shelf`` is looked for when a file needs it."""

    def __init__(self, shelf: Callable[[], Shelf] | None = None) -> None:
        self._find_shelf = shelf or _shelf
        self._shelf: Shelf | None = None
        self._gate = LoadGate()
        self._to_say = ""

    def check(self, path: Path, on_progress: Progress, stop: Callable[[], bool]) -> None:
        """Return when the file may be loaded. Raises as :meth:`LoadGate.check`; unknown files pass."""
        if self._shelf is None and path.absolute() != guide_model_path():
            self._shelf = self._find_shelf()
            self._gate.use(self._shelf)
        line = ProgressLine()

        def progress(done: int, total: int) -> None:
            on_progress(done, total)
            line(done, total)

        try:
            self._gate.check(path, progress, stop)
        except UserError as error:
            if error.code != "library.model_unknown" or self._shelf is None:
                raise
            self._gate.accept(path)
            self._to_say = self._shelf.hash_of(path)

    def say(self) -> None:
        """Say on standard error, once, that nobody vouches for the file that was loaded."""
        said, self._to_say = self._to_say, ""
        if said:
            say(text("gate.unknown_named", sha256=said), aside=True)


def _shelf() -> Shelf:
    """Return the person's shelf, or one that remembers for this run where there is no profile."""
    try:
        if profile_dir().is_dir():
            return shelf_here().shelf
    except OSError:  # no home folder
        pass
    return Shelf(Path(), None, (), known_models().entries)
