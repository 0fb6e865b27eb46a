"""Snapshots on the disk: whole and the right one, or refused and removed, quietly."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest

from app.storage import sealed_stream, unlock
from app.storage.sealed_stream import PIECE, SealBrokenError, SealedReader, SealedWriter, sealed_size
from app.storage.slots import PassphraseCost
from app.storage.snapshots import KEPT_FREE, SnapshotFile, SnapshotRefusedError, Snapshots
from app.storage.unlock import Protection
from app.storage.vault import Vault

ROOT = Path(__file__).resolve().parents[2]
KEY, OTHER_KEY = b"k" * 32, b"o" * 32
HEADER = {"fingerprint": "abc", "tokens": 17}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "snapshots"


@pytest.fixture
def snapshots(folder: Path) -> Snapshots:
    return Snapshots(folder, KEY)


def write(snapshots: Snapshots, conversation: int, data: bytes) -> Path:
    file = snapshots.begin(conversation, HEADER, len(data))
    file.write(data)
    assert file.keep()
    return file.path


def read(snapshots: Snapshots, conversation: int) -> bytes | None:
    found = snapshots.find(conversation)
    if found is None:
        return None
    assert found.header == HEADER
    data = b"".join(bytes(chunk) for chunk in found.chunks())
    found.close()
    return data


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 5])
def test_what_is_written_is_read(snapshots: Snapshots, size: int) -> None:
    data = os.urandom(size)
    write(snapshots, 3, data)
    assert read(snapshots, 3) == data
    assert read(snapshots, 4) is None


def test_a_later_one_replaces_an_earlier_one(snapshots: Snapshots, folder: Path) -> None:
    write(snapshots, 3, b"first")
    write(snapshots, 3, b"second")
    assert read(snapshots, 3) == b"second"
    assert len(names(folder)) == 1


def test_nothing_on_the_disk_says_anything(snapshots: Snapshots, folder: Path) -> None:
    words = b"the lease ends in June " * 100_000
    path = write(snapshots, 3, words)
    raw = path.read_bytes()
    assert b"lease" not in raw
    assert b"fingerprint" not in raw, "the header names the model file and the adapter: sealed as well"
    assert len(path.stem) == 32
    other = Snapshots(folder, OTHER_KEY)
    assert other._path(3) != path
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
    write(snapshots, 4, words)
    assert len({raw, *(file.read_bytes() for file in folder.iterdir())}) == 2, "a salt of its own each"


def test_another_key_opens_nothing(snapshots: Snapshots, folder: Path) -> None:
    path = write(snapshots, 3, b"secret")
    other = Snapshots(folder, OTHER_KEY)
    path.rename(other._path(3))
    assert other.find(3) is None
    assert names(folder) == []


def test_files_swapped_between_conversations_are_refused(snapshots: Snapshots, folder: Path) -> None:
    first, second = write(snapshots, 1, b"one"), write(snapshots, 2, b"two")
    swap = folder / "swap"
    first.rename(swap)
    second.rename(first)
    swap.rename(second)
    assert read(snapshots, 1) is None
    assert read(snapshots, 2) is None
    assert names(folder) == []


def broken(snapshots: Snapshots) -> bool:
    """Read conversation 1's snapshot; say whether it was refused, and see that it is gone then."""
    found = snapshots.find(1)
    if found is None:
        return True
    with pytest.raises(SnapshotRefusedError, match="broken"):
        for _ in found.chunks():
            pass
    assert snapshots.find(1) is None
    return True


def test_a_flipped_bit_anywhere_is_noticed(snapshots: Snapshots) -> None:
    path = write(snapshots, 1, os.urandom(PIECE + 300))
    raw = path.read_bytes()
    head = 5 + 32
    places = {*range(head + 80), *range(head + 80, len(raw), 40_000), *range(len(raw) - 330, len(raw))}
    for place in sorted(places):
        damaged = bytearray(raw)
        damaged[place] ^= 1 << (place % 8)
        path.write_bytes(damaged)
        assert broken(snapshots), place


def test_cut_at_every_border_and_beside_it(snapshots: Snapshots) -> None:
    path = write(snapshots, 1, os.urandom(3 * PIECE + 10))
    raw = path.read_bytes()
    borders = [0, 5, 37]
    while borders[-1] < len(raw):
        length = int.from_bytes(raw[borders[-1] : borders[-1] + 4], "big")
        borders += [borders[-1] + 4, borders[-1] + 4 + length]
    assert borders[-1] == len(raw)
    assert len(borders) == 3 + 2 * 5, "a header and four pieces"
    for border in borders:
        for place in (border - 1, border, border + 1):
            if 0 <= place < len(raw):
                path.write_bytes(raw[:place])
                assert broken(snapshots), place


