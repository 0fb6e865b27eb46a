"""Downloads as the window knows them.

Job: run one Fetcher after the other on a lane of its own, and turn what it says into the state of a
:class:`Download`. Rule: nothing is fetched that the person did not agree to in this run of the program;
what has arrived is kept by everything but "cancel and delete".
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.errors import UserError
from app.library.fetch.client import Fetch
from app.library.fetch.protocol import (
    PART,
    PART_RECORD,
    Checking,
    Connecting,
    Event,
    FetchDone,
    Fetched,
    Stalled,
    StartedAgain,
    Waiting,
)
from app.library.known.catalogue import CatalogueEntry, CatalogueFile
from app.ui.flow.library.arriving.jobs import Download, Stage
from app.ui.flow.library.arriving.secrets import DownloadSecrets
from app.ui.flow.library.known.sources import Source
from app.ui.flow.tasks import Lane

TOKEN_WANTED = frozenset({"library.fetch_token_needed", "library.fetch_token_refused"})
PROXY_WANTED = "library.fetch_proxy_sign_in"
RETRY_MS = 30_000
"""After a lost connection the download is taken up again by itself, so often."""
BROKEN = frozenset(
    f"library.fetch_{code}"
    for code in ("no_name", "no_connection", "silent", "cut", "busy", "crashed", "tls")
)
"""Failures that pass when the connection is back."""
CRASHED = "library.fetch_crashed"
"""One of them that no connection has a part in: the Fetcher's process is gone."""
FOLDER_WANTED = frozenset(
    f"library.fetch_{code}" for code in ("folder", "not_writable", "small_files_only", "disk_failed")
)
"""After these another folder helps."""
FULL = frozenset({"library.fetch_no_room", "library.fetch_disk_full", "library.no_space"})
PAUSED, CANCELLED = "library.fetch_paused", "library.fetch_cancelled"
SEALED = frozenset({"seal.sealed_by_you", "seal.sealed_by_organisation"})
"""The Fetcher's owner may learn of the seal before it learns that the seal pauses the download."""
CLOSE_PATIENCE_S = 5.0
_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class _PartBegins:
    """The next part is fetched; ``before`` bytes of others are whole."""

    number: int
    before: int


