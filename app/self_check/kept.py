"""The checks of what is kept and searched: the vault and the manual.

Job: encrypt, write and read again; find a page. Rule: the vault is one of its own, in a folder that is
removed.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from app.core.conversation.message import user_message
from app.manual.finder import NO_PAGE, ManualFinder
from app.self_check.broken import BrokenError, Facts
from app.storage import unlock
from app.storage.keys.slots import PassphraseCost
from app.storage.vault import Vault

_QUESTION = "How do I stop an answer?"
_PASSPHRASE = "a passphrase of the self-check"  # noqa: S105 - it protects nothing
_SECRET = "self-check: encrypted words"  # noqa: S105 - what must not be found in the file
_CHEAP = PassphraseCost(memory_kib=64 * 1024, iterations=1, lanes=1)


def vault() -> Facts:
    """Make an encrypted vault, write, look for the words in its files, and read them again."""
    with tempfile.TemporaryDirectory(prefix="cloister-") as folder:
        profile = Path(folder) / "profile"
        profile.mkdir(mode=0o700)
        made, _ = unlock.create(profile, unlock.Protection.with_passphrase(_PASSPHRASE, _CHEAP))
        conversation = _written(made)
        for path in profile.iterdir():
            if path.is_file() and _SECRET.encode() in path.read_bytes():
                raise BrokenError(path.name)
        opened = unlock.open_with_passphrase(profile, _PASSPHRASE)
        try:
            record = opened.path(conversation)[0]
        finally:
            opened.close()
        if record.message.question != _SECRET:
            raise BrokenError("history.db")
    return {"encrypted": True}


def manual() -> Facts:
    """Search the manual for a question it answers."""
    finder = ManualFinder.open()
    if finder.place(_QUESTION).text == NO_PAGE:
        raise BrokenError(_QUESTION)
    return {"pages": len(finder.pages)}


def _written(made: Vault) -> int:
    try:
        conversation = made.create_conversation("").id
        made.add_user_message(conversation, None, user_message(_SECRET))
    finally:
        made.close()
    return conversation
