"""Carrying a file in by hand: every way to do it, and what goes wrong on the way."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.core.logs import log_event
from app.library import copying, importing
from app.library.fingerprint import Stopped
from app.library.importing import Found, How, Import, Imported
from app.library.names import is_plain, safe_names
from app.library.shelf import Condition, Shelf
from tests.support import model_shelf
from tests.support.model_shelf import PIECE

ROOT = Path(__file__).parents[2]


@pytest.fixture
def data(tmp_path: Path) -> bytes:
    return model_shelf.write(tmp_path / "stick" / "tiny.gguf")


@pytest.fixture
def source(tmp_path: Path, data: bytes) -> Path:
    assert data
    return tmp_path / "stick" / "tiny.gguf"


@pytest.fixture
def carry(tmp_path: Path, data: bytes) -> Import:
    entries = [model_shelf.entry(("tiny-1.gguf", data))]
    shelf = Shelf(tmp_path / "models", tmp_path / "index.json", entries=entries)
    return Import(shelf, entries)


def _found(carry: Import, path: Path) -> Found:
    return importing.examine(path, carry.entries, model_shelf.look)


def _bring(carry: Import, path: Path, how: How = How.COPY) -> Imported:
    return carry.run(_found(carry, path), how)


def _code(call: Callable[[], object]) -> str:
    with pytest.raises(UserError) as error:
        call()
    return error.value.code


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("how", How)
def test_each_way_ends_in_a_known_file(carry: Import, source: Path, data: bytes, how: How) -> None:
    found = _found(carry, source)
    assert found.resembles == "tiny"
    told: list[int] = []
    done = carry.run(found, how, lambda done, _total: told.append(done))
    assert done.path.name == "tiny-1.gguf"  # the catalogue's name
    assert done.path.read_bytes() == data
    assert told[-1] == len(data)
    assert source.exists() == (how is not How.MOVE)
    assert (how is How.LINK) == (source.exists() and source.samefile(done.path))
    (model,) = carry.shelf.files()
    assert (model.condition, model.entry) == (Condition.KNOWN, "tiny")
    assert _names(carry.shelf.folder) == ["tiny-1.gguf"]
    if os.name == "posix" and how is not How.LINK:
        assert done.path.stat().st_mode & 0o777 == 0o600


def test_an_unknown_file_needs_a_decision(carry: Import, tmp_path: Path) -> None:
    path = tmp_path / "stick" / "fine tune!.gguf"
    model_shelf.write(path, 5000, seed=9)
    assert _found(carry, path).resembles == ""
    assert _code(lambda: _bring(carry, path)) == "library.import_refused"
    assert _names(carry.shelf.folder) == []
    asked: list[importing.Unknown] = []

    def accept(unknown: importing.Unknown) -> bool:
        asked.append(unknown)
        return True

    carry.accept = accept
    done = _bring(carry, path, How.MOVE)
    assert (done.path.name, done.entry) == ("fine-tune.gguf", "")
    assert asked[0].hashes == done.hashes
    assert asked[0].found.architecture == "gpt-oss"
    assert carry.shelf.files()[0].condition is Condition.ACCEPTED


def test_a_policy_leaves_nothing_to_decide(carry: Import, tmp_path: Path, source: Path) -> None:
    path = tmp_path / "stick" / "other.gguf"
    model_shelf.write(path, 5000, seed=9)

    def accept(_unknown: importing.Unknown) -> bool:
        raise AssertionError("nobody is asked")

    carry.accept, carry.shelf.only_catalogue = accept, lambda: True
    assert _code(lambda: _bring(carry, path)) == "library.import_forbidden"
    assert _names(carry.shelf.folder) == []
    assert _bring(carry, source).entry == "tiny"


def test_an_altered_file_of_a_known_name_is_refused_whatever_is_decided(
    carry: Import, tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "altered" / "tiny-1.gguf"
    path.parent.mkdir()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    carry.accept = lambda _unknown: True
    for how in How:
        assert _code(partial(_bring, carry, path, how)) == "library.import_differs"
    assert _names(carry.shelf.folder) == []
    assert path.exists()


def test_the_same_file_twice_is_written_once(carry: Import, source: Path, tmp_path: Path) -> None:
    first = _bring(carry, source)
    again = _bring(carry, source)
    assert (again.path, again.already) == (first.path, True)
    itself = _bring(carry, first.path, How.MOVE)  # the file that lies there already
    assert (itself.path, itself.already) == (first.path, True)
    other = tmp_path / "stick" / "another name.gguf"
    shutil.copyfile(source, other)
    assert _bring(carry, other).already
    assert _names(carry.shelf.folder) == ["tiny-1.gguf"]
    first.path.unlink()
    assert not _bring(carry, source).already


def test_a_name_that_is_taken_gets_a_number(carry: Import, source: Path) -> None:
    model_shelf.write(carry.shelf.make_folder() / "tiny-1.gguf", 999, seed=4)
    assert _bring(carry, source).path.name == "tiny-1-2.gguf"


def test_a_split_model_is_carried_in_whole(tmp_path: Path) -> None:
    names = [f"big-0000{number}-of-00003.gguf" for number in (1, 2, 3)]
    stick = tmp_path / "stick"
    parts = [(name, model_shelf.write(stick / name, 2000, seed)) for seed, name in enumerate(names)]
    entries = [model_shelf.entry(*parts, name="big")]
    carry = Import(Shelf(tmp_path / "models", None, entries=entries), entries)
    found = _found(carry, stick / names[1])
    assert (found.resembles, found.size) == ("big", 6000)
    assert carry.run(found, How.COPY).path.name == names[0]
    assert carry.shelf.files()[0].condition is Condition.KNOWN
    (stick / names[2]).unlink()
    assert _code(lambda: _found(carry, stick / names[0])) == "library.missing"


def test_links_are_followed_and_never_moved(carry: Import, source: Path, data: bytes) -> None:
    link = source.with_name("link.gguf")
    link.symlink_to(source)
    assert _code(lambda: _bring(carry, link, How.MOVE)) == "library.import_link_not_moved"
    done = _bring(carry, link, How.LINK)
    assert not done.path.is_symlink()
    assert done.path.samefile(source)
    assert done.path.read_bytes() == data


@pytest.mark.skipif(os.name != "posix", reason="pipes and links of this kind")
def test_what_is_no_file(carry: Import, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")
    (tmp_path / "loop.gguf").symlink_to(tmp_path / "loop.gguf")
    (tmp_path / "dangling.gguf").symlink_to(tmp_path / "nothing")
    expected = {
        tmp_path: "library.import_folder",
        tmp_path / "pipe.gguf": "library.unreadable",
        tmp_path / "loop.gguf": "library.unreadable",
        tmp_path / "dangling.gguf": "library.missing",
        tmp_path / "none.gguf": "library.missing",
        tmp_path / ("x" * 5000): "library.unreadable",
        Path("/dev/zero"): "library.unreadable",
    }
    for path, code in expected.items():
        assert _code(partial(_found, carry, path)) == code, path


def test_what_the_look_refuses_is_not_touched(carry: Import, source: Path) -> None:
    def look(_path: Path) -> model_shelf.Looked:
        raise UserError("library.not_a_model")

    call = lambda: importing.examine(source, carry.entries, look)  # noqa: E731 - called below
    assert _code(call) == "library.not_a_model"
    assert not carry.shelf.folder.exists()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.gguf", "etc-passwd.gguf"),
        ("CON.gguf", "model-CON.gguf"),
        ("com1.x.gguf", "model-com1.x.gguf"),
        (".hidden.gguf", "hidden.gguf"),
        ("-rf.gguf", "rf.gguf"),
        ("a\u202egpj.exe\n\x00.gguf", "a-gpj.exe.gguf"),
        ("資料.gguf", "model.gguf"),
        ("a:b|c?.gguf", "a-b-c.gguf"),
        ("x" * 300 + ".gguf", "x" * 100 + ".gguf"),
        ("blob", "blob.gguf"),
    ],
)
def test_names_are_made_harmless(name: str, safe: str) -> None:
    assert safe_names(name) == (safe,)
    assert is_plain(safe)


def test_a_stop_keeps_what_was_copied_and_going_on_reads_the_rest_only(
    carry: Import, source: Path, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_EVERY_S", 0.0)
    told: list[int] = []

    def stop() -> bool:
        return bool(told) and told[-1] >= 2 * PIECE

    found = _found(carry, source)
    with pytest.raises(Stopped):
        carry.run(found, How.COPY, lambda done, _total: told.append(done), stop)
    (left,) = carry.shelf.unfinished()
    assert (left.kind, left.size) == ("import", 3 * PIECE)
    assert carry.shelf.files() == ()
    reads: list[int] = []
    real = copying._read

    def read(file: io.FileIO, count: int) -> bytes:
        reads.append(count)
        return real(file, count)

    monkeypatch.setattr(copying, "_read", read)
    assert carry.run(found, How.COPY).path.read_bytes() == data
    assert sum(reads) == len(data) - 3 * PIECE
    assert carry.shelf.unfinished() == ()


def test_ended_between_the_two_names_of_a_whole_file(carry: Import, source: Path, data: bytes) -> None:
    done = _bring(carry, source)
    work = carry.shelf.folder / "tiny.gguf.import"
    os.link(done.path, work)
    other = source.with_name("elsewhere") / "tiny.gguf"
    second = model_shelf.write(other, 4000, seed=3)
    carry.accept = lambda _unknown: True
    assert _bring(carry, other).path.read_bytes() == second
    assert done.path.read_bytes() == data  # and was not written over


@pytest.mark.parametrize("damage", ["work", "record", "source"])
def test_what_no_longer_fits_is_begun_anew(
    carry: Import, source: Path, data: bytes, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    monkeypatch.setattr(copying, "_EVERY_S", 0.0)
    told: list[int] = []
    stop = lambda: bool(told) and told[-1] >= 2 * PIECE  # noqa: E731 - handed on as it is
    with pytest.raises(Stopped):
        carry.run(_found(carry, source), How.COPY, lambda done, _total: told.append(done), stop)
    work = carry.shelf.folder / "tiny.gguf.import"
    if damage == "work":
        with work.open("r+b") as file:
            file.write(b"garbage")
    elif damage == "record":
        work.with_name("tiny.gguf.import.json").write_bytes(b'{"durable": "x"}')
    else:
        source.write_bytes(data)  # the same bytes at another time: not believed to be the same
    assert _bring(carry, source).path.read_bytes() == data


def test_kill_midway_leaves_nothing_loadable_and_goes_on(
    tmp_path: Path, carry: Import, source: Path
) -> None:
    data = model_shelf.write(source, 40 * PIECE, seed=7)
    carry.accept = lambda _unknown: True
    script = f"""
