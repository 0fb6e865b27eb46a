"""A model file of the shelf as a plain value: how it is, and who vouches for it.

Job: the words for what is known of a file. Rule: values only; the shelf finds out, window and command
line say it, from the same two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class Condition(StrEnum):
    """What is known of a model file. Only the first two may be loaded without a question."""

    KNOWN = "known"
    """Its hash is one of the catalogue's, or the hub's own record named it."""
    ACCEPTED = "accepted"
    """Its hash is in no catalogue; the person or IT decided to use it."""
    UNKNOWN = "unknown"
    """Hashed, in no catalogue, and nobody decided yet."""
    UNVERIFIED = "unverified"
    """Never hashed, or changed since."""
    DAMAGED = "damaged"
    """Has the name and size of a catalogue's file and another hash."""
    INCOMPLETE = "incomplete"
    """Parts of it are missing."""


class Origin(StrEnum):
    """Who says what a hashed model file is."""

    CONFIRMED = "confirmed"
    """Its publisher's own record."""
    CATALOGUED = "catalogued"
    """A catalogue, whose hash nobody compared with that record yet."""
    NOBODY = "nobody"
    """No catalogue: only this computer knows the hash."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One model on the shelf.

    ``path`` is its (first) file and ``parts`` all of them; ``size`` in bytes, all parts together.
    ``hashes`` are those of the parts, empty while unverified; ``verified_at`` the oldest verification of
    any part (UTC), None while one is missing. ``entry`` names the catalogue's entry, empty when there is
    none; a damaged file has that of its name and size. ``shared``: it lies in a folder of all users and
    cannot be removed here. ``missing`` names the parts that are not there. ``confirmed``: its
    publisher's own record named every hash, as the hub said or whoever made the catalogue compared.
    """

    path: Path
    name: str
    size: int
    hashes: tuple[str, ...]
    verified_at: datetime | None
    entry: str
    condition: Condition
    parts: tuple[Path, ...]
    shared: bool = False
    missing: tuple[str, ...] = ()
    confirmed: bool = False

    @property
    def sha256(self) -> str:
        """The hash of :attr:`path`."""
        return self.hashes[0]

    @property
    def origin(self) -> Origin | None:
        """Who vouches for it; None while it is not hashed, not whole or damaged."""
        if self.condition is Condition.KNOWN:
            return Origin.CONFIRMED if self.confirmed else Origin.CATALOGUED
        unknown = self.condition in {Condition.ACCEPTED, Condition.UNKNOWN}
        return Origin.NOBODY if unknown else None

    @property
    def usable(self) -> bool:
        """Whether it may be loaded without verifying or asking first."""
        return self.condition in {Condition.KNOWN, Condition.ACCEPTED}
