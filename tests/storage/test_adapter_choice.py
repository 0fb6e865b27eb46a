"""The adapter a conversation is answered with is kept with it, and older histories learn of it."""

from __future__ import annotations

import pytest

from app.core.errors import UserError
from app.storage.vault import Vault


def test_a_conversation_keeps_its_adapter(vault: Vault) -> None:
    one, other = (vault.create_conversation(title).id for title in ("One", "Other"))
    assert (vault.conversation(one).adapter, vault.conversation(one).adapter_scale) == ("", 1.0)
    vault.set_adapter(one, "/files/deeds of 1900.gguf", 0.5)
    kept = vault.conversation(one)
    assert (kept.adapter, kept.adapter_scale) == ("/files/deeds of 1900.gguf", 0.5)
    assert vault.conversation(other).adapter == ""
    assert {record.id: record.adapter for record in vault.conversations()}[one] == kept.adapter
    vault.set_adapter(one, "")
    assert (vault.conversation(one).adapter, vault.conversation(one).adapter_scale) == ("", 1.0)


def test_a_deleted_conversation_takes_none(vault: Vault) -> None:
    with pytest.raises(UserError, match=r"storage\.conversation_gone"):
        vault.set_adapter(999, "x.gguf")
