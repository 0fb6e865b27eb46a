"""Snapshots on the disk: what is kept, for how long, and that it says nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.storage import unlock
from app.storage.files.sealed_stream import PIECE, sealed_size
from app.storage.keys.slots import PassphraseCost
from app.storage.snapshots import KEPT_FREE, SnapshotFile, SnapshotRefusedError, Snapshots
from app.storage.unlock import Protection
from app.storage.vault import Vault
from tests.storage.kept_snapshots import HEADER, KEY, OTHER_KEY, names, read, write


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 5])
def test_what_is_written_is_read(snapshots: Snapshots, size: int) -> None:
    data = os.urandom(size)
    write(snapshots, 3, data)
    assert read(snapshots, 3) == data
    assert read(snapshots, 4) is None


def test_a_later_one_replaces_an_earlier_one(snapshots: Snapshots, snapshot_folder: Path) -> None:
    write(snapshots, 3, b"first")
    write(snapshots, 3, b"second")
    assert read(snapshots, 3) == b"second"
    assert len(names(snapshot_folder)) == 1


def test_nothing_on_the_disk_says_anything(snapshots: Snapshots, snapshot_folder: Path) -> None:
    words = b"the lease ends in June " * 100_000
    path = write(snapshots, 3, words)
    raw = path.read_bytes()
    assert b"lease" not in raw
    assert b"fingerprint" not in raw, "the header names the model file and the adapter: sealed as well"
    assert len(path.stem) == 32
    other = Snapshots(snapshot_folder, OTHER_KEY)
    assert other._path(3) != path
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    assert oct(snapshot_folder.stat().st_mode & 0o777) == "0o700"
    write(snapshots, 4, words)
    assert len({raw, *(file.read_bytes() for file in snapshot_folder.iterdir())}) == 2, (
        "a salt of its own each"
    )


def test_deleting_reaches_one_that_is_being_written(snapshots: Snapshots, snapshot_folder: Path) -> None:
    file = snapshots.begin(3, HEADER, 3)
    file.write(b"abc")
    snapshots.delete(3)
    assert not file.keep()
    assert names(snapshot_folder) == []
    write(snapshots, 3, b"abc")
    snapshots.delete(3)
    snapshots.delete(3)
    assert read(snapshots, 3) is None


def test_of_two_writers_the_later_one_counts(snapshots: Snapshots, snapshot_folder: Path) -> None:
    first = snapshots.begin(3, HEADER, 3)
    second = snapshots.begin(3, HEADER, 3)
    first.write(b"old")
    second.write(b"new")
    assert not first.keep()
    assert second.keep()
    assert read(snapshots, 3) == b"new"
    assert len(names(snapshot_folder)) == 1


def test_only_the_snapshots_of_known_conversations_stay(
    snapshots: Snapshots, snapshot_folder: Path
) -> None:
    for number in (1, 2, 3):
        write(snapshots, number, b"x")
    being_written = snapshots.begin(4, HEADER, 1)
    snapshots.keep_only({2})
    assert len(names(snapshot_folder)) == 2
    assert not being_written.keep()
    assert len(names(snapshot_folder)) == 1
    assert read(snapshots, 2) == b"x"


def test_the_least_recently_used_goes_first(snapshots: Snapshots, snapshot_folder: Path) -> None:
    one = sealed_size(len(str(HEADER)), 1000)
    snapshots.cap = 3 * one + one // 2
    for age, number in enumerate((1, 2, 3)):
        os.utime(write(snapshots, number, bytes(1000)), (age, age))
    found = snapshots.find(1)
    assert found is not None
    found.used()
    found.close()
    write(snapshots, 4, bytes(1000))
    assert [read(snapshots, number) is not None for number in (1, 2, 3, 4)] == [True, False, True, True]
    write(snapshots, 4, bytes(1200))
    assert len(names(snapshot_folder)) == 3, "what a new one replaces does not count"
    snapshots.cap = one + 300
    snapshots.make_room()
    assert len(names(snapshot_folder)) == 1
    with pytest.raises(SnapshotRefusedError, match="too_large"):
        snapshots.begin(5, HEADER, 100_000)
    snapshots.cap = 0
    with pytest.raises(SnapshotRefusedError, match="too_large"):
        snapshots.begin(5, HEADER, 0)


def test_nothing_is_written_when_the_disk_is_short(snapshot_folder: Path) -> None:
    free = [KEPT_FREE + 10_000]
    snapshots = Snapshots(snapshot_folder, KEY, free=lambda _folder: free[0])
    with pytest.raises(SnapshotRefusedError, match="disk_short"):
        snapshots.begin(1, HEADER, 20_000)
    assert names(snapshot_folder) == []
    write(snapshots, 1, bytes(2000))


def test_a_file_may_be_dropped_twice(snapshots: Snapshots, snapshot_folder: Path) -> None:
    file: SnapshotFile = snapshots.begin(1, HEADER, 1)
    file.drop()
    file.drop()
    assert names(snapshot_folder) == []


def test_a_vault_deletes_a_snapshot_with_its_conversation(tmp_path: Path) -> None:
    cost = PassphraseCost(memory_kib=64, iterations=1, lanes=1)
    vault, _ = unlock.create(tmp_path, Protection.with_passphrase("a long passphrase", cost))
    assert vault.snapshots
    first, second = vault.create_conversation("a").id, vault.create_conversation("b").id
    for number in (first, second):
        write(vault.snapshots, number, b"words")
    vault.delete(first)
    assert vault.snapshots.find(first) is None
    assert read(vault.snapshots, second) == b"words"
    orphan = write(vault.snapshots, 999, b"left by a deletion that was cut off")
    (orphan.parent / "half.snap.part").write_bytes(b"half")
    vault.close()
    vault = unlock.open_with_passphrase(tmp_path, "a long passphrase")
    assert vault.snapshots
    assert read(vault.snapshots, second) == b"words", "the key is the vault's"
    assert len(names(tmp_path / "snapshots")) == 1
    vault.close()


def test_keep_nothing_keeps_no_snapshot() -> None:
    vault = Vault.in_memory()
    assert vault.snapshots is None
    vault.delete(vault.create_conversation("a").id)
    vault.close()
