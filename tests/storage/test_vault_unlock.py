"""Making and opening vaults: every way in, every refusal, and never a fresh start over a history."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from app.core.errors import UserError
from app.storage import connection, header, private_files, recovery_code, schema, slots, unlock
from app.storage.keystore import Keystore
from app.storage.slots import PassphraseCost, SlotKind
from app.storage.unlock import ProfileState, Protection, open_with_passphrase, open_with_recovery
from app.storage.vault import Vault
from tests.storage import harness

FILES = ("history.db", "run.lock", "vault.json", "vault.json.bak")


def _code_of(call: Callable[[], object]) -> str:
    with pytest.raises(UserError) as caught:
        call()
    assert caught.value.sentence
    return caught.value.code


def _filled(profile: Path) -> str:
    """Make a vault with one message, closed; returns the recovery code."""
    vault, code = harness.make(profile)
    vault.add_user_message(vault.create_conversation("").id, None, harness.question())
    vault.close()
    return code


def _holds_the_message(vault: Vault) -> bool:
    (conversation,) = vault.conversations()
    held = [one.message for one in vault.path(conversation.id)] == [harness.question()]
    vault.close()
    return held


def _passphrase(profile: Path, passphrase: str = harness.PASSPHRASE) -> Vault:
    return open_with_passphrase(profile, passphrase, wait=harness.no_wait)


def _contents(profile: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in profile.iterdir()}


def test_a_new_profile_asks_for_its_protection(profile: Path) -> None:
    assert unlock.profile_state(profile) is ProfileState.NEW
    assert unlock.profile_trouble(profile) is None
    assert not profile.exists()
    assert _code_of(lambda: _passphrase(profile)) == "storage.header_missing"
    assert not profile.exists()


def test_the_passphrase_opens(profile: Path) -> None:
    _filled(profile)
    assert unlock.profile_state(profile) is ProfileState.LOCKED_PASSPHRASE
    assert sorted(path.name for path in profile.iterdir()) == sorted(FILES)
    assert _holds_the_message(_passphrase(profile))
    decomposed = "cafe\u0301 society"
    vault, _ = unlock.create(
        profile / "two", Protection.with_passphrase("caf\u00e9 society", harness.CHEAP)
    )
    vault.close()
    _passphrase(profile / "two", decomposed).close()


def test_the_os_key_opens(profile: Path) -> None:
    kept: dict[str, str] = {}
    store = Keystore(lambda: harness.MemoryStore(kept))
    vault, code = unlock.create(profile, Protection.os_keystore(), store)
    vault.add_user_message(vault.create_conversation("").id, None, harness.question())
    vault.close()
    assert unlock.profile_state(profile) is ProfileState.LOCKED_OS
    assert _holds_the_message(unlock.open_with_os_key(profile, store))
    assert _code_of(lambda: _passphrase(profile)) == "storage.no_such_slot"
    (name,) = kept
    kept[name] = "00" * 32
    assert _code_of(lambda: unlock.open_with_os_key(profile, store)) == "storage.keystore_item_wrong"
    kept.clear()
    assert _code_of(lambda: unlock.open_with_os_key(profile, store)) == "storage.keystore_item_missing"
    # A new key in the store, with the recovery code.
    assert _holds_the_message(open_with_recovery(profile, code, Protection.os_keystore(), store))
    assert _holds_the_message(unlock.open_with_os_key(profile, store))


def test_the_recovery_code_opens_however_it_is_typed(profile: Path) -> None:
    code = _filled(profile)
    assert [len(group) for group in code.split("-")] == [4] * 9
    for typed in (code, code.lower(), code.replace("-", " "), f" {code.replace('-', '')}\n"):
        assert _holds_the_message(open_with_recovery(profile, typed))
    looks_like = code.replace("O", "0").replace("I", "1").replace("B", "8")
    assert _holds_the_message(open_with_recovery(profile, looks_like))


def test_a_mistyped_code_is_told_from_a_foreign_one(profile: Path) -> None:
    code = _filled(profile)
    swapped = code[:3] + ("A" if code[3] != "A" else "C") + code[4:]
    for typed in (swapped, code[:-1], "", "é" * 36, "9" * 36, code + "A"):
        assert _code_of(lambda typed=typed: open_with_recovery(profile, typed)) == (  # type: ignore[misc] # a default argument in a lambda
            "storage.code_malformed"
        )
    foreign = recovery_code.written(recovery_code.new_secret())
    assert _code_of(lambda: open_with_recovery(profile, foreign)) == "storage.wrong_code"


def test_a_forgotten_passphrase_is_replaced_with_the_recovery_code(profile: Path) -> None:
    code = _filled(profile)
    new = Protection.with_passphrase("another passphrase", harness.CHEAP)
    assert _holds_the_message(open_with_recovery(profile, code, new))
    assert _code_of(lambda: _passphrase(profile)) == "storage.wrong_passphrase"
    assert _holds_the_message(_passphrase(profile, "another passphrase"))
    assert _holds_the_message(open_with_recovery(profile, code))


def test_wrong_passphrases_wait_longer_each_time_across_restarts(profile: Path) -> None:
    _filled(profile)
    waited: list[float] = []
    for _ in range(12):
        with pytest.raises(UserError) as caught:
            open_with_passphrase(profile, "not the passphrase", wait=waited.append)
        assert caught.value.code == "storage.wrong_passphrase"
    assert waited == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert unlock.passphrase_delay(profile) == 300
    assert "300" in caught.value.sentence
    vault = open_with_passphrase(profile, harness.PASSPHRASE, wait=waited.append)
    assert waited[-1] == 300
    assert _holds_the_message(vault)
    assert unlock.passphrase_delay(profile) == 0


def test_a_try_is_counted_before_it_is_made(profile: Path) -> None:
    _filled(profile)

    def killed(_: object, *__: object) -> bytes:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slots, "open_passphrase", killed)
        with pytest.raises(KeyboardInterrupt):
            _passphrase(profile)
    assert unlock.passphrase_delay(profile) == 1
    assert _holds_the_message(_passphrase(profile))


def test_short_passphrases_are_refused_and_the_profile_stays_new(profile: Path) -> None:
    protection = Protection.with_passphrase("short", harness.CHEAP)
    assert _code_of(lambda: unlock.create(profile, protection)) == "storage.passphrase_short"
    assert unlock.profile_state(profile) is ProfileState.NEW


def test_the_passphrase_is_not_shown_by_repr() -> None:
    assert "hush" not in repr(Protection.with_passphrase("hush hush hush"))


def test_the_cost_of_a_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    class Memory:
        total = 16 * 2**30

    monkeypatch.setattr("psutil.virtual_memory", lambda: Memory)
    assert PassphraseCost.for_this_computer() == PassphraseCost(256 * 1024, 3, 4)
    Memory.total = 2 * 2**30
    assert PassphraseCost.for_this_computer() == PassphraseCost(64 * 1024, 3, 4)


def test_making_never_overwrites(profile: Path) -> None:
    _filled(profile)
    before = _contents(profile)
    protection = Protection.with_passphrase(harness.PASSPHRASE, harness.CHEAP)
    assert _code_of(lambda: unlock.create(profile, protection)) == "storage.already_exists"
    (profile / "vault.json").unlink()
    assert _code_of(lambda: unlock.create(profile, protection)) == "storage.already_exists"
    (profile / "vault.json.bak").unlink()
    assert unlock.profile_state(profile) is ProfileState.DAMAGED
    assert _code_of(lambda: unlock.create(profile, protection)) == "storage.already_exists"
    assert _code_of(lambda: _passphrase(profile)) == "storage.header_missing"
    assert _contents(profile)["history.db"] == before["history.db"]


@pytest.mark.parametrize("stage", ["sync_folder", "bring_up_to_date", "set_fact"])
def test_a_making_that_was_cut_off_starts_again(
    profile: Path, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cut(Exception):  # noqa: N818 - stands for the end of the process
        pass

    def cut(*_: object) -> None:
        raise Cut

    with monkeypatch.context() as patch:
        patch.setattr(private_files if stage == "sync_folder" else schema, stage, cut)
        # As after a kill: nothing is tidied up.
        patch.setattr(unlock, "_remove_history", lambda _: None)
        patch.setattr(Path, "unlink", lambda *_, **__: None)
        with pytest.raises(Cut):
            harness.make(profile)
    assert unlock.profile_state(profile) is ProfileState.NEW
    _filled(profile)
    assert _holds_the_message(_passphrase(profile))


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda file: file.unlink(), "storage.history_missing"),
        (lambda file: file.write_bytes(b""), "storage.history_empty"),
        (lambda file: file.write_bytes(b"x"), "storage.history_foreign"),
        (lambda file: file.write_bytes(bytes(8192)), "storage.history_foreign"),
        (lambda file: (file.unlink(), file.mkdir()), "storage.history_damaged"),
    ],
    ids=["missing", "empty", "one byte", "zeros", "a folder"],
)
def test_keys_without_their_history_are_an_alarm(
    profile: Path, damage: Callable[[Path], object], code: str
) -> None:
    recovery = _filled(profile)
    damage(profile / "history.db")
    before = sorted(path.name for path in profile.iterdir())
    assert _code_of(lambda: _passphrase(profile)) == code
    assert _code_of(lambda: open_with_recovery(profile, recovery)) == code
    assert sorted(path.name for path in profile.iterdir()) == before
    assert unlock.profile_state(profile) is not ProfileState.NEW
    if code != "storage.history_foreign":
        assert unlock.profile_state(profile) is ProfileState.DAMAGED


def test_a_plain_database_in_its_place_is_refused(profile: Path) -> None:
    _filled(profile)
    (profile / "history.db").unlink()
    plain = dbapi2.connect(str(profile / "history.db"))
    plain.execute("CREATE TABLE about (name, value)")
    plain.close()
    before = (profile / "history.db").read_bytes()
    assert unlock.profile_state(profile) is ProfileState.DAMAGED
    assert _code_of(lambda: _passphrase(profile)) == "storage.history_plain"
    assert (profile / "history.db").read_bytes() == before


def test_the_history_of_another_profile_is_refused(profile: Path, tmp_path: Path) -> None:
    _filled(profile)
    _filled(tmp_path / "other")
    other = (tmp_path / "other" / "history.db").read_bytes()
    (profile / "history.db").write_bytes(other)
    assert _code_of(lambda: _passphrase(profile)) == "storage.history_foreign"
    assert (profile / "history.db").read_bytes() == other
    # And one with the same key but another name.
    same_key = tmp_path / "third"
    code = _filled(same_key)
    with harness.keyed(same_key, harness.data_key(same_key, code)) as raw:
        raw.execute("UPDATE about SET value = 'elsewhere' WHERE name = 'vault_id'")
    assert _code_of(lambda: _passphrase(same_key)) == "storage.history_foreign"


def test_a_newer_history_is_left_alone(profile: Path) -> None:
    code = _filled(profile)
    with harness.keyed(profile, harness.data_key(profile, code)) as raw:
        raw.execute(f"PRAGMA user_version={len(schema.MIGRATIONS) + 1}")
    assert _code_of(lambda: _passphrase(profile)) == "storage.history_newer"


def test_a_failed_migration_leaves_the_history_as_it_was(profile: Path) -> None:
    code = _filled(profile)
    database = connection.open_existing(profile / "history.db", harness.data_key(profile, code))
    broken = schema.Migration("broken", ("CREATE TABLE extra (x)", "SELECT nothing FROM nowhere"))
    with pytest.raises(dbapi2.OperationalError):
        schema.bring_up_to_date(database, (*schema.MIGRATIONS, broken))
    database.close()
    assert _holds_the_message(_passphrase(profile))


def _flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]


def test_a_damaged_header_is_read_from_its_copy_and_written_again(profile: Path) -> None:
    code = _filled(profile)
    good = (profile / "vault.json").read_bytes()
    damages = [good[:length] for length in (0, 1, len(good) // 2, len(good) - 2)]
    damages += [_flip(good, at) for at in range(0, len(good), 41)]
    damages += [
        b"[]",
        b"null",
        b"\xff",
        b"[" * 5000,
    ]
    for name in ("vault.json", "vault.json.bak"):
        for damaged in damages:
            (profile / name).write_bytes(damaged)
            assert unlock.profile_state(profile) is ProfileState.LOCKED_PASSPHRASE
            vault = open_with_recovery(profile, code)
            assert vault.notes.header_repaired
            vault.close()
            assert (profile / "vault.json").read_bytes() == good
            assert (profile / "vault.json.bak").read_bytes() == good
    vault = _passphrase(profile)
    assert not vault.notes.header_repaired
    vault.close()
    (profile / "vault.json").write_bytes(b"junk")
    vault = _passphrase(profile)
    assert vault.notes.header_repaired
    vault.close()


def test_two_damaged_headers_are_an_alarm(profile: Path) -> None:
    code = _filled(profile)
    (profile / "vault.json").write_bytes(b"junk")
    (profile / "vault.json.bak").unlink()
    assert unlock.profile_state(profile) is ProfileState.DAMAGED
    for call in (lambda: _passphrase(profile), lambda: open_with_recovery(profile, code)):
        assert _code_of(call) == "storage.header_damaged"
    assert (profile / "vault.json").read_bytes() == b"junk"


def _rewritten(profile: Path, change: Callable[[dict[str, object]], None]) -> None:
    """Alter the header and its copy with a valid checksum, as someone who knows the format would."""
    body = json.loads((profile / "vault.json").read_text())
    del body["check"]
    change(body)
    text = json.dumps({"check": header._checksum(body), **body})
    for name in ("vault.json", "vault.json.bak"):
        (profile / name).write_text(text)


def test_slots_are_bound_to_their_vault(profile: Path, tmp_path: Path) -> None:
    code = _filled(profile)
    _filled(tmp_path / "other")
    foreign = json.loads((tmp_path / "other" / "vault.json").read_text())["slots"]
    untouched = (profile / "vault.json").read_text()
    changes: list[Callable[[dict[str, object]], None]] = [
        lambda body: body.update(slots=foreign),
        lambda body: body.update(vault_id="ab" * 16),
        lambda body: body["slots"][0].update(epoch=2),  # type: ignore[index] # plain JSON
        lambda body: body["slots"][0]["parameters"].update(lanes=2, memory_kib=128),  # type: ignore[index] # plain JSON
    ]
    for change in changes:
        _rewritten(profile, change)
        assert _code_of(lambda: _passphrase(profile)) == "storage.wrong_passphrase"
        for name in ("vault.json", "vault.json.bak"):
            (profile / name).write_text(untouched)
    assert _holds_the_message(open_with_recovery(profile, code))


@pytest.mark.parametrize(
    "parameters", [{"memory_kib": 2**40}, {"iterations": 10**9}, {"lanes": 0}, {"memory_kib": 1}]
)
def test_absurd_costs_are_not_paid(profile: Path, parameters: dict[str, int]) -> None:
    _filled(profile)
    _rewritten(profile, lambda body: body["slots"][0]["parameters"].update(parameters))  # type: ignore[index] # plain JSON
    assert _code_of(lambda: _passphrase(profile)) == "storage.header_damaged"


def test_odd_headers_are_refused_in_words(profile: Path) -> None:
    code = _filled(profile)
    untouched = (profile / "vault.json").read_text()
    for change, expected in (
        (lambda body: body.update(format=2), "storage.header_newer"),
        (lambda body: body.update(slots=[]), "storage.header_damaged"),
        (lambda body: body.update(slots=7), "storage.header_damaged"),
        (lambda body: body["slots"][1]["parameters"].clear(), "storage.header_damaged"),
        (lambda body: body["slots"][1]["parameters"].update(salt="zz"), "storage.header_damaged"),
        (lambda body: body["slots"][1].update(nonce=""), "storage.header_damaged"),
    ):
        _rewritten(profile, change)
        assert _code_of(lambda: open_with_recovery(profile, code)) == expected
        for name in ("vault.json", "vault.json.bak"):
            (profile / name).write_text(untouched)
    assert _holds_the_message(open_with_recovery(profile, code))


def test_an_older_header_opens_with_a_note(profile: Path) -> None:
    code = _filled(profile)
    older = (profile / "vault.json").read_bytes()
    open_with_recovery(
        profile, code, Protection.with_passphrase("another passphrase", harness.CHEAP)
    ).close()
    for name in ("vault.json", "vault.json.bak"):
        (profile / name).write_bytes(older)
    vault = _passphrase(profile)
    assert vault.notes.header_older
    vault.close()


def test_a_change_cut_between_header_and_copy_keeps_a_way_in(profile: Path) -> None:
    code = _filled(profile)
    older = (profile / "vault.json").read_bytes()
    new = Protection.with_passphrase("another passphrase", harness.CHEAP)
    open_with_recovery(profile, code, new).close()
    (profile / "vault.json.bak").write_bytes(older)
    assert header.read(profile).best.epoch == 2
    vault = _passphrase(profile, "another passphrase")
    assert vault.notes.header_repaired
    vault.close()
    assert header.read(profile).whole
    assert header.read(profile).best.slot(SlotKind.OS) is None
