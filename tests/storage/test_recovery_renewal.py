"""The recovery code that nobody confirmed: known to the vault, replaced, and safe at every cut."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core import private_files
from app.core.errors import UserError
from app.storage import unlock
from app.storage.database import schema
from app.storage.keys.keystore import Keystore
from app.storage.keys.slots import SlotKind
from app.storage.recovery import Recovery
from app.storage.unlock import Protection, open_with_recovery
from app.storage.vault import Vault
from tests.storage import harness


class Cut(BaseException):
    """Stands for the end of the process."""


def _recovery(vault: Vault) -> Recovery:
    assert vault.recovery is not None
    return vault.recovery


def _confirmed(profile: Path) -> bool:
    vault = harness.by_passphrase(profile)
    confirmed = _recovery(vault).confirmed
    vault.close()
    return confirmed


def _renewed(profile: Path) -> str:
    vault = harness.by_passphrase(profile)
    code = _recovery(vault).renew()
    vault.close()
    return code


def test_a_code_counts_as_unconfirmed_until_somebody_says_so(profile: Path) -> None:
    harness.make_filled(profile)
    assert not _confirmed(profile)
    vault = harness.by_passphrase(profile)
    _recovery(vault).confirm()
    vault.close()
    assert _confirmed(profile)


def test_whoever_types_the_code_has_it(profile: Path) -> None:
    open_with_recovery(profile, harness.make_filled(profile)).close()
    assert _confirmed(profile)


def test_a_vault_from_before_counts_as_confirmed(profile: Path) -> None:
    code = harness.make_filled(profile)
    with harness.keyed(profile, harness.data_key(profile, code)) as raw:
        raw.execute("DELETE FROM about WHERE name = 'recovery_code'").close()
    assert _confirmed(profile)


def test_a_new_code_replaces_the_one_before_and_nothing_else(profile: Path) -> None:
    first = harness.make_filled(profile)
    passphrase_slot = json.loads((profile / "vault.json").read_text())["slots"][0]
    second = _renewed(profile)
    assert second != first
    assert harness.refusal_of(lambda: open_with_recovery(profile, first)) == "storage.wrong_code"
    body = json.loads((profile / "vault.json").read_text())
    assert [slot["kind"] for slot in body["slots"]] == ["pass", "recovery"]
    assert body["slots"][0] == passphrase_slot
    assert (profile / "vault.json").read_bytes() == (profile / "vault.json.bak").read_bytes()
    assert not _confirmed(profile)
    assert harness.holds_the_message(open_with_recovery(profile, second))
    vault = harness.by_passphrase(profile)
    assert not vault.notes.header_older
    assert not vault.notes.header_repaired
    assert harness.holds_the_message(vault)


def test_the_key_store_opens_as_before(profile: Path) -> None:
    store = Keystore(lambda kept={}: harness.MemoryStore(kept))  # type: ignore[misc] # a default argument in a lambda
    vault, first = unlock.create(profile, Protection.os_keystore(), store)
    vault.close()
    vault = unlock.open_with_os_key(profile, store)
    assert not _recovery(vault).confirmed
    second = _recovery(vault).renew()
    vault.close()
    unlock.open_with_os_key(profile, store).close()
    assert harness.refusal_of(lambda: open_with_recovery(profile, first)) == "storage.wrong_code"
    open_with_recovery(profile, second).close()


def test_a_new_way_in_and_a_new_code_in_one_session(profile: Path) -> None:
    code = harness.make_filled(profile)
    new = Protection.with_passphrase("another passphrase", harness.CHEAP)
    vault = open_with_recovery(profile, code, new)
    later = _recovery(vault).renew()
    vault.close()
    assert harness.holds_the_message(harness.by_passphrase(profile, "another passphrase"))
    assert harness.holds_the_message(open_with_recovery(profile, later))


def test_an_older_header_does_not_make_the_new_one_look_old(profile: Path) -> None:
    harness.make_filled(profile)
    older = (profile / "vault.json").read_bytes()
    for _ in range(3):
        _renewed(profile)
    for name in ("vault.json", "vault.json.bak"):
        (profile / name).write_bytes(older)
    _renewed(profile)
    vault = harness.by_passphrase(profile)
    assert not vault.notes.header_older
    vault.close()


def test_nothing_is_remembered_where_nothing_is_kept() -> None:
    vault = Vault.in_memory()
    assert vault.recovery is None
    vault.close()


def _cut_at(stage: int, patch: pytest.MonkeyPatch) -> list[str]:
    """End the process before the ``stage``-th write of a renewal; returns what was written."""
    written: list[str] = []
    whole, fact = private_files.write_whole, schema.set_fact

    def guarded(name: str, write: Callable[[], None]) -> None:
        if len(written) == stage:
            raise Cut
        written.append(name)
        write()

    patch.setattr(
        private_files,
        "write_whole",
        lambda path, data: guarded(path.name, lambda: whole(path, data)),
    )
    patch.setattr(
        schema,
        "set_fact",
        lambda database, name, value: guarded(name, lambda: fact(database, name, value)),
    )
    return written


@pytest.mark.parametrize("stage", range(5))
def test_a_renewal_that_is_cut_off_leaves_a_code_or_the_knowledge_that_there_is_none(
    profile: Path, stage: int
) -> None:
    first = harness.make_filled(profile)
    open_with_recovery(profile, first).close()  # confirmed
    vault = harness.by_passphrase(profile)
    with pytest.MonkeyPatch.context() as patch:
        written = _cut_at(stage, patch)
        try:
            _recovery(vault).renew()
        except Cut:
            pass
        else:
            assert stage == 4
    assert written == ["recovery_code", "vault.json", "vault.json.bak", "epoch"][:stage]
    vault.close()

    vault = harness.by_passphrase(profile)
    confirmed = _recovery(vault).confirmed
    assert harness.holds_the_message(vault)
    # Nothing was written: the code in the person's hands is as good as before. Else a new one is due.
    assert confirmed == (stage == 0)
    last = first if confirmed else _renewed(profile)
    assert harness.holds_the_message(open_with_recovery(profile, last))
    if not confirmed:
        assert harness.refusal_of(lambda: open_with_recovery(profile, first)) == "storage.wrong_code"


def test_a_full_disk_refuses_a_new_code_in_words(profile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    harness.make_filled(profile)
    vault = harness.by_passphrase(profile)
    with monkeypatch.context() as patch:
        patch.setattr(private_files, "write_whole", _full)
        with pytest.raises(UserError, match="disk_full"):
            _recovery(vault).renew()
    again = _recovery(vault).renew()
    vault.close()
    assert harness.holds_the_message(open_with_recovery(profile, again))
    assert SlotKind.RECOVERY.value in (profile / "vault.json").read_text()


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_new_code_from_an_open_vault_wants_the_passphrase(profile: Path) -> None:
    harness.make_filled(profile)
    vault = harness.by_passphrase(profile)
    recovery = _recovery(vault)
    assert recovery.asks_for_passphrase
    for seconds in (1, 2, 4):
        with pytest.raises(UserError, match="wrong_passphrase") as wrong:
            recovery.check_passphrase("not the passphrase")
        assert wrong.value.values["seconds"] == seconds
        assert unlock.passphrase_delay(profile) == seconds, "it counts at the next start too"
        with pytest.raises(UserError, match="passphrase_wait") as early:
            recovery.check_passphrase(harness.PASSPHRASE)
        assert early.value.values["seconds"] == seconds
        recovery._next_try = 0.0  # the seconds have passed
    recovery.check_passphrase(harness.PASSPHRASE)
    assert unlock.passphrase_delay(profile) == 0
    code = recovery.renew()
    recovery.confirm()
    vault.close()
    assert _confirmed(profile)
    assert harness.holds_the_message(open_with_recovery(profile, code))


def test_a_key_store_s_vault_has_no_passphrase_to_ask_for(profile: Path) -> None:
    kept: dict[str, str] = {}
    vault, _ = unlock.create(
        profile, Protection.os_keystore(), Keystore(lambda: harness.MemoryStore(kept))
    )
    assert not _recovery(vault).asks_for_passphrase
    with pytest.raises(UserError, match="no_such_slot"):
        _recovery(vault).check_passphrase("anything at all")
    vault.close()
