"""Snapshots that are damaged, moved, cut short or never finished: refused, removed, and quietly."""

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

from app.storage.files.sealed_stream import PIECE, SealedWriter
from app.storage.snapshots import SnapshotRefusedError, Snapshots
from tests.storage.kept_snapshots import HEADER, KEY, OTHER_KEY, names, read, write

ROOT = Path(__file__).resolve().parents[2]


def test_another_key_opens_nothing(snapshots: Snapshots, snapshot_folder: Path) -> None:
    path = write(snapshots, 3, b"secret")
    other = Snapshots(snapshot_folder, OTHER_KEY)
    path.rename(other._path(3))
    assert other.find(3) is None
    assert names(snapshot_folder) == []


def test_files_swapped_between_conversations_are_refused(
    snapshots: Snapshots, snapshot_folder: Path
) -> None:
    first, second = write(snapshots, 1, b"one"), write(snapshots, 2, b"two")
    swap = snapshot_folder / "swap"
    first.rename(swap)
    second.rename(first)
    swap.rename(second)
    assert read(snapshots, 1) is None
    assert read(snapshots, 2) is None
    assert names(snapshot_folder) == []


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
def test_an_older_or_newer_format_is_refused(
    snapshots: Snapshots, snapshot_folder: Path, junk: bytes
) -> None:
    path = write(snapshots, 1, b"x")
    path.write_bytes(junk)
    assert snapshots.find(1) is None
    assert names(snapshot_folder) == []


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
    snapshots: Snapshots, snapshot_folder: Path, room: int, monkeypatch: pytest.MonkeyPatch
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
    assert names(snapshot_folder) == []
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
    snapshots: Snapshots, make: Callable[[Path], object], snapshot_folder: Path
) -> None:
    path = write(snapshots, 1, b"x")
    path.unlink()
    make(path)
    found: list[bytes | None] = []
    reader = threading.Thread(target=lambda: found.append(read(snapshots, 1)), daemon=True)
    reader.start()
    reader.join(10)
    assert found == [None]
    assert names(snapshot_folder) == []
    write(snapshots, 1, b"y")
    assert read(snapshots, 1) == b"y"


def test_half_written_ones_are_removed_at_the_start(snapshots: Snapshots, snapshot_folder: Path) -> None:
    write(snapshots, 1, b"kept")
    unfinished = snapshots.begin(2, HEADER, 5)
    unfinished.write(b"half")
    assert len(names(snapshot_folder)) == 2
    again = Snapshots(snapshot_folder, KEY)
    assert len(names(snapshot_folder)) == 1
    assert read(again, 1) == b"kept"
    unfinished.drop()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize("moment", ["begun", "writing", "before_rename", "over_an_old_one"])
def test_a_writer_killed_midway_leaves_nothing_that_loads(snapshot_folder: Path, moment: str) -> None:
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
    done = subprocess.run([sys.executable, "-c", program, str(snapshot_folder)], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert any(name.endswith(".part") for name in names(snapshot_folder))
    snapshots = Snapshots(snapshot_folder, KEY)
    assert read(snapshots, 1) == (b"old" if moment == "over_an_old_one" else None)
    assert not any(name.endswith(".part") for name in names(snapshot_folder))
