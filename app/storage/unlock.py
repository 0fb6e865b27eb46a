"""Making a vault and opening it.

Job: a new vault, and the three ways into an existing one. Rule: the data key is unwrapped first and only
then the history opened, so "wrong passphrase" is said only when it is one; where a vault was ever made,
no other is.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.core import private_files
from app.core.errors import UserError
from app.core.logs import log_event
from app.storage import recovery
from app.storage.database import connection, schema
from app.storage.database.connection import HISTORY_NAME, SIDE_FILES, Database
from app.storage.files import trouble
from app.storage.files.instance_lock import InstanceLock
from app.storage.history.conversations import Conversations
from app.storage.history.messages import Messages
from app.storage.keys import header, recovery_code, slots
from app.storage.keys.header import HEADER_NAME, UNFINISHED_NAME, Header, HeaderFiles
from app.storage.keys.keystore import Keystore, KeystoreProblem
from app.storage.keys.slots import PassphraseCost, Slot, SlotKind
from app.storage.profile_state import is_new
from app.storage.recovery import Recovery
from app.storage.snapshots import FOLDER_NAME, Snapshots
from app.storage.vault import OpeningNotes, Vault


@dataclass(frozen=True, slots=True)
class Protection:
    """Where the key of a new vault shall live; see the two constructors."""

    kind: SlotKind
    passphrase: str = field(default="", repr=False)
    cost: PassphraseCost | None = None

    @classmethod
    def os_keystore(cls) -> Protection:
        """Return: the key lives in the system's key store, and nothing is typed."""
        return cls(SlotKind.OS)

    @classmethod
    def with_passphrase(cls, passphrase: str, cost: PassphraseCost | None = None) -> Protection:
        """Return: the key comes from a passphrase; ``cost`` None takes what suits this computer."""
        return cls(SlotKind.PASSPHRASE, passphrase, cost)


def create(profile: Path, protection: Protection, keystore: Keystore | None = None) -> tuple[Vault, str]:
    """Make a vault in a new profile; returns it open, with the recovery code to show once.

    Raises UserError: "storage.already_exists", a key store that does not do its work, a passphrase
    that is too short, or what the disk reports. Then the profile is as new as before.
    """
    with _locked(profile, new=True) as lock:
        vault_id, data_key, secret = secrets.token_hex(16), slots.new_key(), recovery_code.new_secret()
        first = _first_slot(protection, data_key, vault_id, 1, keystore or Keystore())
        made = Header(vault_id, 1, (first, slots.recovery_slot(data_key, secret, vault_id, 1)))
        database = _make_files(profile, made, data_key)
    log_event("storage.created", slot=protection.kind.value)
    vault = _vault(profile, database, made, data_key, OpeningNotes(), lock)
    return vault, recovery_code.written(secret)


def open_with_os_key(profile: Path, keystore: Keystore | None = None) -> Vault:
    """Open the vault with the key in the system's key store.

    Raises UserError: "storage.keystore_..." when the store does not give the key (the recovery code
    still opens the vault), or what is wrong with the files.
    """
    store = keystore or Keystore()

    def unwrap(candidate: Header) -> bytes | None:
        slot = _slot(candidate, SlotKind.OS)
        try:
            key = store.read(candidate.vault_id)
        except KeystoreProblem as problem:
            raise problem.in_words() from problem
        if key is None:
            raise UserError("storage.keystore_item_missing")
        return slots.open_os(slot, key, candidate.vault_id)

    with _locked(profile) as lock:
        return _open(
            profile, lock, header.read(profile), unwrap, UserError("storage.keystore_item_wrong")
        )


def passphrase_delay(profile: Path) -> float:
    """Return the seconds that :func:`open_with_passphrase` waits before it tries (for a countdown)."""
    return header.read(profile).best.delay_s


def open_with_passphrase(
    profile: Path, passphrase: str, wait: Callable[[float], None] = time.sleep
) -> Vault:
    """Open the vault with its passphrase.

    After wrong ones the call first spends ``delay_s`` seconds in ``wait``; whoever counts the seconds
    down on screen passes a ``wait`` that does nothing. Every try is counted on the disk before it
    is made. Raises UserError: "storage.wrong_passphrase", or what is wrong with the files.
    """
    with _locked(profile) as lock:
        files = header.read(profile)
        best = files.best
        _slot(best, SlotKind.PASSPHRASE)
        if best.delay_s:
            wait(best.delay_s)
        counted = best.counted()
        header.write_count(profile, counted)

        def unwrap(candidate: Header) -> bytes | None:
            slot = _slot(candidate, SlotKind.PASSPHRASE)
            data_key = slots.open_passphrase(slot, passphrase, candidate.vault_id)
            if data_key is not None:
                header.write_count(profile, replace(candidate, wrong_passphrases=0))
            return data_key

        wrong = UserError("storage.wrong_passphrase", seconds=round(counted.delay_s))
        return _open(profile, lock, files, unwrap, wrong)


def open_with_recovery(
    profile: Path, code: str, new: Protection | None = None, keystore: Keystore | None = None
) -> Vault:
    """Open the vault with the recovery code, typed in any case and grouping.

    ``new`` replaces the way in that was lost (a forgotten passphrase, an emptied key store) once the
    history is open; the recovery code stays valid. Raises UserError: "storage.code_malformed",
    "storage.wrong_code", what :func:`create` raises about ``new``, or what is wrong with the files.
    """
    secret = recovery_code.read(code)

    def unwrap(candidate: Header) -> bytes | None:
        return slots.open_recovery(_slot(candidate, SlotKind.RECOVERY), secret, candidate.vault_id)

    def change(current: Header, data_key: bytes) -> Header:
        assert new is not None
        epoch = current.epoch + 1
        first = _first_slot(new, data_key, current.vault_id, epoch, keystore or Keystore())
        kept = tuple(slot for slot in current.slots if slot.kind is SlotKind.RECOVERY)
        return replace(current, epoch=epoch, slots=(first, *kept))

    with _locked(profile) as lock:
        files = header.read(profile)
        refused = UserError("storage.wrong_code")
        vault = _open(profile, lock, files, unwrap, refused, None if new is None else change)
        if vault.recovery is not None:
            vault.recovery.found_in_use()
        return vault


