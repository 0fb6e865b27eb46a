"""The shelf: what counts as verified, and what is removed and put back."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from app.core.errors import UserError
from app.library.files import fingerprint, mounts
from app.library.shelf.model_file import Condition
from app.library.shelf.shelf import Shelf
from tests.support.models import model_shelf

Make = Callable[[], Shelf]


@pytest.fixture
def data(tmp_path: Path) -> bytes:
    return model_shelf.write(tmp_path / "models" / "tiny.gguf")


@pytest.fixture
def make(tmp_path: Path, data: bytes) -> Make:
    entry = model_shelf.entry(("tiny.gguf", data))
    return lambda: Shelf(tmp_path / "models", tmp_path / "index.json", entries=[entry])


def _refused(shelf: Shelf, path: Path) -> str:
    with pytest.raises(UserError) as error:
        shelf.ensure(path)
    return error.value.code


def test_a_file_is_hashed_once_and_remembered(make: Make, data: bytes) -> None:
    shelf = make()
    (model,) = shelf.files()
    assert (model.condition, model.entry, model.sha256) == (Condition.UNVERIFIED, "tiny", "")
    told: list[tuple[int, int]] = []
    model = shelf.ensure(model.path, lambda done, total: told.append((done, total)))
    assert model.condition is Condition.KNOWN
    assert model.sha256 == model_shelf.sha256(data)
    assert model.verified_at is not None
    assert told[-1] == (len(data), len(data))

    told.clear()
    assert make().ensure(model.path, lambda done, total: told.append((done, total))).usable
    assert not told  # not read a second time


@pytest.mark.parametrize("change", ["longer", "same_size", "replaced", "touched"])
def test_a_file_that_changed_is_hashed_again(make: Make, data: bytes, change: str) -> None:
    shelf = make()
    path = shelf.files()[0].path
    shelf.ensure(path)
    facts = path.stat()
    if change == "longer":
        path.write_bytes(data + b"more")
    elif change == "same_size":
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    elif change == "replaced":  # size and time as they were: the file's number tells
        other = path.with_name("other")
        other.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        os.utime(other, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        other.replace(path)
    else:
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns + 1))
    assert make().describe(path).condition is Condition.UNVERIFIED
    if change == "touched":
        assert make().ensure(path).usable
        return
    expected = "library.model_unknown" if change == "longer" else "library.model_damaged"
    assert _refused(make(), path) == expected
    assert _refused(make(), path) == expected  # also when it is remembered


def test_an_unknown_file_needs_a_decision_that_lasts_as_long_as_the_file(make: Make) -> None:
    shelf = make()
    path = shelf.folder / "other.gguf"
    model_shelf.write(path, seed=2)
    assert _refused(shelf, path) == "library.model_unknown"
    assert shelf.accept(path).condition is Condition.ACCEPTED
    assert make().ensure(path).usable
    model_shelf.write(path, seed=3)
    assert _refused(make(), path) == "library.model_unknown"


def test_a_policy_forbids_what_is_in_no_catalogue(make: Make, tmp_path: Path, data: bytes) -> None:
    shelf = make()
    path = shelf.folder / "other.gguf"
    model_shelf.write(path, seed=2)
    shelf.verify(path)
    shelf.accept(path)
    entries = [model_shelf.entry(("tiny.gguf", data))]
    strict = Shelf(shelf.folder, tmp_path / "index.json", (), entries, lambda: True)
    assert _refused(strict, path) == "library.model_unknown"  # also what was accepted before
    with pytest.raises(UserError) as error:
        strict.accept(path)
    assert error.value.code == "library.import_forbidden"
    assert strict.ensure(shelf.folder / "tiny.gguf").usable


def test_what_only_the_hub_vouched_for_is_known(tmp_path: Path, data: bytes) -> None:
    shelf = Shelf(tmp_path / "models", tmp_path / "index.json")
    path = tmp_path / "models" / "tiny.gguf"
    model = shelf.record(path, model_shelf.sha256(data), confirmed=True)
    assert model.condition is Condition.KNOWN
    assert shelf.verify(path).condition is Condition.KNOWN  # what was confirmed stays


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b'{"version": 9, "files": {}}',
        b'{"version": 1, "files": {"a": 1}}',
        b'{"version": 1, "files": {"a": {"sha256": 1}}}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_damaged_index_costs_a_verification_only(make: Make, tmp_path: Path, damage: bytes) -> None:
    path = make().ensure(tmp_path / "models" / "tiny.gguf").path
    index = tmp_path / "index.json"
    assert json.loads(index.read_bytes())["files"]
    index.write_bytes(damage)
    assert make().describe(path).condition is Condition.UNVERIFIED
    assert make().ensure(path).usable
    assert json.loads(index.read_bytes())["files"]


def test_two_programs_note_in_one_index(make: Make, tmp_path: Path) -> None:
    first, second = make(), make()
    model_shelf.write(tmp_path / "models" / "b.gguf", seed=5)
    first.ensure(tmp_path / "models" / "tiny.gguf")
    second.verify(tmp_path / "models" / "b.gguf")
    conditions = {model.name: model.condition for model in make().files()}
    assert conditions == {"tiny.gguf": Condition.KNOWN, "b.gguf": Condition.UNKNOWN}


def test_a_split_model_is_one_row(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    names = [f"big-0000{number}-of-00003.gguf" for number in (1, 2, 3)]
    parts = [(name, model_shelf.write(folder / name, 1000, seed)) for seed, name in enumerate(names)]
    shelf = Shelf(folder, None, entries=[model_shelf.entry(*parts, name="big")])
    (model,) = shelf.files()
    assert (model.name, model.size, len(model.parts)) == (names[0], 3000, 3)
    assert shelf.ensure(folder / names[1]).condition is Condition.KNOWN
    (folder / names[2]).unlink()
    assert shelf.files()[0].condition is Condition.INCOMPLETE
    assert _refused(shelf, folder / names[0]) == "library.model_incomplete"
    (folder / names[0]).unlink()
    (model,) = shelf.files()  # still seen, so that it can be removed
    shelf.undo(shelf.remove(model.path))
    shelf.remove(model.path)
    assert shelf.files() == ()


def test_unfinished_files_are_never_models(make: Make) -> None:
    shelf = make()
    for name in ("x.gguf.part", "x.gguf.part.json", "y.gguf.import", "z.txt"):
        (shelf.folder / name).write_bytes(b"12345")
    assert [model.name for model in shelf.files()] == ["tiny.gguf"]


def test_removed_is_put_back_still_verified(make: Make) -> None:
    shelf = make()
    path = shelf.ensure(shelf.files()[0].path).path
    removed = shelf.remove(path)
    assert not path.exists()
    assert shelf.files() == ()
    assert shelf.undo(removed).condition is Condition.KNOWN
    assert sorted(item.name for item in shelf.folder.iterdir()) in (
        [".removed", "tiny.gguf"],
        ["tiny.gguf"],
    )

    removed = shelf.remove(path)
    path.write_bytes(b"another")
    with pytest.raises(UserError) as error:
        shelf.undo(removed)
    assert error.value.code == "library.name_taken"
    assert path.read_bytes() == b"another"
    path.unlink()
    shelf.finish()
    assert list(shelf.folder.iterdir()) == []


def test_what_a_running_program_removed_is_not_tidied_by_another(make: Make, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from app.library.shelf.shelf import Shelf\n"
        f"shelf = Shelf(Path({str(tmp_path / 'models')!r}))\n"
        "shelf.remove(shelf.files()[0].path); print('removed', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "removed\n"
        shelf = make()
        shelf.tidy()
        shelf.finish()
        kept = [path.name for path in (shelf.folder / ".removed").rglob("*.gguf")]
        assert kept == ["tiny.gguf"]
        other.kill()
        other.wait()
        shelf.tidy()
    assert list(shelf.folder.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system's own time of start is asked")
def test_a_clock_that_is_set_meanwhile_keeps_what_can_be_put_back(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = make()
    removed = shelf.remove(shelf.files()[0].path)
    begun = psutil.Process().create_time()
    monkeypatch.setattr("psutil.Process.create_time", lambda _: begun + 3600)
    shelf.tidy()
    assert shelf.undo(removed).path.is_file()
    shelf.remove(shelf.files()[0].path)
    monkeypatch.undo()
    shelf.finish()
    assert list(shelf.folder.iterdir()) == []


def test_only_what_is_ours_is_removed(tmp_path: Path, data: bytes) -> None:
    shared = tmp_path / "shared"
    model_shelf.write(shared / "tiny.gguf")
    shelf = Shelf(tmp_path / "models", None, [shared], [model_shelf.entry(("tiny.gguf", data))])
    mine, theirs = shelf.files()
    assert (mine.shared, theirs.shared) == (False, True)
    assert shelf.ensure(theirs.path).usable
    for path in (theirs.path, tmp_path / "index.json"):
        with pytest.raises(UserError) as error:
            shelf.remove(path)
        assert error.value.code == "library.not_ours"
    with pytest.raises(UserError) as error:
        shelf.remove(shelf.folder / "none.gguf")
    assert error.value.code == "library.missing"


def test_a_folder_on_a_disk_that_is_gone_is_empty(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "gone" / "models", None, [tmp_path / "none"])
    assert (shelf.files(), shelf.unfinished()) == ((), ())
    shelf.tidy()
    shelf.finish()
    assert not shelf.gone


def test_a_folder_that_was_chosen_is_not_made_on_another_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    shelf = Shelf(disk / "models", chosen=True)
    assert shelf.gone
    with pytest.raises(UserError) as error:
        shelf.make_folder()
    assert error.value.code == "library.folder_gone"
    assert str(disk / "models") in error.value.sentence
    assert not disk.exists()
    (disk / "models").mkdir(parents=True)
    assert shelf.make_folder() == disk / "models"
    assert Shelf(tmp_path / "own").make_folder().is_dir()


def test_stopping_and_special_files(tmp_path: Path) -> None:
    model_shelf.write(tmp_path / "a.gguf")
    with pytest.raises(fingerprint.Stopped):
        fingerprint.sha256_of(tmp_path / "a.gguf", stop=lambda: True)
    os.mkfifo(tmp_path / "pipe.gguf")
    (tmp_path / "loop.gguf").symlink_to(tmp_path / "loop.gguf")
    for path in (tmp_path, tmp_path / "pipe.gguf", tmp_path / "loop.gguf", Path("/dev/zero")):
        with pytest.raises(UserError) as error:
            fingerprint.sha256_of(path)
        assert error.value.code == "library.unreadable"
    assert [model.name for model in Shelf(tmp_path).files()] == ["a.gguf"]


def test_a_file_written_to_while_it_is_read_has_no_hash(tmp_path: Path) -> None:
    path = tmp_path / "a.gguf"
    model_shelf.write(path)

    def write(_done: int, _total: int) -> None:
        with path.open("ab") as file:
            file.write(b"x")

    with pytest.raises(UserError) as error:
        fingerprint.sha256_of(path, write)
    assert error.value.code == "library.changed_meanwhile"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum here")
def test_hashing_is_at_least_nearly_as_fast_as_sha256sum(tmp_path: Path) -> None:
    """Hash 1 GiB, best of three each: ``pytest -m slow tests/library/test_shelf.py``."""
    path = tmp_path / "large"
    block = os.urandom(2**20)
    with path.open("wb") as file:
        for _ in range(1024):
            file.write(block)

    def best(work: Callable[[], object]) -> float:
        times = []
        for _ in range(3):
            begun = time.monotonic()
            work()
            times.append(time.monotonic() - begun)
        return min(times)

    ours = best(lambda: fingerprint.sha256_of(path))
    theirs = best(lambda: subprocess.run(["sha256sum", path], check=True, capture_output=True))
    assert ours <= theirs / 0.8


def test_two_programs_that_note_at_once_do_not_hinder_each_other(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from app.library.files.regular_file import FileMark\n"
        "from app.library.shelf.shelf_index import Noted, ShelfIndex, now\n"
        f"index = ShelfIndex(Path({str(tmp_path / 'index.json')!r}))\n"
        "for number in range(30):\n"
        "    index.put(Path(f'/{sys.argv[1]}/{number}'), Noted(FileMark(1, 2, 3), 'a' * 64, now()))\n"
    )
    programs = [
        subprocess.Popen([sys.executable, "-c", script, name], cwd=Path(__file__).parents[2])
        for name in ("one", "other")
    ]
    assert [program.wait(60) for program in programs] == [0, 0]
    assert [path.name for path in tmp_path.iterdir()] == ["index.json"]
    assert len(json.loads((tmp_path / "index.json").read_text("utf-8"))["files"]) >= 30


@pytest.mark.parametrize("kind", ["vfat", "FAT32", "ext4"])
def test_a_file_on_fat_is_hashed_anew_once_its_disk_was_away(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Carried elsewhere it may have been changed, and keep its size, its time and its number."""
    path = tmp_path / "models" / "tiny.gguf"
    mount = SimpleNamespace(mountpoint=str(tmp_path.resolve()), fstype=kind)
    monkeypatch.setattr("psutil.disk_partitions", lambda **_: [mount])
    inserted = ["first"]
    monkeypatch.setattr(mounts, "insertion_of", lambda _: inserted[0])
    make().ensure(path)
    assert make().describe(path).condition is Condition.KNOWN
    facts = path.stat()
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        last = file.read(1)
        file.seek(-1, os.SEEK_END)
        file.write(bytes([last[0] ^ 1]))
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    inserted[0] = "second"
    if kind == "ext4":
        assert make().describe(path).condition is Condition.KNOWN
        return
    shelf = make()
    assert shelf.describe(path).condition is Condition.UNVERIFIED
    assert _refused(shelf, path) == "library.model_damaged"


def test_where_the_system_does_not_count_insertions_a_check_holds_for_this_run(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "models" / "tiny.gguf"
    mount = SimpleNamespace(mountpoint=str(tmp_path.resolve()), fstype="msdos")
    monkeypatch.setattr("psutil.disk_partitions", lambda **_: [mount])
    monkeypatch.setattr(mounts, "insertion_of", lambda _: "")
    make().ensure(path)
    assert make().describe(path).condition is Condition.KNOWN
    monkeypatch.setattr(mounts, "_THIS_RUN", "the next run of the program")
    assert make().describe(path).condition is Condition.UNVERIFIED
