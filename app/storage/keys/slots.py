"""The slots: ways to open the vault, each holding the data key locked with its own key.

Job: lock the 32-byte data key with AES-256-GCM under a key that comes from the key store of the
system, a passphrase (Argon2id) or the recovery code (HKDF). Rule: each slot is bound to its vault,
kind, parameters and epoch, so a slot moved from elsewhere or altered opens nothing.
"""

from __future__ import annotations

import json
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import psutil
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.errors import UserError

KEY_BYTES: Final = 32
MIN_PASSPHRASE: Final = 8
"""Characters; the strength of a passphrase is shown where it is chosen, this only stops accidents."""

_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_SALT_BYTES: Final = 16
_SMALL_COMPUTER_BYTES: Final = 4 * 2**30
# A header may come from anywhere: what it asks for is bounded before it is done.
_MAX_MEMORY_KIB: Final = 4 * 2**20
_MAX_ITERATIONS: Final = 64
_MAX_LANES: Final = 64


class SlotKind(StrEnum):
    """Where the key of a slot comes from."""

    OS = "os"
    PASSPHRASE = "pass"  # noqa: S105 - the name of a kind, not a secret
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Slot:
    """One way in. ``parameters`` are public (salts, costs); ``sealed`` is the locked data key."""

    kind: SlotKind
    epoch: int
    parameters: Mapping[str, str | int]
    nonce: bytes
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PassphraseCost:
    """What one try of a passphrase costs: memory in KiB, passes, lanes (Argon2id)."""

    memory_kib: int
    iterations: int
    lanes: int

    @classmethod
    def for_this_computer(cls) -> PassphraseCost:
        """Return 256 MiB, or 64 MiB on a computer with less than 4 GiB of memory."""
        small = psutil.virtual_memory().total < _SMALL_COMPUTER_BYTES
        return cls(memory_kib=(64 if small else 256) * 1024, iterations=3, lanes=4)


def new_key() -> bytes:
    """Return 32 fresh random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def os_slot(data_key: bytes, store_key: bytes, vault_id: str, epoch: int) -> Slot:
    """Lock ``data_key`` with the random key that the system's key store holds."""
    return _seal(SlotKind.OS, epoch, {}, store_key, data_key, vault_id)


def passphrase_slot(
    data_key: bytes, passphrase: str, cost: PassphraseCost, vault_id: str, epoch: int
) -> Slot:
    """Lock ``data_key`` with a passphrase.

    Raises UserError: "storage.passphrase_short", or "storage.memory_short" if ``cost`` cannot be paid.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        raise UserError("storage.passphrase_short", characters=MIN_PASSPHRASE)
    parameters: dict[str, str | int] = {
        "salt": secrets.token_hex(_SALT_BYTES),
        "memory_kib": cost.memory_kib,
        "iterations": cost.iterations,
        "lanes": cost.lanes,
    }
    key = _stretched(passphrase, parameters)
    return _seal(SlotKind.PASSPHRASE, epoch, parameters, key, data_key, vault_id)


def recovery_slot(data_key: bytes, secret: bytes, vault_id: str, epoch: int) -> Slot:
    """Lock ``data_key`` with the 160 bits of the recovery code."""
    parameters: dict[str, str | int] = {"salt": secrets.token_hex(_SALT_BYTES)}
    key = _expanded(secret, parameters)
    return _seal(SlotKind.RECOVERY, epoch, parameters, key, data_key, vault_id)


def open_os(slot: Slot, store_key: bytes, vault_id: str) -> bytes | None:
    """Return the data key, or None if the key store's key does not open this slot."""
    return _unseal(slot, store_key, vault_id)


def open_passphrase(slot: Slot, passphrase: str, vault_id: str) -> bytes | None:
    """Return the data key, or None if the passphrase does not open this slot."""
    return _unseal(slot, _stretched(passphrase, slot.parameters), vault_id)


def open_recovery(slot: Slot, secret: bytes, vault_id: str) -> bytes | None:
    """Return the data key, or None if the code does not open this slot."""
    return _unseal(slot, _expanded(secret, slot.parameters), vault_id)


def check(slot: Slot) -> None:
    """Raise ValueError, KeyError or TypeError if this cannot be a slot of ours, before it is used."""
    if len(slot.nonce) != _NONCE_BYTES or len(slot.sealed) != KEY_BYTES + _TAG_BYTES:
        raise ValueError("sizes")
    if slot.kind is SlotKind.OS:
        return
    if len(bytes.fromhex(str(slot.parameters["salt"]))) != _SALT_BYTES:
        raise ValueError("salt")
    if slot.kind is SlotKind.PASSPHRASE:
        memory, iterations, lanes = (
            int(slot.parameters[name]) for name in ("memory_kib", "iterations", "lanes")
        )
        if not (
            1 <= lanes <= _MAX_LANES
            and 8 * lanes <= memory <= _MAX_MEMORY_KIB
            and 1 <= iterations <= _MAX_ITERATIONS
        ):
            raise ValueError("cost")


def _stretched(passphrase: str, parameters: Mapping[str, str | int]) -> bytes:
    # The same passphrase must give the same bytes on every keyboard and system.
    words = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    try:
        stretcher = Argon2id(
            salt=bytes.fromhex(str(parameters["salt"])),
            length=KEY_BYTES,
            iterations=int(parameters["iterations"]),
            lanes=int(parameters["lanes"]),
            memory_cost=int(parameters["memory_kib"]),
        )
        return stretcher.derive(words)
    except MemoryError as error:
        raise UserError("storage.memory_short") from error


def _expanded(secret: bytes, parameters: Mapping[str, str | int]) -> bytes:
    salt = bytes.fromhex(str(parameters["salt"]))
    return HKDF(SHA256(), KEY_BYTES, salt, b"cloister recovery slot").derive(secret)


def _bound_to(kind: SlotKind, epoch: int, parameters: Mapping[str, str | int], vault_id: str) -> bytes:
    bound = ["cloister slot", vault_id, kind.value, epoch, dict(parameters)]
    return json.dumps(bound, sort_keys=True).encode("utf-8")


def _seal(
    kind: SlotKind,
    epoch: int,
    parameters: Mapping[str, str | int],
    key: bytes,
    data_key: bytes,
    vault_id: str,
) -> Slot:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, data_key, _bound_to(kind, epoch, parameters, vault_id))
    return Slot(kind, epoch, parameters, nonce, sealed)


def _unseal(slot: Slot, key: bytes, vault_id: str) -> bytes | None:
    bound = _bound_to(slot.kind, slot.epoch, slot.parameters, vault_id)
    try:
        return AESGCM(key).decrypt(slot.nonce, slot.sealed, bound)
    except InvalidTag:
        return None
