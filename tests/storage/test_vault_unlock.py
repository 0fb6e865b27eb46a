"""Making and opening vaults: every way in, every refusal, and never a fresh start over a history."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from app.core import private_files
from app.core.errors import UserError
from app.storage import unlock
from app.storage.database import connection, schema
from app.storage.keys import recovery_code, slots
from app.storage.keys.keystore import Keystore
from app.storage.keys.slots import PassphraseCost
from app.storage.profile_state import ProfileState, profile_state, profile_trouble
from app.storage.unlock import Protection, open_with_passphrase, open_with_recovery
from tests.storage import harness

FILES = ("history.db", "run.lock", "vault.json", "vault.json.bak")


def _contents(profile: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in profile.iterdir()}


def test_a_new_profile_asks_for_its_protection(profile: Path) -> None:
    assert profile_state(profile) is ProfileState.NEW
    assert profile_trouble(profile) is None
    assert not profile.exists()
    assert harness.refusal_of(lambda: harness.by_passphrase(profile)) == "storage.header_missing"
    assert not profile.exists()


def test_the_passphrase_opens(profile: Path) -> None:
    harness.make_filled(profile)
    assert profile_state(profile) is ProfileState.LOCKED_PASSPHRASE
    assert sorted(path.name for path in profile.iterdir()) == sorted(FILES)
    assert harness.holds_the_message(harness.by_passphrase(profile))
    decomposed = "cafe\u0301 society"
    vault, _ = unlock.create(
        profile / "two", Protection.with_passphrase("caf\u00e9 society", harness.CHEAP)
    )
    vault.close()
    harness.by_passphrase(profile / "two", decomposed).close()


def test_the_os_key_opens(profile: Path) -> None:
    kept: dict[str, str] = {}
    store = Keystore(lambda: harness.MemoryStore(kept))
    vault, code = unlock.create(profile, Protection.os_keystore(), store)
    vault.add_user_message(vault.create_conversation("").id, None, harness.question())
    vault.close()
    assert profile_state(profile) is ProfileState.LOCKED_OS
    assert harness.holds_the_message(unlock.open_with_os_key(profile, store))
    assert harness.refusal_of(lambda: harness.by_passphrase(profile)) == "storage.no_such_slot"
    (name,) = kept
    kept[name] = "00" * 32
    assert (
        harness.refusal_of(lambda: unlock.open_with_os_key(profile, store))
        == "storage.keystore_item_wrong"
    )
    kept.clear()
    assert (
        harness.refusal_of(lambda: unlock.open_with_os_key(profile, store))
        == "storage.keystore_item_missing"
    )
    # A new key in the store, with the recovery code.
    assert harness.holds_the_message(open_with_recovery(profile, code, Protection.os_keystore(), store))
    assert harness.holds_the_message(unlock.open_with_os_key(profile, store))


def test_the_recovery_code_opens_however_it_is_typed(profile: Path) -> None:
    code = harness.make_filled(profile)
    assert [len(group) for group in code.split("-")] == [4] * 9
    for typed in (code, code.lower(), code.replace("-", " "), f" {code.replace('-', '')}\n"):
        assert harness.holds_the_message(open_with_recovery(profile, typed))
    looks_like = code.replace("O", "0").replace("I", "1").replace("B", "8")
    assert harness.holds_the_message(open_with_recovery(profile, looks_like))


def test_a_mistyped_code_is_told_from_a_foreign_one(profile: Path) -> None:
    code = harness.make_filled(profile)
    swapped = code[:3] + ("A" if code[3] != "A" else "C") + code[4:]
    for typed in (swapped, code[:-1], "", "é" * 36, "9" * 36, code + "A"):
        assert harness.refusal_of(lambda typed=typed: open_with_recovery(profile, typed)) == (  # type: ignore[misc] # a default argument in a lambda
            "storage.code_malformed"
        )
    foreign = recovery_code.written(recovery_code.new_secret())
    assert harness.refusal_of(lambda: open_with_recovery(profile, foreign)) == "storage.wrong_code"


def test_a_forgotten_passphrase_is_replaced_with_the_recovery_code(profile: Path) -> None:
    code = harness.make_filled(profile)
    new = Protection.with_passphrase("another passphrase", harness.CHEAP)
    assert harness.holds_the_message(open_with_recovery(profile, code, new))
    assert harness.refusal_of(lambda: harness.by_passphrase(profile)) == "storage.wrong_passphrase"
    assert harness.holds_the_message(harness.by_passphrase(profile, "another passphrase"))
    assert harness.holds_the_message(open_with_recovery(profile, code))


def test_wrong_passphrases_wait_longer_each_time_across_restarts(profile: Path) -> None:
    harness.make_filled(profile)
    waited: list[float] = []
    for _ in range(12):
        with pytest.raises(UserError) as caught:
            open_with_passphrase(profile, "not the passphrase", wait=waited.append)
        assert caught.value.code == "storage.wrong_passphrase"
    assert waited == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert unlock.passphrase_delay(profile) == 300
    assert caught.value.values["seconds"] == 300  # the page counts them down beside the sentence
    vault = open_with_passphrase(profile, harness.PASSPHRASE, wait=waited.append)
    assert waited[-1] == 300
    assert harness.holds_the_message(vault)
    assert unlock.passphrase_delay(profile) == 0


def test_a_try_is_counted_before_it_is_made(profile: Path) -> None:
    harness.make_filled(profile)

    def killed(_: object, *__: object) -> bytes:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slots, "open_passphrase", killed)
        with pytest.raises(KeyboardInterrupt):
            harness.by_passphrase(profile)
    assert unlock.passphrase_delay(profile) == 1
    assert harness.holds_the_message(harness.by_passphrase(profile))


def test_short_passphrases_are_refused_and_the_profile_stays_new(profile: Path) -> None:
    protection = Protection.with_passphrase("short", harness.CHEAP)
    assert harness.refusal_of(lambda: unlock.create(profile, protection)) == "storage.passphrase_short"
    assert profile_state(profile) is ProfileState.NEW


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
    harness.make_filled(profile)
    before = _contents(profile)
    protection = Protection.with_passphrase(harness.PASSPHRASE, harness.CHEAP)
    assert harness.refusal_of(lambda: unlock.create(profile, protection)) == "storage.already_exists"
    (profile / "vault.json").unlink()
    assert harness.refusal_of(lambda: unlock.create(profile, protection)) == "storage.already_exists"
    (profile / "vault.json.bak").unlink()
    assert profile_state(profile) is ProfileState.DAMAGED
    assert harness.refusal_of(lambda: unlock.create(profile, protection)) == "storage.already_exists"
    assert harness.refusal_of(lambda: harness.by_passphrase(profile)) == "storage.header_missing"
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
    assert profile_state(profile) is ProfileState.NEW
    harness.make_filled(profile)
    assert harness.holds_the_message(harness.by_passphrase(profile))


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
    recovery = harness.make_filled(profile)
    damage(profile / "history.db")
    before = sorted(path.name for path in profile.iterdir())
    assert harness.refusal_of(lambda: harness.by_passphrase(profile)) == code
    assert harness.refusal_of(lambda: open_with_recovery(profile, recovery)) == code
    assert sorted(path.name for path in profile.iterdir()) == before
    assert profile_state(profile) is not ProfileState.NEW
    if code != "storage.history_foreign":
        assert profile_state(profile) is ProfileState.DAMAGED


def test_a_plain_database_in_its_place_is_refused(profile: Path) -> None:
    harness.make_filled(profile)
    (profile / "history.db").unlink()
    plain = dbapi2.connect(str(profile / "history.db"))
    plain.execute("CREATE TABLE about (name, value)")
    plain.close()
    before = (profile / "history.db").read_bytes()
    assert profile_state(profile) is ProfileState.DAMAGED
    assert harness.refusal_of(lambda: harness.by_passphrase(profile)) == "storage.history_plain"
    assert (profile / "history.db").read_bytes() == before


def test_the_history_of_another_profile_is_refused(profile: Path, tmp_path: Path) -> None:
    harness.make_filled(profile)
    harness.make_filled(tmp_path / "other")
    other = (tmp_path / "other" / "history.db").read_bytes()
    (profile / "history.db").write_bytes(other)
    assert harness.refusal_of(lambda: harness.by_passphrase(profile)) == "storage.history_foreign"
    assert (profile / "history.db").read_bytes() == other
    # And one with the same key but another name.
    same_key = tmp_path / "third"
    code = harness.make_filled(same_key)
    with harness.keyed(same_key, harness.data_key(same_key, code)) as raw:
        raw.execute("UPDATE about SET value = 'elsewhere' WHERE name = 'vault_id'")
    assert harness.refusal_of(lambda: harness.by_passphrase(same_key)) == "storage.history_foreign"


def test_a_newer_history_is_left_alone(profile: Path) -> None:
    code = harness.make_filled(profile)
    with harness.keyed(profile, harness.data_key(profile, code)) as raw:
        raw.execute(f"PRAGMA user_version={len(schema.MIGRATIONS) + 1}")
    assert harness.refusal_of(lambda: harness.by_passphrase(profile)) == "storage.history_newer"


def test_a_failed_migration_leaves_the_history_as_it_was(profile: Path) -> None:
    code = harness.make_filled(profile)
    database = connection.open_existing(profile / "history.db", harness.data_key(profile, code))
    broken = schema.Migration("broken", ("CREATE TABLE extra (x)", "SELECT nothing FROM nowhere"))
    with pytest.raises(dbapi2.OperationalError):
        schema.bring_up_to_date(database, (*schema.MIGRATIONS, broken))
    database.close()
    assert harness.holds_the_message(harness.by_passphrase(profile))
