"""What crosses between the Interface and the Fetcher.

Job: the wish (one file at one commit), the secrets that go with it, and the events on the way, with
their JSON form. Rule: plain data only; secrets have a value of their own, are never printed and travel
in a frame, never in an argument or a variable; each side treats a value it cannot rebuild as an error
of the protocol.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from app.core.errors import UserError
from app.core.plain_values import rebuilt
from app.core.shown_name import shown_name

HUB = "https://huggingface.co"
"""Where the files are published unless another place is set."""

PART, PART_RECORD = ".part", ".part.json"
"""What is appended to a file's name while it is not whole, and to the record of it."""

COMMIT = re.compile(r"[0-9a-f]{40}")
SHA256 = re.compile(r"[0-9a-f]{64}")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_FILE = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,120}/){0,4}[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.gguf")
ADDRESS = re.compile(r"https?://[^/?#@\s\x7f-\U0010ffff]+(/[^?#@\s\x7f-\U0010ffff]*)?")
"""An address without name, password and question, in plain Latin letters: others can look like them."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the Fetcher waits, in seconds.

    After ``stall_s`` without a byte the person is told, after ``dead_s`` the connection is given up and
    made again. Before the next try it waits ``first_wait_s``, then twice as long each time, at most
    ``longest_wait_s`` (a server may ask for up to ``longest_asked_s``); after ``tries`` in a row without
    a new byte it ends. A pause or a cancelling that is not obeyed in ``stop_s`` ends the process.
    """

    connect_s: float = 20.0
    stall_s: float = 20.0
    dead_s: float = 60.0
    first_wait_s: float = 1.0
    longest_wait_s: float = 30.0
    longest_asked_s: float = 600.0
    tries: int = 10
    stop_s: float = 1.0


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """One approved file at one commit.

    ``size`` in bytes, 0 when it is not known; ``sha256`` empty when only the hub's own record can say.
    ``commit`` may be empty where size and hash are known: then the hub's newest must be that file.
    ``folder`` must exist. ``proxy`` is a URL without user and password, empty for none; ``ca_file``
    holds more certificates to trust than the system does, empty for none. ``reserve`` bytes stay free
    on the disk, -1 for as many as ``free_space`` says. ``approved_by`` says who agreed: ``person`` or
    ``policy``.
    """

    repository: str
    commit: str
    file: str
    folder: str
    size: int = 0
    sha256: str = ""
    endpoint: str = HUB
    proxy: str = ""
    ca_file: str = ""
    approved_by: str = "person"
    reserve: int = -1
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        """Refuse what is no single file at a fixed commit; raises ValueError."""
        checks = (
            (_REPOSITORY, self.repository),
            (_FILE, self.file),
            (ADDRESS, self.endpoint),
        )
        sound = all(form.fullmatch(value) for form, value in checks)
        exact = bool(self.size and self.sha256)
        sound = sound and (COMMIT.fullmatch(self.commit) is not None or (exact and not self.commit))
        sound = sound and (not self.sha256 or SHA256.fullmatch(self.sha256) is not None)
        sound = sound and (not self.proxy or ADDRESS.fullmatch(self.proxy) is not None)
        if not sound or self.size < 0 or self.reserve < -1 or not Path(self.folder).is_absolute():
            raise ValueError("not one file at one commit")

    @property
    def target(self) -> Path:
        """Where the whole file will lie; the hub's folders are left out."""
        return Path(self.folder) / PurePosixPath(self.file).name

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FetchRequest:
        """Rebuild from :meth:`to_json`; raises KeyError, TypeError or ValueError on anything else."""
        return cls(**{**data, "patience": Patience(**data["patience"])})


@dataclass(frozen=True, slots=True)
class Secrets:
    """What only the key store keeps: a token of the hub, and who one is to the proxy."""

    token: str = field(default="", repr=False)
    proxy_user: str = field(default="", repr=False)
    proxy_password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Refuse what no token looks like; raises UserError ``library.fetch_token_malformed``."""
        if not (self.token.isascii() and self.token.isprintable()) or " " in self.token:
            raise UserError("library.fetch_token_malformed")

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Secrets:
        """Rebuild from :meth:`to_json`; raises TypeError or UserError on anything else."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Connecting:
    """The Fetcher is about to talk to ``host`` for the first time and waits for leave.

    ``proxy`` names the proxy that stands between, if one does; ``expected`` is False for a host that the
    request did not name (the hub's store of files, or a redirection to somewhere else).
    """

    NAME: ClassVar[str] = "connecting"
    host: str
    proxy: str = ""
    expected: bool = True


@dataclass(frozen=True, slots=True)
class Carried:
    """So many bytes came from ``host`` and went to it by now, in this process.

    Heads of requests and answers count, what encryption adds does not. The list of connections has it.
    """

    NAME: ClassVar[str] = "carried"
    host: str
    received: int = 0
    sent: int = 0


@dataclass(frozen=True, slots=True)
class Fetched:
    """``done`` of ``total`` bytes lie on the disk; the speed is that of the last seconds."""

    NAME: ClassVar[str] = "fetched"
    done: int
    total: int
    bytes_per_second: float

    @property
    def remaining_s(self) -> float | None:
        """How many seconds it will still take at this speed; None when that cannot be said."""
        return (self.total - self.done) / self.bytes_per_second if self.bytes_per_second > 0 else None


@dataclass(frozen=True, slots=True)
class Stalled:
    """Nothing has come for so many seconds; the connection still stands."""

    NAME: ClassVar[str] = "stalled"
    seconds: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """The next try comes in so many seconds. ``reason`` is the code of the error it follows."""

    NAME: ClassVar[str] = "waiting"
    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class StartedAgain:
    """What was there of the file could not be used, and it is fetched from its beginning.

    ``reason``: ``changed`` (the hub has another file now), ``damaged`` (on this disk), ``no_ranges``
    (the server sends whole files only).
    """

    NAME: ClassVar[str] = "started_again"
    reason: str


@dataclass(frozen=True, slots=True)
class Checking:
    """``done`` of ``total`` bytes that were there already are read and hashed."""

    NAME: ClassVar[str] = "checking"
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class FetchDone:
    """The whole file lies at ``path``, size and hash as they should be.

    ``vouched_by``: ``catalogue`` when the request knew the hash, ``hub`` when only the hub's own record
    did. ``bytes_received`` counts the file's bytes that came over the network in this run.
    ``confirmed``: the hub's own record named the hash, whoever else knew it.
    """

    NAME: ClassVar[str] = "done"
    path: str
    sha256: str
    size: int
    bytes_received: int
    vouched_by: str = "catalogue"
    confirmed: bool = False


Event = Connecting | Carried | Fetched | Stalled | Waiting | StartedAgain | Checking | FetchDone

_ITS_ERRORS = ("library.", "children.")
"""What a Fetcher may say went wrong; a sentence about the vault or the seal is not its to choose."""
_REASONS = frozenset({"changed", "damaged", "no_ranges"})
_REASON = re.compile("library\\.[a-z_]{1,48}")
_KINDS: dict[str, type[Event]] = {
    kind.NAME: kind
    for kind in (Connecting, Carried, Fetched, Stalled, Waiting, StartedAgain, Checking, FetchDone)
}


def event_to_json(event: Event) -> dict[str, Any]:
    """Return plain data with the event's name under ``event``."""
    return {"event": event.NAME, **asdict(event)}


def event_from_json(data: Mapping[str, Any]) -> Event:
    """Rebuild an event; raises KeyError, TypeError or ValueError on anything else.

    Who sent it reads what the network sends and may have been taken over: a host's name is shown as a
    name is, and what there is no word for is refused.
    """
    values = dict(data)
    event = rebuilt(_KINDS[values.pop("event")], values)
    if any(isinstance(value, int | float) and value < 0 for value in values.values()):
        raise ValueError("less than nothing")
    if isinstance(event, Waiting) and not _REASON.fullmatch(event.reason):
        raise ValueError("no reason to wait")
    if isinstance(event, StartedAgain) and event.reason not in _REASONS:
        raise ValueError("no reason to start again")
    if isinstance(event, Connecting):
        return replace(event, host=shown_name(event.host), proxy=shown_name(event.proxy))
    return replace(event, host=shown_name(event.host)) if isinstance(event, Carried) else event


def error_from_json(data: Mapping[str, Any]) -> UserError:
    """Rebuild an error of a Fetcher; raises KeyError, TypeError or ValueError on anything else."""
    error = UserError.from_json(dict(data))
    if not error.code.startswith(_ITS_ERRORS):
        raise ValueError("not a Fetcher's error")
    return error