def _expect_new(profile: Path) -> None:
    if not is_new(profile):
        raise UserError("storage.already_exists")


def _slot(candidate: Header, kind: SlotKind) -> Slot:
    slot = candidate.slot(kind)
    if slot is None:
        raise UserError("storage.no_such_slot")
    return slot


@contextmanager
def _locked(profile: Path, *, new: bool = False) -> Iterator[InstanceLock]:
    """Hold the profile; on failure inside the block it is given back, on success the vault keeps it."""
    if not new and is_new(profile):
        raise UserError("storage.header_missing")  # and nothing is made where nothing is
    lock = InstanceLock.take(profile)
    try:
        if new:
            _expect_new(profile)
        yield lock
    except BaseException:
        lock.release()
        raise


def _first_slot(
    protection: Protection, data_key: bytes, vault_id: str, epoch: int, keystore: Keystore
) -> Slot:
    if protection.kind is SlotKind.PASSPHRASE:
        cost = protection.cost or PassphraseCost.for_this_computer()
        return slots.passphrase_slot(data_key, protection.passphrase, cost, vault_id, epoch)
    store_key = slots.new_key()
    try:
        keystore.store(vault_id, store_key)
    except KeystoreProblem as problem:
        raise problem.in_words() from problem
    return slots.os_slot(data_key, store_key, vault_id, epoch)


def _make_files(profile: Path, made: Header, data_key: bytes) -> Database:
    history, unfinished = profile / HISTORY_NAME, profile / UNFINISHED_NAME
    with trouble.in_words():
        # The header comes first under another name: while it has that name, all of this is a draft.
        private_files.write_whole(unfinished, made.to_bytes())
        _remove_history(profile)
    try:
        database = connection.create(history, data_key)
        try:
            schema.bring_up_to_date(database)
            with database.transaction():
                schema.set_fact(database, "vault_id", made.vault_id)
                schema.set_fact(database, "epoch", str(made.epoch))
                recovery.note_shown(database)
            database.forget_log()
            with trouble.in_words():
                private_files.sync_folder(profile)
                unfinished.replace(profile / HEADER_NAME)
                private_files.sync_folder(profile)
        except BaseException:
            database.close()
            raise
    except BaseException:
        if unfinished.exists():
            _remove_history(profile)
            unfinished.unlink()
        raise
    # The vault exists now and its recovery code must reach the person: only the copy may be missing.
    _repair(profile, made)
    return database


def _remove_history(profile: Path) -> None:
    for name in (HISTORY_NAME, *SIDE_FILES):
        (profile / name).unlink(missing_ok=True)


def _open(
    profile: Path,
    lock: InstanceLock,
    files: HeaderFiles,
    unwrap: Callable[[Header], bytes | None],
    refused: UserError,
    change: Callable[[Header, bytes], Header] | None = None,
) -> Vault:
    _ = files.best  # raises where none is left
    for candidate in files.headers:
        data_key = unwrap(candidate)
        if data_key is not None:
            break
    else:
        raise refused
    repaired = not files.whole and _repair(profile, candidate)
    unclean = (profile / SIDE_FILES[0]).exists()  # a clean closing removes the log
    database = connection.open_existing(profile / HISTORY_NAME, data_key)
    try:
        notes = replace(_settle(database, candidate), header_repaired=repaired, unclean=unclean)
        used = candidate
        if change is not None:
            used = replace(change(candidate, data_key), wrong_passphrases=0)
            header.write(profile, used)
            _note_epoch(database, used)
    except BaseException:
        database.close()
        raise
    log_event("storage.opened", interrupted=notes.interrupted, repaired=repaired, unclean=unclean)
    return _vault(profile, database, used, data_key, notes, lock)


def _vault(
    profile: Path,
    database: Database,
    used: Header,
    data_key: bytes,
    notes: OpeningNotes,
    lock: InstanceLock,
) -> Vault:
    snapshots = Snapshots(profile / FOLDER_NAME, data_key)
    code = Recovery(profile, database, used, data_key)
    vault = Vault(database, notes, lock.release, snapshots=snapshots, recovery=code)
    with suppress(UserError):  # a list that cannot be read is said elsewhere
        # Snapshots of conversations whose deletion was cut off go now.
        snapshots.keep_only({record.id for record in vault.conversations()})
    return vault


def _repair(profile: Path, used: Header) -> bool:
    """Write the header and its copy again; a disk that refuses must not keep anyone out."""
    try:
        header.write(profile, replace(used, wrong_passphrases=0))
    except UserError:
        log_event("storage.header_not_repaired")
        return False
    return True


def _settle(database: Database, used: Header) -> OpeningNotes:
    schema.bring_up_to_date(database)
    if schema.fact(database, "vault_id") != used.vault_id:
        raise UserError("storage.history_foreign")
    known_epoch = int(schema.fact(database, "epoch") or "0")
    if used.epoch > known_epoch:
        _note_epoch(database, used)
    if used.epoch < known_epoch:
        log_event("storage.header_older")
    interrupted = Messages(database, Conversations(database)).mark_interrupted()
    return OpeningNotes(interrupted, header_older=used.epoch < known_epoch)


def _note_epoch(database: Database, used: Header) -> None:
    with database.transaction():
        schema.set_fact(database, "epoch", str(used.epoch))