import sys
from pathlib import Path
from app.library import copying, importing
from app.library.shelf import Shelf
from tests.support import model_shelf
copying._EVERY_S, copying.SYNC_EVERY = 0.0, 4 * 2**20
carry = importing.Import(Shelf(Path({str(tmp_path / "models")!r})), (), lambda _unknown: True)
found = importing.examine(Path({str(source)!r}), (), model_shelf.look)
def slowly(done, total):
    print(done, flush=True)
    if done > 20 * 2**20:
        sys.stdin.read()
carry.run(found, importing.How.COPY, slowly)
"""
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if int(line) > 20 * PIECE:
                break
        assert _code(lambda: _bring(carry, source)) == "library.import_busy"
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert carry.shelf.files() == ()
    work = copying.Work(carry.shelf.folder / "tiny.gguf")
    assert 16 * PIECE <= work.bytes_there([source]) <= 21 * PIECE
    assert _bring(carry, source).path.read_bytes() == data
    assert _names(carry.shelf.folder) == ["tiny.gguf"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, check=False).returncode:
        pytest.skip("a small disk can only be mounted by root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_disk_without_room_is_refused_before_anything_is_written(
    small_disk: Path, tmp_path: Path
) -> None:
    path = tmp_path / "large.gguf"
    model_shelf.write(path, 4 * PIECE)
    carry = Import(Shelf(small_disk / "models"), (), lambda _unknown: True)
    assert _code(lambda: _bring(carry, path)) == "library.no_space"
    assert _names(small_disk / "models") == []


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

    found = _found(carry, path)
    assert _code(lambda: carry.run(found, How.COPY, fill)) == "library.disk_full"
    assert _names(carry.shelf.folder) == ["other"]
    assert path.stat().st_size == 3 * PIECE
    other.unlink()
    assert carry.run(found, How.COPY).path.stat().st_size == 3 * PIECE


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

    assert _code(lambda: work.copy(parts, pull)) == "library.import_source_gone"
    assert work.path.stat().st_size == PIECE
    again = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(small_disk)]
    subprocess.run(again, check=True)
    for part, data in zip(parts, (first, second), strict=True):
        part.write_bytes(data)
    assert work.copy(parts) == model_shelf.sha256(first + second)


def test_other_disks_are_moved_to_and_not_linked_to(
    small_disk: Path, tmp_path: Path, source: Path
) -> None:
    small = small_disk / "s.gguf"
    data = model_shelf.write(small, PIECE)
    carry = Import(Shelf(tmp_path / "models"), (), lambda _unknown: True)
    assert _code(lambda: _bring(carry, small, How.LINK)) == "library.import_no_link"
    assert _bring(carry, small, How.CLONE).path.read_bytes() == data  # copied
    carry.shelf.remove(carry.shelf.files()[0].path)
    assert _bring(carry, small, How.MOVE).path.read_bytes() == data
    assert not small.exists()
    assert source.exists()


def test_a_source_that_is_written_to_meanwhile(
    carry: Import, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_EVERY_S", 0.0)

    def touch(_done: int, _total: int) -> None:
        os.utime(source, ns=(time.time_ns(), time.time_ns()))

    found = _found(carry, source)
    assert _code(lambda: carry.run(found, How.COPY, touch)) == "library.changed_meanwhile"
    assert carry.shelf.files() == ()
    assert not _bring(carry, source).already


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(carry: Import, source: Path) -> None:
    source.chmod(0)
    assert _code(lambda: _bring(carry, source)) == "library.unreadable"


def test_a_shelf_for_all_users_is_readable_by_them(carry: Import, source: Path) -> None:
    carry.for_all = True
    assert _bring(carry, source).path.stat().st_mode & 0o777 == 0o644