class Downloads(QObject):
    """``changed`` carries the key of a download whose state is another now.

    ``arrived`` carries the download, whole and checked; ``record`` is called on the lane for every file
    that came and remembers its hash; ``connected`` says whether a Fetcher talks to anyone; ``deleted``
    tells that what had come of a download is gone. ``secrets`` reads the key store, on the lane.
    """

    changed = Signal(str)
    arrived = Signal(object)
    ended = Signal()
    connected = Signal(bool)
    deleted = Signal()
    _event = Signal(str, object)

    def __init__(
        self,
        fetch: Fetch,
        source: Callable[[], Source],
        record: Callable[[FetchDone], None],
        secrets: DownloadSecrets,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._fetch, self._source, self._record, self._secrets = fetch, source, record, secrets
        self._lane = Lane("downloads", self)
        self._jobs: dict[str, Download] = {}
        self._wished: dict[str, str] = {}
        self._retry = QTimer(self, interval=RETRY_MS)
        self._retry.timeout.connect(self._try_broken)
        self._event.connect(self._heard)

    @property
    def jobs(self) -> tuple[Download, ...]:
        """All downloads of this run, and those that earlier ones left."""
        return tuple(self._jobs.values())

    def get(self, key: str) -> Download | None:
        """Return the download of a key."""
        return self._jobs.get(key)

    @property
    def running(self) -> Download | None:
        """The download a Fetcher works for."""
        waiting = (Stage.QUEUED, Stage.UNKNOWN)
        return next((job for job in self._jobs.values() if job.busy and job.stage not in waiting), None)

    def take_up(
        self, key: str, entry: CatalogueEntry, files: tuple[CatalogueFile, ...], done: int
    ) -> None:
        """Remember what an earlier run left; it waits for the person."""
        if key not in self._jobs:
            job = self._make(key, entry, files)
            job.done, job.stage = done, Stage.PAUSED

    def start(
        self, key: str, entry: CatalogueEntry, files: tuple[CatalogueFile, ...], folder: Path
    ) -> None:
        """Fetch what the person agreed to, or go on with it."""
        job = self._jobs.get(key) or self._make(key, entry, files)
        if job.busy or job.stage is Stage.ARRIVED:
            return
        self._wished.pop(key, None)
        job.error, job.began_again, job.speed, job.folder = None, "", 0.0, folder
        job.stage = Stage.QUEUED if self.running else Stage.CONNECTING
        self._lane.run(
            lambda: self._run(job, folder), partial(self._done, job), partial(self._failed, job)
        )
        self.changed.emit(key)

    def pause(self, key: str) -> None:
        """Stop for now; what has arrived is kept."""
        self._stop(key, "pause")

    def try_now(self, key: str) -> None:
        """Do not wait for the next try after a broken connection."""
        job = self._jobs.get(key)
        if job is not None and job.stage is Stage.RETRYING:
            self._stop(key, "retry")

    def pause_all(self) -> None:
        """Stop all for now."""
        for key in [key for key, job in self._jobs.items() if job.busy]:
            self.pause(key)

    def cancel(self, key: str, folder: Path) -> None:
        """Stop, and delete what has arrived."""
        job = self._jobs.get(key)
        if job is None:
            return
        if job.busy:
            self._stop(key, "cancel")

        def gone(_nothing: None) -> None:
            self.forget(key)
            self.deleted.emit()

        self._lane.run(lambda: _delete_parts(job.files, folder), gone)

    def forget(self, key: str) -> None:
        """Drop a download that is over."""
        if self._jobs.pop(key, None) is not None:
            self.changed.emit(key)

    def close(self) -> None:
        """End the Fetcher; what has arrived is kept."""
        self._retry.stop()
        for key in self._jobs:
            self._wished[key] = "pause"
        self._fetch.pause()
        self._lane.close(CLOSE_PATIENCE_S)

    # --- on the GUI thread ------------------------------------------------------------------------

    def _make(self, key: str, entry: CatalogueEntry, files: tuple[CatalogueFile, ...]) -> Download:
        job = Download(key, sum(file.size for file in files), entry=entry, files=files)
        self._jobs[key] = job
        return job

    def _stop(self, key: str, wish: str) -> None:
        job = self._jobs.get(key)
        if job is None:
            return
        if job.busy:
            self._wished[key] = wish
            if job.stage is not Stage.QUEUED:
                (self._fetch.cancel if wish == "cancel" else self._fetch.pause)()
            job.stage = Stage.STOPPING
        elif job.error is not None and job.error.code in BROKEN:
            job.stage, job.error = Stage.PAUSED, None
        self.changed.emit(key)

    def _heard(self, key: str, event: Event | _PartBegins) -> None:
        job = self._jobs.get(key)
        if job is None or job.stage is Stage.STOPPING:
            return
        match event:
            case _PartBegins():
                job.number, job.before = event.number, event.before
            case Connecting():
                job.stage = Stage.CONNECTING
                job.host, job.stored_host = event.host, not event.expected
                self.connected.emit(True)
            case Fetched():
                job.stage, job.speed = Stage.RUNNING, event.bytes_per_second
                job.done = job.before + event.done
                job.total = max(job.total, job.before + event.total)
            case Stalled():
                job.stage, job.seconds = Stage.STALLED, event.seconds
            case Waiting():
                job.stage, job.seconds, job.speed = Stage.RETRYING, event.seconds, 0.0
            case StartedAgain():
                job.began_again, job.done = event.reason, job.before
            case Checking():
                job.stage = Stage.CHECKING
                job.done, job.speed = job.before + event.done, 0.0
                job.total = max(job.total, job.before + event.total)
        self.changed.emit(key)

    def _done(self, job: Download, result: FetchDone | None) -> None:
        self.connected.emit(False)
        wish = self._wished.pop(job.key, "")
        if wish and result is None:
            self._stopped(job, wish)
            return
        if result is not None:
            job.stage = Stage.ARRIVED
            job.total = job.done = max(job.total, result.size)
            job.path = Path(result.path)
            job.by_hub, job.confirmed = result.vouched_by == "hub", result.confirmed
            self.arrived.emit(job)
            self.ended.emit()
        self.changed.emit(job.key)

    def _failed(self, job: Download, error: UserError) -> None:
        self.connected.emit(False)
        wish = self._wished.pop(job.key, "")
        if error.code in (PAUSED, CANCELLED) or (wish and error.code in SEALED):
            self._stopped(job, wish)
        else:
            job.stage, job.error = Stage.FAILED, error
            if error.code == "library.fetch_wrong_bytes":
                job.done = job.before  # what came was removed
            if error.code in BROKEN:
                self._retry.start()
            elif error.code in TOKEN_WANTED:
                self._look_for_token(job)
            self.ended.emit()
        job.speed = 0.0
        self.changed.emit(job.key)

    def _stopped(self, job: Download, wish: str) -> None:
        job.stage, job.error = Stage.PAUSED, None
        if wish == "retry" and job.entry is not None and job.folder is not None:
            self.start(job.key, job.entry, job.files, job.folder)
        self.changed.emit(job.key)

    def _look_for_token(self, job: Download) -> None:
        """Offer the token that is kept, unless it is the one that was refused."""

        def found(kept: bool) -> None:
            job.token_kept = kept and not job.with_token
            self.changed.emit(job.key)

        self._lane.run(self._secrets.has_token, found, lambda _: None)

    def _try_broken(self) -> None:
        broken = [
            job
            for job in self._jobs.values()
            if job.stage is Stage.FAILED and job.error is not None and job.error.code in BROKEN
        ]
        if not broken:
            self._retry.stop()
        for job in broken:
            if job.entry is not None and job.folder is not None:
                self.start(job.key, job.entry, job.files, job.folder)

    # --- on the lane --------------------------------------------------------------------------------

    def _run(self, job: Download, folder: Path) -> FetchDone | None:
        """Fetch every part that is not whole yet; returns the first part's result."""
        first: FetchDone | None = None
        before = 0
        for number, file in enumerate(job.files):
            if self._wished.get(job.key):
                return None
            self._event.emit(job.key, _PartBegins(number, before))
            done = self._fetched(job, file, folder)
            before += done.size
            first = first or done
        return first

    def _fetched(self, job: Download, file: CatalogueFile, folder: Path) -> FetchDone:
        source = self._source()
        requests = source.requests(file, folder)
        secrets = self._secrets.read(token=job.with_token, proxy=bool(source.proxy))
        told = 0.0
        held: Event | None = None

        def tell(event: Event) -> None:
            nonlocal told, held
            now = time.monotonic()
            if isinstance(event, Fetched | Checking) and now - told < _EVERY_S:
                held = event  # the last figures are told at the end, whatever it is
                return
            told, held = now, None
            self._event.emit(job.key, event)

        try:
            done = self._fetch.run_any(requests, tell, secrets, lambda: self._stop_wished(job.key))
        finally:
            if held is not None:
                self._event.emit(job.key, held)
        self._record(done)
        return done

    def _stop_wished(self, key: str) -> str:
        """Say what the Fetcher shall do, where something was wished before it was there."""
        wish = self._wished.get(key, "")
        return wish if wish in {"", "cancel"} else "pause"


def _delete_parts(files: tuple[CatalogueFile, ...], folder: Path) -> None:
    for file in files:
        for ending in (PART, PART_RECORD):
            (folder / f"{file.name}{ending}").unlink(missing_ok=True)


def bytes_here(files: tuple[CatalogueFile, ...], folder: Path) -> int:
    """Return how much of a download lies in the folder, whole files of it included."""
    found = 0
    for file in files:
        for name in (file.name, f"{file.name}{PART}"):
            try:
                found += (folder / name).stat().st_size
            except OSError:
                continue
    return found
