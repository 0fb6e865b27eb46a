"""``vault.json``: the locked keys beside the history.

Job: read and write the header with its slots and the count of wrong passphrases. Rule: the header is
written whole, and a second copy, ``vault.json.bak``, follows it; a checksum tells a damaged header
(its copy is read instead) from a wrong passphrase. Nothing in it is secret without a key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from app.core import private_files
from app.core.errors import UserError
from app.core.logs import log_event
from app.storage.files import trouble
from app.storage.keys import slots
from app.storage.keys.slots import Slot, SlotKind

HEADER_NAME: Final = "vault.json"
COPY_NAME: Final = "vault.json.bak"
UNFINISHED_NAME: Final = "vault.json.new"
"""The header while a vault is being made; found alone, it means nothing was ever kept here."""

FORMAT: Final = 1
_LARGEST: Final = 2**20
_MALFORMED: Final = (
    AttributeError,
    KeyError,
    OverflowError,
    RecursionError,
    TypeError,
    binascii.Error,
)
"""What foreign values raise beside ValueError: a text for a table, a number without an end."""
_LONGEST_DELAY_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Header:
    """The header of one vault.

    ``epoch`` grows with every change of the slots. ``wrong_passphrases`` counts tries since the last
    one that was right; it is kept here because a clock can be set back and a program restarted.
    """

    vault_id: str
    epoch: int
    slots: tuple[Slot, ...]
    wrong_passphrases: int = 0

    def slot(self, kind: SlotKind) -> Slot | None:
        """Return the slot of this kind, if there is one."""
        return next((slot for slot in self.slots if slot.kind is kind), None)

    @property
    def delay_s(self) -> float:
        """Seconds to wait before the next passphrase: 0, then 1 doubling to 300."""
        if self.wrong_passphrases == 0:
            return 0.0
        # The exponent is bounded: the count comes from a file.
        return float(min(_LONGEST_DELAY_S, 2 ** min(self.wrong_passphrases - 1, 20)))

    def counted(self) -> Header:
        """Return the header with one more wrong passphrase."""
        return replace(self, wrong_passphrases=self.wrong_passphrases + 1)

    def to_bytes(self) -> bytes:
        """Return the file's content."""
        body = {
            "format": FORMAT,
            "vault_id": self.vault_id,
            "epoch": self.epoch,
            "wrong_passphrases": self.wrong_passphrases,
            "slots": [_slot_to_json(slot) for slot in self.slots],
        }
        return json.dumps({"check": _checksum(body), **body}, indent=1).encode("ascii")

    @classmethod
    def from_bytes(cls, data: bytes) -> Header:
        """Read a header; raises ValueError if it is damaged, UserError if a newer version wrote it."""
        try:
            body = json.loads(data.decode("ascii"))
            if not isinstance(body, dict) or body.pop("check", None) != _checksum(body):
                raise ValueError("checksum")
            if body["format"] != FORMAT:
                raise UserError("storage.header_newer")
            ways_in = tuple(_slot_from_json(slot) for slot in body["slots"])
            if not ways_in:
                raise ValueError("no way in")
            return cls(
                vault_id=str(body["vault_id"]),
                epoch=int(body["epoch"]),
                slots=ways_in,
                wrong_passphrases=max(0, int(body["wrong_passphrases"])),
            )
        except _MALFORMED as error:
            raise ValueError("not a vault header") from error


@dataclass(frozen=True, slots=True)
class HeaderFiles:
    """The headers found in a profile: at most two, without repeats, the newest first.

    ``damaged``: a header is there and cannot be read. ``whole``: header and copy are there and agree.
    """

    headers: tuple[Header, ...]
    damaged: bool
    whole: bool

    @property
    def best(self) -> Header:
        """The header to use; raises UserError if none is left."""
        if self.headers:
            return self.headers[0]
        raise UserError("storage.header_damaged" if self.damaged else "storage.header_missing")


def read(profile: Path) -> HeaderFiles:
    """Read the header of ``profile`` and its copy; raises UserError on a newer one or a failing disk."""
    found: list[Header] = []
    damaged = False
    for name in (HEADER_NAME, COPY_NAME):
        data = _bytes_of(profile / name)
        if data is None:
            continue
        try:
            found.append(Header.from_bytes(data))
        except ValueError:
            log_event("storage.header_damaged", copy=name == COPY_NAME)
            damaged = True
    distinct = [
        one for at, one in enumerate(found) if all(one.slots != other.slots for other in found[:at])
    ]
    # While slots change, the header is written before its copy: the larger epoch is the newer.
    distinct.sort(key=lambda header: -header.epoch)
    return HeaderFiles(tuple(distinct), damaged, whole=len(found) == 2 and len(distinct) == 1)


def _bytes_of(path: Path) -> bytes | None:
    with trouble.in_words():
        if not path.exists():
            return None
        if not path.is_file():
            return b""  # a folder or a pipe in its place counts as a damaged file
        with path.open("rb") as file:
            return file.read(_LARGEST)


def write(profile: Path, header: Header) -> None:
    """Replace the header and its copy, one after the other; raises UserError if the disk refuses."""
    with trouble.in_words():
        private_files.write_whole(profile / HEADER_NAME, header.to_bytes())
        private_files.write_whole(profile / COPY_NAME, header.to_bytes())


def write_count(profile: Path, header: Header) -> None:
    """Replace the header only: for the count of wrong passphrases, which the copy may lack."""
    with trouble.in_words():
        private_files.write_whole(profile / HEADER_NAME, header.to_bytes())


def _checksum(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode("ascii")).hexdigest()


def _slot_to_json(slot: Slot) -> dict[str, Any]:
    return {
        "kind": slot.kind.value,
        "epoch": slot.epoch,
        "parameters": dict(slot.parameters),
        "nonce": base64.b64encode(slot.nonce).decode("ascii"),
        "sealed": base64.b64encode(slot.sealed).decode("ascii"),
    }


def _slot_from_json(data: dict[str, Any]) -> Slot:
    slot = Slot(
        kind=SlotKind(data["kind"]),
        epoch=int(data["epoch"]),
        parameters={str(name): value for name, value in data["parameters"].items()},
        nonce=base64.b64decode(data["nonce"]),
        sealed=base64.b64decode(data["sealed"]),
    )
    slots.check(slot)
    return slot
