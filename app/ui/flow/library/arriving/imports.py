"""Model files brought in by hand, as the window knows them.

Job: have the header read, then copy, move or link on a lane of its own, and ask the person about a file
of no catalogue. Rule: the lane waits for a decision and never makes one; closing the program
decides "no".
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.core.errors import UserError
from app.core.model_parts import part_paths
from app.engine import errand
from app.library.carrying.chosen import Chosen, models_among
from app.library.carrying.examining import Found, Look, examine
from app.library.carrying.importing import How, Import, Imported, Unknown
from app.library.files.fingerprint import Progress, Stop, Stopped
from app.library.known.catalogue import CatalogueEntry
from app.library.shelf.shelf import Shelf
from app.ui.flow.library.arriving.jobs import Carrying, Stage
from app.ui.flow.tasks import Lane

_EVERY_S = 0.25
CLOSE_PATIENCE_S = 5.0


class Imports(QObject):
    """``changed`` carries the key of an import whose state is another now.

    ``arrived`` carries the import, whole and checked; ``ended`` says that one was stopped or failed.
    ``shelf`` and ``entries`` are asked at each start. Looking at files has a lane of its own: it does
    not wait for another file that is copied.
    """

    changed = Signal(str)
    arrived = Signal(object)
    ended = Signal()
    _begun = Signal(object)
    _progress = Signal(str, object, object)  # an int of Qt's ends at two gigabytes
    _unknown = Signal(str, object)

    def __init__(
        self,
        shelf: Callable[[], Shelf],
        entries: Callable[[], Sequence[CatalogueEntry]],
        look: Look = errand.header,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._shelf, self._entries, self._look = shelf, entries, look
        self._lane, self._looks = Lane("imports", self), Lane("looks", self)
        self._jobs: dict[str, Carrying] = {}
        self._closed = False
        self._decided = threading.Event()
        self._decision = False
        self._begun.connect(self._begin)
        self._progress.connect(self._moved_on)
        self._unknown.connect(self._ask)

    @property
    def jobs(self) -> tuple[Carrying, ...]:
        """All imports of this run."""
        return tuple(self._jobs.values())

    def get(self, key: str) -> Carrying | None:
        """Return the import of a key."""
        return self._jobs.get(key)

    def find_models(self, paths: Sequence[Path], found: Callable[[Chosen], None]) -> None:
        """Find out which models these files and folders mean."""
        self._looks.run(lambda: models_among(paths), found)

    def offer(self, key: str, source: Path, how: How | None = None, shared: Path | None = None) -> None:
        """Look at a file; unless ``how`` says it, the person then says how it is brought in.

        ``shared``: it is on the shelf already, and goes to this folder, for all users to read.
        """
        known = self._jobs.get(key)
        if known is not None and known.busy:
            return
        job = Carrying(key, 0, source=source, stage=Stage.CHECKING, wished=how, shared=shared)
        self._jobs[key] = job
        entries = self._entries()
        self._looks.run(
            lambda: examine(source, entries, self._look),
            partial(self._seen, job),
            partial(self._failed, job),
        )
        self.changed.emit(key)

    def start(self, key: str, how: How) -> None:
        """Bring a file in that was looked at."""
        job = self._jobs.get(key)
        if job is None or job.found is None or job.busy:
            return
        found = job.found
        job.stage, job.error, job.wished = Stage.QUEUED, None, how
        self._lane.run(
            lambda: self._run(job, found, how),
            partial(self._done, job),
            partial(self._failed, job),
        )
        self.changed.emit(key)

    def again(self, key: str) -> None:
        """Try what failed once more: the file may be another one by now."""
        job = self._jobs.get(key)
        if job is not None and not job.busy:
            self.offer(key, job.source, job.wished, job.shared)

    def decide(self, key: str, use: bool) -> None:
        """Answer whether an unknown file is used."""
        job = self._jobs.get(key)
        if job is not None and job.stage is Stage.UNKNOWN:
            job.stage = Stage.RUNNING
            self._decision = use
            self._decided.set()
            self.changed.emit(key)

    def cancel(self, key: str) -> None:
        """Stop an import and forget it."""
        job = self._jobs.get(key)
        if job is None:
            return
        job.stopped = True
        if job.stage is Stage.UNKNOWN:
            self.decide(key, False)
        if not job.busy or job.stage is Stage.QUEUED:
            self.forget(key)

    def forget(self, key: str) -> None:
        """Drop an import that is over."""
        if self._jobs.pop(key, None) is not None:
            self.changed.emit(key)

    def close(self) -> None:
        """End what is under way; what was copied is gone on with next time."""
        self._closed, self._decision = True, False
        self._decided.set()
        self._looks.close(CLOSE_PATIENCE_S, drop=True)
        self._lane.close(CLOSE_PATIENCE_S, drop=True)

    # --- on the GUI thread ------------------------------------------------------------------------

    def _seen(self, job: Carrying, found: Found) -> None:
        job.found, job.entry_name, job.total = found, found.resembles, found.size
        job.stage = Stage.OFFERED
        if job.stopped:
            self._end(job)
        elif job.wished is not None:
            self.start(job.key, job.wished)
        self.changed.emit(job.key)

    def _begin(self, job: Carrying) -> None:
        if job.stage is Stage.QUEUED and not job.stopped:
            job.stage = Stage.RUNNING
            self.changed.emit(job.key)

    def _moved_on(self, key: str, done: int, total: int) -> None:
        job = self._jobs.get(key)
        if job is not None and job.stage is Stage.RUNNING:
            job.done, job.total = done, total
            self.changed.emit(key)

    def _ask(self, key: str, unknown: Unknown) -> None:
        job = self._jobs.get(key)
        if job is None:
            self._decided.set()
            return
        job.stage, job.hashes, job.entry_name = Stage.UNKNOWN, unknown.hashes, ""
        self.changed.emit(key)

    def _done(self, job: Carrying, imported: Imported | None) -> None:
        if imported is None:
            self._end(job)
            self.ended.emit()
            return
        job.stage, job.done, job.path = Stage.ARRIVED, job.total, imported.path
        job.hashes, job.entry_name = imported.hashes, imported.entry
        self.changed.emit(job.key)
        self.arrived.emit(job)

    def _failed(self, job: Carrying, error: UserError) -> None:
        if job.stopped or error.code == "library.import_refused":
            self._end(job)
        else:
            job.stage, job.error = Stage.FAILED, error
            self.changed.emit(job.key)
        self.ended.emit()

    def _end(self, job: Carrying) -> None:
        """Drop a job; one of the same file that was begun since stays."""
        if self._jobs.get(job.key) is job:
            self.forget(job.key)

    # --- on the lane --------------------------------------------------------------------------------

    def _run(self, job: Carrying, found: Found, how: How) -> Imported | None:
        key, told, started = job.key, [0.0], time.monotonic()
        self._begun.emit(job)

        def tell(done: int, total: int) -> None:
            now = time.monotonic()
            if now - told[0] >= _EVERY_S or done == total:
                told[0] = now
                job.speed = done / max(0.05, now - started)
                self._progress.emit(key, done, total)

        def stop() -> bool:
            return self._closed or job.stopped

        entries = self._entries()
        try:
            if stop():
                return None
            if job.shared is not None:
                return self._share(job, job.shared, entries, found, how, tell, stop)
            work = Import(self._shelf(), entries, accept=partial(self._accept, job))
            return self._carry(job, work, found, how, tell, stop)
        except Stopped:
            return None

    def _carry(
        self, job: Carrying, work: Import, found: Found, how: How, tell: Progress, stop: Stop
    ) -> Imported:
        """Bring a file in; what was copied goes if the person cancels, and stays if the program ends."""
        try:
            return work.run(found, how, tell, stop)
        except Stopped:
            if job.stopped and how is not How.LINK:
                work.discard(found)
            raise

    def _share(
        self,
        job: Carrying,
        folder: Path,
        entries: Sequence[CatalogueEntry],
        found: Found,
        how: How,
        tell: Progress,
        stop: Stop,
    ) -> Imported:
        """Bring a file of the shelf to the folder of all users; it was agreed to when it came here."""
        mine = self._shelf()
        there = Shelf(folder, None, (), entries, mine.only_catalogue)
        work = Import(there, entries, accept=lambda _: True, for_all=True)
        done = self._carry(job, work, found, how, tell, stop)
        for path, sha256 in zip(part_paths(done.path), done.hashes, strict=True):
            mine.record(path, sha256, accepted=not done.entry)
        return done

    def _accept(self, job: Carrying, unknown: Unknown) -> bool:
        """Wait for the person; who closes the program has not agreed."""
        self._decided.clear()
        self._decision = False
        if self._closed or job.stopped:
            return False
        self._unknown.emit(job.key, unknown)
        self._decided.wait()
        return self._decision and not self._closed
