"""The recovery code of an open vault.

Job: remember whether the person said that the code is in a safe place, and put another in its place.
Rule: the history notes that a code is not confirmed before that code can open anything, so that after
a kill at any moment the next opening knows that it has to make and show one.
"""

from __future__ import annotations

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