def test_pieces_moved_repeated_or_added_are_noticed(snapshots: Snapshots) -> None:
    path = write(snapshots, 1, os.urandom(3 * PIECE))
    raw = path.read_bytes()
    first = 37 + 4 + int.from_bytes(raw[37:41], "big")
    size = 4 + PIECE + 16
    a, b, rest = raw[first : first + size], raw[first + size : first + 2 * size], raw[first + 2 * size :]
    for changed in (b + a + rest, a + a + rest, b + rest, a + b + rest + rest, a + b + rest + b"\0"):
        path.write_bytes(raw[:first] + changed)
        assert broken(snapshots)


@pytest.mark.parametrize(
    "junk", [b"", b"CLSS", b"CLSS\x02" + bytes(200), b"CLSS\x01" + bytes(200), bytes(5000)]
)
def test_an_older_or_newer_format_is_refused(snapshots: Snapshots, folder: Path, junk: bytes) -> None:
    path = write(snapshots, 1, b"x")
    path.write_bytes(junk)
    assert snapshots.find(1) is None
    assert names(folder) == []


@pytest.mark.parametrize("header", [b"", b"[]", b"no json", b"\xff"])
def test_a_sealed_header_that_is_none_is_refused(snapshots: Snapshots, header: bytes) -> None:
    path = write(snapshots, 1, b"x")
    with path.open("r+b", buffering=0) as file:
        file.truncate()
        writer = SealedWriter(file, *snapshots._sealing(1))
        writer.write(header)
        writer.end_piece()
        writer.finish()
    assert snapshots.find(1) is None
    assert not path.exists()


def test_deleting_reaches_one_that_is_being_written(snapshots: Snapshots, folder: Path) -> None:
    file = snapshots.begin(3, HEADER, 3)
    file.write(b"abc")
    snapshots.delete(3)
    assert not file.keep()
    assert names(folder) == []
    write(snapshots, 3, b"abc")
    snapshots.delete(3)
    snapshots.delete(3)
    assert read(snapshots, 3) is None


def test_of_two_writers_the_later_one_counts(snapshots: Snapshots, folder: Path) -> None:
    first = snapshots.begin(3, HEADER, 3)
    second = snapshots.begin(3, HEADER, 3)
    first.write(b"old")
    second.write(b"new")
    assert not first.keep()
    assert second.keep()
    assert read(snapshots, 3) == b"new"
    assert len(names(folder)) == 1


def test_only_the_snapshots_of_known_conversations_stay(snapshots: Snapshots, folder: Path) -> None:
    for number in (1, 2, 3):
        write(snapshots, number, b"x")
    being_written = snapshots.begin(4, HEADER, 1)
    snapshots.keep_only({2})
    assert len(names(folder)) == 2
    assert not being_written.keep()
    assert len(names(folder)) == 1
    assert read(snapshots, 2) == b"x"


def test_the_least_recently_used_goes_first(snapshots: Snapshots, folder: Path) -> None:
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
    assert len(names(folder)) == 3, "what a new one replaces does not count"
    snapshots.cap = one + 300
    snapshots.make_room()
    assert len(names(folder)) == 1
    with pytest.raises(SnapshotRefusedError, match="too_large"):
        snapshots.begin(5, HEADER, 100_000)
    snapshots.cap = 0
    with pytest.raises(SnapshotRefusedError, match="too_large"):
        snapshots.begin(5, HEADER, 0)


def test_nothing_is_written_when_the_disk_is_short(folder: Path) -> None:
    free = [KEPT_FREE + 10_000]
    snapshots = Snapshots(folder, KEY, free=lambda _folder: free[0])
    with pytest.raises(SnapshotRefusedError, match="disk_short"):
        snapshots.begin(1, HEADER, 20_000)
    assert names(folder) == []
    write(snapshots, 1, bytes(2000))


