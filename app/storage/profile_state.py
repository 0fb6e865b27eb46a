"""What stands in a profile, as far as it can be seen without a key.

Job: say which way in is there, or what is wrong, before anyone is asked for anything. Rule: looks only;
a history beside missing keys, or keys beside a missing history, is an alarm and never a fresh start.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from app.core.errors import UserError
from app.storage.database import connection
from app.storage.database.connection import HISTORY_NAME
from app.storage.files import trouble
from app.storage.files.instance_lock import InstanceLock
from app.storage.keys import header
from app.storage.keys.header import COPY_NAME, HEADER_NAME, UNFINISHED_NAME
from app.storage.keys.slots import SlotKind


class ProfileState(StrEnum):
    """What stands in a profile."""

    NEW = "new"
    """Nothing yet: ask where the key shall live."""
    LOCKED_OS = "locked_os"
    """Open it with the system's key store."""
    LOCKED_PASSPHRASE = "locked_passphrase"  # noqa: S105 - the name of a state
    """Ask for the passphrase."""
    LOCKED_RECOVERY = "locked_recovery"
    """Only the recovery code is left."""
    DAMAGED = "damaged"
    """:func:`profile_trouble` says what is wrong."""


def profile_state(profile: Path) -> ProfileState:
    """Return what stands in ``profile``; raises UserError if the folder cannot be read."""
    if is_new(profile):
        return ProfileState.NEW
    if profile_trouble(profile) is not None:
        return ProfileState.DAMAGED
    best = header.read(profile).best
    if best.slot(SlotKind.OS):
        return ProfileState.LOCKED_OS
    return (
        ProfileState.LOCKED_PASSPHRASE
        if best.slot(SlotKind.PASSPHRASE)
        else ProfileState.LOCKED_RECOVERY
    )


def state_before_opening(profile: Path) -> ProfileState:
    """Return what stands in ``profile``, for someone who is about to open it.

    Raises UserError as :func:`profile_state`, and ``storage.already_open`` before anyone is asked for a
    passphrase in vain.
    """
    state = profile_state(profile)
    if state is not ProfileState.NEW and InstanceLock.is_taken(profile):
        raise UserError("storage.already_open")
    return state


def profile_trouble(profile: Path) -> UserError | None:
    """Return what is wrong with a profile as far as can be seen without a key, or None."""
    if is_new(profile):
        return None
    try:
        _ = header.read(profile).best
    except UserError as error:
        return error
    found = connection.file_trouble(profile / HISTORY_NAME)
    return None if found is None else UserError(found.value)


def is_new(profile: Path) -> bool:
    """Say whether no vault was ever made in ``profile``; raises UserError if it cannot be read."""
    with trouble.in_words():
        headers = [(profile / name).exists() for name in (HEADER_NAME, COPY_NAME)]
        if any(headers):
            return False
        # A header under its unfinished name: the making of a vault was cut off before anything was kept.
        return (profile / UNFINISHED_NAME).exists() or not (profile / HISTORY_NAME).exists()
