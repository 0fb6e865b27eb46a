"""Carrying a file in and being cut short: stopped, killed, out of room, the stick or the file gone."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from app.core.logs import log_event
from app.library.carrying.importing import How, Import
from app.library.files import copying
from app.library.files.fingerprint import Stopped
from app.library.shelf.shelf import Shelf
from tests.library.carrying import at_work, bring, code_of, counted_reads, found, names
from tests.support.models import model_shelf
from tests.support.models.model_shelf import PIECE

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("replugged", [False, True])
def test_a_stop_keeps_what_was_copied_and_going_on_reads_the_rest_only(
    carry: Import, source: Path, data: bytes, monkeypatch: pytest.MonkeyPatch, replugged: bool
) -> None:
    monkeypatch.setattr(copying, "_EVERY_S", 0.0)
    told: list[int] = []

    def stop() -> bool:
        return bool(told) and told[-1] >= 2 * PIECE

    seen = found(carry, source)
    with pytest.raises(Stopped):
        carry.run(seen, How.COPY, lambda done, _total: told.append(done), stop)
    (left,) = carry.shelf.unfinished()
    assert (left.kind, left.size) == ("import", 3 * PIECE)
    assert carry.shelf.files() == ()
    if replugged:  # FAT numbers its files anew each time
        before = source.stat().st_ino
        source.rename(source.with_name("kept"))
        shutil.copy2(source.with_name("kept"), source)
        assert source.stat().st_ino != before
        seen = found(carry, source)
    reads = counted_reads(monkeypatch)
    assert carry.run(seen, How.COPY).path.read_bytes() == data
    assert sum(reads) == len(data) - 3 * PIECE
    assert carry.shelf.unfinished() == ()


def test_ended_between_the_two_names_of_a_whole_file(carry: Import, source: Path, data: bytes) -> None:
    done = bring(carry, source)
    work = carry.shelf.folder / "tiny.gguf.import"
    os.link(done.path, work)
    other = source.with_name("elsewhere") / "tiny.gguf"
    second = model_shelf.write(other, 4000, seed=3)
    carry.accept = lambda _unknown: True
    assert bring(carry, other).path.read_bytes() == second
    assert done.path.read_bytes() == data  # and was not written over


@pytest.mark.parametrize("damage", ["work", "record", "source"])
def test_what_no_longer_fits_is_begun_anew(
    carry: Import, source: Path, data: bytes, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    monkeypatch.setattr(copying, "_EVERY_S", 0.0)
    told: list[int] = []
    stop = lambda: bool(told) and told[-1] >= 2 * PIECE  # noqa: E731 - handed on as it is
    with pytest.raises(Stopped):
        carry.run(found(carry, source), How.COPY, lambda done, _total: told.append(done), stop)
    work = carry.shelf.folder / "tiny.gguf.import"
    if damage == "work":
        with work.open("r+b") as file:
            file.write(b"garbage")
    elif damage == "record":
        work.with_name("tiny.gguf.import.json").write_bytes(b'{"durable": "x"}')
    else:
        source.write_bytes(data)  # the same bytes at another time: not believed to be the same
    assert bring(carry, source).path.read_bytes() == data


def test_kill_midway_leaves_nothing_loadable_and_goes_on(
    tmp_path: Path, carry: Import, source: Path
) -> None:
    data = model_shelf.write(source, 40 * PIECE, seed=7)
    carry.accept = lambda _unknown: True
    script = f"""
import sys
from pathlib import Path
from app.library.files import copying
from app.library.carrying import examining, importing
from app.library.shelf.shelf import Shelf
from tests.support.models import model_shelf
copying._EVERY_S, copying.SYNC_EVERY = 0.0, 4 * 2**20
carry = importing.Import(Shelf(Path({str(tmp_path / "models")!r})), (), lambda _unknown: True)
found = examining.examine(Path({str(source)!r}), (), model_shelf.look)
def slowly(done, total):
    print(done, flush=True)
    if done > 20 * 2**20:
        sys.stdin.read()
carry.run(found, importing.How.COPY, slowly)
"""
    with at_work(script, 20 * PIECE):
        assert code_of(lambda: bring(carry, source)) == "library.import_busy"
    assert carry.shelf.files() == ()
    work = copying.Work(carry.shelf.folder / "tiny.gguf")
    assert 16 * PIECE <= work.bytes_there([source]) <= 21 * PIECE
    assert bring(carry, source).path.read_bytes() == data
    assert names(carry.shelf.folder) == ["tiny.gguf"]


def test_a_disk_without_room_is_refused_before_anything_is_written(
    small_disk: Path, tmp_path: Path
) -> None:
    path = tmp_path / "large.gguf"
    model_shelf.write(path, 4 * PIECE)
    carry = Import(Shelf(small_disk / "models"), (), lambda _unknown: True)
    assert code_of(lambda: bring(carry, path)) == "library.no_space"
    assert names(small_disk / "models") == []


def test_a_disk_that_becomes_full_midway_keeps_nothing(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.gguf"
    model_shelf.write(path, 3 * PIECE)
    monkeypatch.setattr(copying, "_EVERY_S", 0.0)
    carry = Import(Shelf(small_disk / "models"), (), lambda _unknown: True)
    other = carry.shelf.make_folder() / "other"

    def fill(done: int, _total: int) -> None:  # another program takes the room
        if not other.exists():
            log_event("test.filling", done=done)
            other.write_bytes(b"x" * (2 * PIECE - 65536))

    seen = found(carry, path)
    assert code_of(lambda: carry.run(seen, How.COPY, fill)) == "library.disk_full"
    assert names(carry.shelf.folder) == ["other"]
    assert path.stat().st_size == 3 * PIECE
    other.unlink()
    assert carry.run(seen, How.COPY).path.stat().st_size == 3 * PIECE


def test_a_stick_that_is_pulled_out_midway(
    small_disk: Path, carry: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is really gone from the file system's tree: the second part cannot be opened."""
    monkeypatch.setattr(copying, "_EVERY_S", 0.0)
    parts = [small_disk / "a.part", small_disk / "b.part"]
    first, second = (model_shelf.write(part, PIECE, seed) for seed, part in enumerate(parts))
    work = copying.Work(carry.shelf.make_folder() / "joined.gguf")

    def pull(done: int, _total: int) -> None:
        if done == PIECE:
            subprocess.run(["umount", "--lazy", str(small_disk)], check=True)

    assert code_of(lambda: work.copy(parts, pull)) == "library.import_source_gone"
    assert work.path.stat().st_size == PIECE
    again = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(small_disk)]
    subprocess.run(again, check=True)
    for part, data in zip(parts, (first, second), strict=True):
        part.write_bytes(data)
    assert work.copy(parts) == model_shelf.sha256(first + second)


def test_a_source_that_is_written_to_meanwhile(
    carry: Import, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_EVERY_S", 0.0)

    def touch(_done: int, _total: int) -> None:
        os.utime(source, ns=(time.time_ns(), time.time_ns()))

    seen = found(carry, source)
    assert code_of(lambda: carry.run(seen, How.COPY, touch)) == "library.changed_meanwhile"
    assert carry.shelf.files() == ()
    assert not bring(carry, source).already