class FullFile(BytesIO):
    """A file on a disk that fills up after so many bytes."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room

    def write(self, data: object) -> int:
        raw = bytes(data)  # type: ignore[call-overload]  # any buffer
        if self._room < len(raw):
            raise OSError(errno.ENOSPC, "full")
        self._room -= len(raw)
        return super().write(raw)

    def fileno(self) -> int:
        raise OSError(errno.EIO, "no sync")


@pytest.mark.parametrize("room", [0, 40, 300, PIECE + 400, 10 * PIECE])
def test_a_disk_that_fills_up_leaves_nothing(
    snapshots: Snapshots, folder: Path, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(_path: Path, *_how: object, **_more: object) -> BinaryIO:
        return FullFile(room)

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(SnapshotRefusedError, match="disk"):  # noqa: PT012 - it may be any of the three
        file = snapshots.begin(1, HEADER, 3 * PIECE)
        try:
            for _ in range(3):
                file.write(bytes(PIECE))
            file.keep()
        finally:
            file.drop()
    monkeypatch.undo()
    assert names(folder) == []
    assert snapshots.find(1) is None


def test_a_folder_that_cannot_be_made_is_refused_quietly(tmp_path: Path) -> None:
    (tmp_path / "snapshots").write_bytes(b"a file stands here")
    snapshots = Snapshots(tmp_path / "snapshots", KEY)
    with pytest.raises(SnapshotRefusedError, match="disk"):
        snapshots.begin(1, HEADER, 5)
    assert snapshots.find(1) is None
    snapshots.delete(1)
    snapshots.keep_only(())
    snapshots.make_room()


@pytest.mark.skipif(sys.platform == "win32", reason="has no such files")
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_is_not_waited_for(
    snapshots: Snapshots, make: Callable[[Path], object], folder: Path
) -> None:
    path = write(snapshots, 1, b"x")
    path.unlink()
    make(path)
    found: list[bytes | None] = []
    reader = threading.Thread(target=lambda: found.append(read(snapshots, 1)), daemon=True)
    reader.start()
    reader.join(10)
    assert found == [None]
    assert names(folder) == []
    write(snapshots, 1, b"y")
    assert read(snapshots, 1) == b"y"


def test_half_written_ones_are_removed_at_the_start(snapshots: Snapshots, folder: Path) -> None:
    write(snapshots, 1, b"kept")
    unfinished = snapshots.begin(2, HEADER, 5)
    unfinished.write(b"half")
    assert len(names(folder)) == 2
    again = Snapshots(folder, KEY)
    assert len(names(folder)) == 1
    assert read(again, 1) == b"kept"
    unfinished.drop()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize("moment", ["begun", "writing", "before_rename", "over_an_old_one"])
def test_a_writer_killed_midway_leaves_nothing_that_loads(folder: Path, moment: str) -> None:
    program = f"""
import os, signal, sys
from pathlib import Path
from app.core import private_files
from app.storage.snapshots import Snapshots
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
snapshots = Snapshots(Path(sys.argv[1]), {KEY!r})
def new():
    return snapshots.begin(1, {HEADER!r}, 3 * 2**20)
if "{moment}" == "over_an_old_one":
    old = new()
    old.write(b"old")
    old.keep()
file = new()
if "{moment}" == "begun":
    die()
file.write(bytes(2 * 2**20 + 5))
if "{moment}" in ("writing", "over_an_old_one"):
    die()
private_files.sync_file = die
file.keep()
"""
    done = subprocess.run([sys.executable, "-c", program, str(folder)], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert any(name.endswith(".part") for name in names(folder))
    snapshots = Snapshots(folder, KEY)
    assert read(snapshots, 1) == (b"old" if moment == "over_an_old_one" else None)
    assert not any(name.endswith(".part") for name in names(folder))


# --- the stream by itself -------------------------------------------------------------------------


def sealed(*parts: bytes, key: bytes = KEY, name: bytes = b"1") -> bytes:
    file = BytesIO()
    writer = SealedWriter(file, key, name)
    for part in parts[:-1]:
        writer.write(part)
        writer.end_piece()
    writer.write(parts[-1])
    writer.finish()
    return file.getvalue()


def opened(raw: bytes, key: bytes = KEY, name: bytes = b"1") -> list[bytes]:
    return [bytes(piece) for piece in SealedReader(BytesIO(raw), key, name).pieces()]


def test_the_size_is_known_beforehand() -> None:
    for parts in ((b"",), (b"a", b""), (b"a" * 100, b"b" * (2 * PIECE + 1)), (b"a", b"b" * PIECE)):
        raw = sealed(*parts)
        assert len(raw) == sealed_size(*map(len, parts))
        assert b"".join(opened(raw)) == b"".join(parts)


@pytest.mark.parametrize("change", [{"key": OTHER_KEY}, {"name": b"2"}, {"name": b""}])
def test_key_and_name_belong_to_the_seal(change: dict[str, bytes]) -> None:
    raw = sealed(b"words")
    assert opened(raw) == [b"words"]
    with pytest.raises(SealBrokenError):
        opened(raw, **change)


def test_derived_keys_differ_by_purpose() -> None:
    keys: list[Callable[[], bytes]] = [
        lambda: sealed_stream.derived_key(KEY, b"a"),
        lambda: sealed_stream.derived_key(KEY, b"b"),
        lambda: sealed_stream.derived_key(OTHER_KEY, b"a"),
        lambda: sealed_stream.derived_key(KEY, b"a", b"salt"),
    ]
    assert len({make() for make in keys} | {KEY}) == 5


def test_a_file_may_be_dropped_twice(snapshots: Snapshots, folder: Path) -> None:
    file: SnapshotFile = snapshots.begin(1, HEADER, 1)
    file.drop()
    file.drop()
    assert names(folder) == []


# --- in the vault ---------------------------------------------------------------------------------


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
