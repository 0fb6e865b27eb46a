"""The bin: out of every list, back as it was, and gone from the file when its time is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.conversation.draft import Draft
from app.core.conversation.message import user_message
from app.core.errors import UserError
from app.storage.history.bin import DAY_SECONDS
from app.storage.unlock import open_with_passphrase
from app.storage.vault import Vault
from tests.storage import harness

START = 1_000_000.0


@pytest.fixture
def kept(profile: Path) -> Iterator[Vault]:
    opened = harness.make(profile)[0]
    yield opened
    assert opened.check() == ()
    opened.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    now = [START]
    monkeypatch.setattr("time.time", lambda: now[0])
    yield now
    monkeypatch.undo()


def _talk(vault: Vault, title: str, words: str = "oranges and lemons") -> int:
    conversation = vault.create_conversation(title)
    vault.add_user_message(conversation.id, None, user_message(words))
    return conversation.id


def test_what_is_in_the_bin_is_in_no_list_and_comes_back_whole(kept: Vault) -> None:
    first, second, third = (_talk(kept, title) for title in ("one", "two", "three"))
    kept.save_draft(second, Draft("half a sentence"))
    path = kept.path(second)
    kept.move_to_bin(second)
    assert [one.id for one in kept.conversations()] == [third, first]
    assert {hit.conversation_id for hit in kept.search("lemons")} == {first, third}
    assert [(one.id, one.title, one.messages) for one in kept.bin()] == [(second, "two", 1)]
    kept.give_back(second)
    assert [one.id for one in kept.conversations()] == [third, second, first]
    assert kept.bin() == ()
    assert kept.path(second) == path
    assert kept.draft(second).text == "half a sentence"
    assert len(kept.search("lemons")) == 3


def test_it_is_still_in_the_bin_after_the_program_ended(profile: Path) -> None:
    vault = harness.make(profile)[0]
    gone = _talk(vault, "gone")
    vault.move_to_bin(gone)
    vault.close()
    vault = open_with_passphrase(profile, harness.PASSPHRASE)
    assert [one.id for one in vault.bin()] == [gone]
    assert vault.conversations() == ()
    vault.close()


def test_the_time_in_the_bin_is_counted_from_the_day_it_came(kept: Vault, clock: list[float]) -> None:
    early, late = _talk(kept, "early"), _talk(kept, "late")
    kept.move_to_bin(early)
    clock[0] += 10 * DAY_SECONDS
    kept.move_to_bin(early)  # it is there already: its day stays
    kept.move_to_bin(late)
    assert [(one.id, one.binned) for one in kept.bin()] == [(late, clock[0]), (early, START)]
    clock[0] = START + 30 * DAY_SECONDS - 1
    assert kept.empty_bin(30) == 0
    clock[0] += 1
    assert kept.empty_bin(30) == 1
    assert [one.id for one in kept.bin()] == [late]
    assert kept.empty_bin() == 1
    assert kept.bin() == ()


def test_a_clock_set_back_keeps_nothing_longer_than_meant(kept: Vault, clock: list[float]) -> None:
    gone = _talk(kept, "gone")
    clock[0] += 3650 * DAY_SECONDS
    kept.move_to_bin(gone)
    clock[0] = START
    emptied = list[int]()
    for _ in range(31):  # as the hourly look does
        emptied.append(kept.empty_bin(30))
        clock[0] += DAY_SECONDS
    assert emptied == [0] * 30 + [1]


def test_a_clock_that_leaps_ahead_empties_nothing_until_it_stood_there_for_a_day(
    kept: Vault, clock: list[float]
) -> None:
    gone = _talk(kept, "gone")
    kept.move_to_bin(gone)
    assert kept.empty_bin(30) == 0
    clock[0] += 3650 * DAY_SECONDS
    for _ in range(20):
        assert kept.empty_bin(30) == 0
        clock[0] += 3600
    clock[0] = START + DAY_SECONDS  # set right
    assert kept.empty_bin(30) == 0
    assert [(one.id, one.binned) for one in kept.bin()] == [(gone, START)]


def test_after_weeks_of_absence_the_bin_is_emptied_a_day_later(kept: Vault, clock: list[float]) -> None:
    kept.move_to_bin(_talk(kept, "gone"))
    assert kept.empty_bin(30) == 0
    clock[0] += 60 * DAY_SECONDS
    assert kept.empty_bin(30) == 0
    clock[0] += DAY_SECONDS
    assert kept.empty_bin(30) == 1


def test_who_empties_the_bin_need_not_wait_for_the_clock(kept: Vault, clock: list[float]) -> None:
    kept.move_to_bin(_talk(kept, "gone"))
    assert kept.empty_bin(30) == 0
    clock[0] += 3650 * DAY_SECONDS
    assert kept.empty_bin() == 1


def test_what_was_emptied_is_on_no_page_of_the_file(profile: Path) -> None:
    vault, code = harness.make(profile)
    key = harness.data_key(profile, code)
    _talk(vault, "kept", "kept number " * 200)
    gone = _talk(vault, harness.CANARY, f"{harness.CANARY} " * 300)
    vault.save_draft(gone, Draft(harness.CANARY))
    vault.move_to_bin(gone)
    words = [word.encode() for word in harness.CANARY.split()]
    assert all(word in harness.decrypted(profile, key) for word in words)
    assert vault.empty_bin() == 1
    left = harness.decrypted(profile, key)
    assert b"kept number" in left
    assert not any(word in left for word in words)
    with pytest.raises(UserError) as caught:
        vault.give_back(gone)
    assert caught.value.code == "storage.conversation_gone"
    vault.close()


def test_keep_nothing_has_no_bin() -> None:
    vault = Vault.in_memory()
    gone = _talk(vault, "gone")
    vault.move_to_bin(gone)
    assert (vault.bin(), vault.conversations(), vault.search("lemons")) == ((), (), ())
    with pytest.raises(UserError):
        vault.conversation(gone)
    vault.close()


def test_a_snapshot_goes_when_its_conversation_goes_to_the_bin(kept: Vault) -> None:
    assert kept.snapshots is not None
    gone = _talk(kept, "gone")
    file = kept.snapshots.begin(gone, {}, 4)
    file.write(b"read")
    assert file.keep()
    assert kept.snapshots.total_bytes() > 0
    kept.move_to_bin(gone)
    assert kept.snapshots.total_bytes() == 0
