"""What a vault holds, read beside the program that owns it; and a vault as an earlier run left it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.core.conversation.message import Message
from app.storage import unlock
from app.storage.database import connection
from app.storage.history.conversations import Conversations
from app.storage.history.messages import Messages
from app.storage.keys import header, slots
from app.storage.keys.slots import SlotKind
from app.storage.records import MessageRecord, MessageState
from app.storage.vault import Vault


@dataclass
class Witness:
    """Reads a vault while the program that owns it runs."""

    profile: Path
    passphrase: str

    def __post_init__(self) -> None:
        """Open the slot of the passphrase."""
        best = header.read(self.profile).best
        slot = best.slot(SlotKind.PASSPHRASE)
        assert slot is not None
        key = slots.open_passphrase(slot, self.passphrase, best.vault_id)
        assert key is not None
        self.key = key

    def branches(self) -> list[MessageRecord]:
        """Return every message of the vault, all branches, in order of identifiers."""
        database = connection.open_existing(self.profile / "history.db", self.key)
        try:
            messages = Messages(database, Conversations(database))
            return [
                messages.one(int(row[0])) for row in database.rows("SELECT id FROM messages ORDER BY id")
            ]
        finally:
            database.close()

    def answered(self, count: int) -> bool:
        """Say whether there are ``count`` messages and the last one is complete."""
        branches = self.branches()
        return len(branches) == count and branches[-1].state is MessageState.DONE

    def ended(self, count: int) -> bool:
        """Say whether there are ``count`` messages and nothing is being written, cut off or not."""
        branches = self.branches()
        return len(branches) == count and branches[-1].state is not MessageState.STREAMING

    def shown(self) -> tuple[MessageRecord, ...]:
        """Return the branch shown last of the conversation last written in."""
        database = connection.open_existing(self.profile / "history.db", self.key)
        try:
            conversations = Conversations(database)
            return Messages(database, conversations).path(conversations.all()[0].id)
        finally:
            database.close()

    def last(self) -> Message:
        """Return the newest message."""
        return self.branches()[-1].message


def made_vault(profile: Path, passphrase: str, fill: Callable[[Vault], object] | None = None) -> Witness:
    """Make a profile as an earlier run would have left it, with what ``fill`` writes."""
    profile.mkdir(mode=0o700, exist_ok=True)
    cheap = slots.PassphraseCost(memory_kib=64 * 1024, iterations=1, lanes=1)
    vault, _ = unlock.create(profile, unlock.Protection.with_passphrase(passphrase, cheap))
    if fill is not None:
        fill(vault)
    if vault.recovery is not None:
        vault.recovery.confirm()
    vault.close()
    return Witness(profile, passphrase)
