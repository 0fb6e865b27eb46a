"""Every connection is in the vault, whatever happened between its beginning and its end."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.core.connections import DOWNLOAD, Connection, last_time
from app.core.errors import UserError
from app.storage import unlock
from app.storage.keys.slots import PassphraseCost
from app.storage.network import connection_list
from app.storage.network.pending import FOLDER_NAME, PendingConnections
from app.storage.unlock import Protection
from app.storage.vault import Vault

BEGAN = datetime(2026, 11, 12, 14, 3, tzinfo=UTC)
LATER = BEGAN + timedelta(minutes=17)
NEW = Connection("a1", BEGAN, "huggingface.co", DOWNLOAD, "file.gguf", "person")
DONE = replace(NEW, ended=LATER, outcome="done", received=12, sent=3)
PASSPHRASE = "correct horse battery staple"
COST = PassphraseCost(memory_kib=1024, iterations=1, lanes=1)


@pytest.fixture
def vault() -> Vault:
    return Vault.in_memory()


def test_a_connection_is_noted_before_and_completed_after(vault: Vault) -> None:
    log = vault.network_log
    log.add(NEW)
    assert log.all() == (NEW,)
    assert log.under_way == {"a1"}
    log.add(DONE)
    assert log.all() == (DONE,)
    assert log.under_way == frozenset()


def test_an_end_stays_as_it_was_first_noted(vault: Vault) -> None:
    log = vault.network_log
    log.add(DONE)
    log.add(replace(DONE, received=0, outcome="library.fetch_failed", host="elsewhere"))
    log.add(NEW)
    assert log.all() == (DONE,)


def test_the_beginning_never_changes(vault: Vault) -> None:
    log = vault.network_log
    log.add(NEW)
    log.add(replace(DONE, host="elsewhere", begun=LATER, approved_by="policy", what="other"))
    assert log.all() == (DONE,)


def test_the_newest_is_first_and_the_latest_end_counts(vault: Vault) -> None:
    log = vault.network_log
    log.add(DONE)
    log.add(replace(NEW, identity="a2", begun=LATER + timedelta(hours=1)))
    assert [item.identity for item in log.all()] == ["a2", "a1"]
    hour = timedelta(hours=1)
    assert last_time(log.all()) == LATER + hour, "its end is not known, so it counts from its begin"


def test_a_clock_that_ran_ahead_hides_no_later_connection() -> None:
    ahead = replace(DONE, identity="ahead", ended=LATER + timedelta(days=365))
    after = replace(DONE, identity="after", ended=LATER + timedelta(days=1))
    now = LATER + timedelta(days=2)
    assert last_time((ahead, DONE), now) == ahead.ended, "never earlier than it was"
    assert last_time((after, ahead, DONE), now) == after.ended
    assert last_time((DONE, after, ahead), now) == after.ended, "taken in late, from the command line"


def test_a_crash_in_between_leaves_not_known_and_not_nothing(tmp_path: Path) -> None:
    first, _ = unlock.create(tmp_path, Protection.with_passphrase(PASSPHRASE, COST))
    first.network_log.add(NEW)
    first.close()
    again = unlock.open_with_passphrase(tmp_path, PASSPHRASE)
    try:
        assert again.network_log.all() == (NEW,)
        assert again.network_log.under_way == frozenset(), "nobody knows that it goes on"
    finally:
        again.close()
    assert b"huggingface.co" not in (tmp_path / "history.db").read_bytes()


def test_what_was_noted_without_a_vault_is_taken_in_once(tmp_path: Path, vault: Vault) -> None:
    pending = PendingConnections(tmp_path)
    pending.note(NEW)
    pending.note(DONE)
    assert pending.all() == (DONE,)
    pending.move(vault.network_log.take_in)
    assert vault.network_log.all() == (DONE,)
    assert list((tmp_path / FOLDER_NAME).iterdir()) == []


def test_a_download_that_goes_on_while_it_is_taken_in_is_completed_later(
    tmp_path: Path, vault: Vault
) -> None:
    pending = PendingConnections(tmp_path)
    pending.note(NEW)
    pending.move(vault.network_log.take_in)
    assert vault.network_log.under_way == frozenset()
    pending.note(DONE)
    pending.move(vault.network_log.take_in)
    assert vault.network_log.all() == (DONE,)


def test_a_taker_that_died_loses_nothing(tmp_path: Path, vault: Vault) -> None:
    pending = PendingConnections(tmp_path)
    pending.note(NEW)

    def die(_: Connection) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pending.move(die)
    pending.note(DONE)
    pending.move(vault.network_log.take_in)
    assert vault.network_log.all() == (DONE,)
    assert list((tmp_path / FOLDER_NAME).iterdir()) == []


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"identity": "x"}', "\x00" * 9000, "[" * 4000])
def test_a_damaged_note_is_left_and_the_others_count(tmp_path: Path, vault: Vault, content: str) -> None:
    pending = PendingConnections(tmp_path)
    pending.note(NEW)
    (tmp_path / FOLDER_NAME / "bad.json").write_text(content, "utf-8")
    pending.move(vault.network_log.take_in)
    assert vault.network_log.all() == (NEW,)
    assert len(list((tmp_path / FOLDER_NAME).iterdir())) == 1


def test_a_connection_that_cannot_be_noted_is_refused(tmp_path: Path) -> None:
    (tmp_path / FOLDER_NAME).write_text("in the way", "utf-8")
    with pytest.raises(UserError, match=r"seal\.not_noted"):
        PendingConnections(tmp_path).note(NEW)


def test_the_notes_are_private_and_hold_no_path_out(tmp_path: Path) -> None:
    pending = PendingConnections(tmp_path)
    pending.note(NEW)
    (note,) = (tmp_path / FOLDER_NAME).iterdir()
    assert note.stat().st_mode & 0o077 == 0
    with pytest.raises(ValueError, match="identity"):
        pending.note(replace(NEW, identity="../../outside"))


def test_the_export_is_whole_and_no_formula(vault: Vault) -> None:
    vault.network_log.add(DONE)
    vault.network_log.add(replace(NEW, identity="a2", host="=cmd()", what="+x"))
    shown = json.loads(connection_list.encoded(vault.network_log.all(), ".json"))
    assert shown[1]["received"] == 12
    assert shown[1]["ended"] == "2026-11-12T14:20:00+00:00"
    assert shown[0]["outcome"] == connection_list.UNKNOWN
    text = connection_list.encoded(vault.network_log.all(), ".csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert (rows[0]["host"], rows[0]["what"]) == ("'=cmd()", "'+x")
    assert rows[1]["approved_by"] == "person"
