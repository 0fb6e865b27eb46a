"""A model file on its way: what is known of a download, an import, a trial.

Job: plain state, changed on the GUI thread only. Rule: figures and codes, no sentences; a job outlives
the process that worked for it, because what has arrived is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from app.core.errors import UserError
from app.library.carrying.examining import Found
from app.library.carrying.importing import How
from app.library.known.catalogue import CatalogueEntry, CatalogueFile


class Stage(StrEnum):
    """Where a job stands."""

    OFFERED = "offered"
    """Waits for the person to agree."""
    QUEUED = "queued"
    CONNECTING = "connecting"
    RUNNING = "running"
    STALLED = "stalled"
    RETRYING = "retrying"
    CHECKING = "checking"
    """What is here already is read."""
    STOPPING = "stopping"
    PAUSED = "paused"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """A file of no catalogue waits for a decision."""
    ARRIVED = "arrived"


class Trial(StrEnum):
    """How far the test sentence is."""

    NONE = "none"
    WAITING = "waiting"
    LOADING = "loading"
    WRITING = "writing"
    DONE = "done"
    FAILED = "failed"


@dataclass(slots=True)
class TrialState:
    """What the trial of one model file has come to."""

    stage: Trial = Trial.NONE
    share: float = 0.0
    sentence: str = ""
    speed: float = 0.0
    error: UserError | None = None


@dataclass(slots=True)
class Job:
    """What downloads and imports have in common; bytes and seconds."""

    key: str
    total: int
    stage: Stage = Stage.OFFERED
    done: int = 0
    speed: float = 0.0
    error: UserError | None = None
    path: Path | None = None
    """The whole, checked file."""
    trial: TrialState = field(default_factory=TrialState)

    @property
    def share(self) -> float:
        """How much of it is here, 0 to 1."""
        return self.done / self.total if self.total else 0.0

    @property
    def remaining_s(self) -> float | None:
        """How long it takes at this speed; None when that cannot be said."""
        return (self.total - self.done) / self.speed if self.speed > 0 else None

    @property
    def busy(self) -> bool:
        """Whether something works for it now."""
        still = (Stage.OFFERED, Stage.PAUSED, Stage.FAILED, Stage.ARRIVED)
        return self.stage not in still


@dataclass(slots=True)
class Download(Job):
    """A model of the catalogue on its way; ``files`` are all its parts, ``number`` the one under way."""

    entry: CatalogueEntry | None = None
    files: tuple[CatalogueFile, ...] = ()
    number: int = 0
    before: int = 0
    """Bytes of the parts that are whole."""
    host: str = ""
    stored_host: bool = False
    seconds: float = 0.0
    began_again: str = ""
    folder: Path | None = None
    by_hub: bool = False
    """Only the hub's own record vouches for it."""
    confirmed: bool = False
    """The hub's own record vouches for it, whoever else does."""
    with_token: bool = False
    """The person wished that the access token is sent for it, in this run of the program."""
    token_kept: bool = False
    """The hub wants a token, and the key store has one that was not sent yet."""

    @property
    def file(self) -> CatalogueFile:
        """The file under way."""
        return self.files[min(self.number, len(self.files) - 1)]


@dataclass(slots=True)
class Carrying(Job):
    """A file that is brought in by hand; ``found`` is None until its header was read."""

    source: Path = Path()
    found: Found | None = None
    entry_name: str = ""
    hashes: tuple[str, ...] = ()
    shared: Path | None = None
    """The folder of all users that a file of the shelf goes to."""
    in_use: bool = False
    """It answers now, and is to answer from its new place."""
    wished: How | None = None
    """How it is brought in, as soon as the person said so."""
    stopped: bool = False
    """The person wishes it to end."""

    @property
    def in_place(self) -> bool:
        """Whether it is used where it lies."""
        return self.wished is How.LINK
