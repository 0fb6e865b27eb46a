"""The recovery code of an open vault.

Job: remember whether the person said that the code is in a safe place, and put another in its place.
Rule: the history notes that a code is not confirmed before that code can open anything, so that after
a kill at any moment the next opening knows that it has to make and show one.
"""

from __future__ import annotations

import math
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from app.core.errors import UserError
from app.core.logs import log_event
from app.storage.database import schema
from app.storage.database.connection import Database
from app.storage.keys import header, recovery_code, slots
from app.storage.keys.header import Header
from app.storage.keys.slots import SlotKind

_FACT: Final = "recovery_code"
_SHOWN, _CONFIRMED = "shown", "confirmed"


def note_shown(database: Database) -> None:
    """Note inside a transaction that a code goes to the screen and nobody has kept it yet."""
    schema.set_fact(database, _FACT, _SHOWN)


class Recovery:
    """The code of the vault in ``profile``.

    ``used`` is the header that opened it, ``data_key`` what every slot of it holds.
    """

    def __init__(self, profile: Path, database: Database, used: Header, data_key: bytes) -> None:
        self._profile = profile
        self._database = database
        self._header = replace(used, wrong_passphrases=0)
        self._data_key = data_key
        self._next_try = 0.0

    @property
    def confirmed(self) -> bool:
        """Whether somebody has the code; vaults made before this was noted count as such."""
        return schema.fact(self._database, _FACT) != _SHOWN

    def confirm(self) -> None:
        """Note that the person has the code; raises UserError if the disk refuses."""
        with self._database.transaction():
            schema.set_fact(self._database, _FACT, _CONFIRMED)

    def found_in_use(self) -> None:
        """Note that the code was typed: who typed it has it. A disk that refuses keeps nobody out."""
        with suppress(UserError):
            if not self.confirmed:
                self.confirm()

    @property
    def asks_for_passphrase(self) -> bool:
        """Whether the vault has one; else the key store opens it, and nothing can be asked for."""
        return self._header.slot(SlotKind.PASSPHRASE) is not None

    def check_passphrase(self, passphrase: str) -> None:
        """Return if the passphrase opens the vault; a wrong one is counted like one at the start.

        Raises UserError "storage.wrong_passphrase", "storage.passphrase_wait" (too soon after a wrong
        one; nothing was tried), or what the disk reports.
        """
        slot = self._header.slot(SlotKind.PASSPHRASE)
        if slot is None:
            raise UserError("storage.no_such_slot")
        left = self._next_try - time.monotonic()
        if left > 0:
            raise UserError("storage.passphrase_wait", seconds=math.ceil(left))
        counted = self._header.counted()
        header.write_count(self._profile, counted)
        self._header = counted
        if slots.open_passphrase(slot, passphrase, counted.vault_id) is None:
            self._next_try = time.monotonic() + counted.delay_s
            raise UserError("storage.wrong_passphrase", seconds=round(counted.delay_s))
        self._header = replace(counted, wrong_passphrases=0)
        header.write_count(self._profile, self._header)

    def renew(self) -> str:
        """Replace the code and return the new one, not confirmed; the one before opens nothing more.

        The other ways in stay as they are. Raises UserError if the disk refuses; the vault then has the
        old code or one that nobody has seen, and counts as not confirmed.
        """
        with self._database.transaction():
            note_shown(self._database)
        known = int(schema.fact(self._database, "epoch") or "0")
        epoch = max(known, self._header.epoch) + 1
        secret = recovery_code.new_secret()
        new = slots.recovery_slot(self._data_key, secret, self._header.vault_id, epoch)
        kept = tuple(slot for slot in self._header.slots if slot.kind is not SlotKind.RECOVERY)
        self._header = replace(self._header, epoch=epoch, slots=(*kept, new))
        header.write(self._profile, self._header)
        with self._database.transaction():
            schema.set_fact(self._database, "epoch", str(epoch))
        log_event("storage.recovery_code_renewed")
        return recovery_code.written(secret)
