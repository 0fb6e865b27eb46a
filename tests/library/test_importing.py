"""Carrying a file in by hand: every way to do it, and what is refused."""

from __future__ import annotations

import errno
import os
import shutil
from functools import partial
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.library.carrying import importing
from app.library.carrying.examining import examine
from app.library.carrying.importing import How, Import
from app.library.files.names import is_plain, safe_names
from app.library.files.regular_file import rename_all
from app.library.shelf.model_file import Condition
from app.library.shelf.shelf import Shelf
from tests.library.carrying import bring, code_of, found, names
from tests.support.models import model_shelf
from tests.support.models.model_shelf import PIECE


@pytest.mark.parametrize("how", How)
def test_each_way_ends_in_a_known_file(carry: Import, source: Path, data: bytes, how: How) -> None:
    seen = found(carry, source)
    assert seen.resembles == "tiny"
    told: list[int] = []
    done = carry.run(seen, how, lambda done, _total: told.append(done))
    assert done.path.name == "tiny-1.gguf"  # the catalogue's name
    assert done.path.read_bytes() == data
    assert told[-1] == len(data)
    assert source.exists() == (how is not How.MOVE)
    assert (how is How.LINK) == (source.exists() and source.samefile(done.path))
    (model,) = carry.shelf.files()
    assert (model.condition, model.entry) == (Condition.KNOWN, "tiny")
    assert names(carry.shelf.folder) == ["tiny-1.gguf"]
    if os.name == "posix" and how is not How.LINK:
        assert done.path.stat().st_mode & 0o777 == 0o600


def test_an_unknown_file_needs_a_decision(carry: Import, tmp_path: Path) -> None:
    path = tmp_path / "stick" / "fine tune!.gguf"
    model_shelf.write(path, 5000, seed=9)
    assert found(carry, path).resembles == ""
    assert code_of(lambda: bring(carry, path)) == "library.import_refused"
    assert names(carry.shelf.folder) == []
    asked: list[importing.Unknown] = []

    def accept(unknown: importing.Unknown) -> bool:
        asked.append(unknown)
        return True

    carry.accept = accept
    done = bring(carry, path, How.MOVE)
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
    assert code_of(lambda: bring(carry, path)) == "library.import_forbidden"
    assert names(carry.shelf.folder) == []
    assert bring(carry, source).entry == "tiny"


def test_an_altered_file_of_a_known_name_is_refused_whatever_is_decided(
    carry: Import, tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "altered" / "tiny-1.gguf"
    path.parent.mkdir()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    carry.accept = lambda _unknown: True
    for how in How:
        assert code_of(partial(bring, carry, path, how)) == "library.import_differs"
    assert names(carry.shelf.folder) == []
    assert path.exists()


def test_the_same_file_twice_is_written_once(carry: Import, source: Path, tmp_path: Path) -> None:
    first = bring(carry, source)
    again = bring(carry, source)
    assert (again.path, again.already) == (first.path, True)
    itself = bring(carry, first.path, How.MOVE)  # the file that lies there already
    assert (itself.path, itself.already) == (first.path, True)
    other = tmp_path / "stick" / "another name.gguf"
    shutil.copyfile(source, other)
    assert bring(carry, other).already
    assert names(carry.shelf.folder) == ["tiny-1.gguf"]
    first.path.unlink()
    assert not bring(carry, source).already


def test_a_name_that_is_taken_gets_a_number(carry: Import, source: Path) -> None:
    model_shelf.write(carry.shelf.make_folder() / "tiny-1.gguf", 999, seed=4)
    assert bring(carry, source).path.name == "tiny-1-2.gguf"


def test_links_are_followed_and_never_moved(carry: Import, source: Path, data: bytes) -> None:
    link = source.with_name("link.gguf")
    link.symlink_to(source)
    assert code_of(lambda: bring(carry, link, How.MOVE)) == "library.import_link_not_moved"
    done = bring(carry, link, How.LINK)
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
        assert code_of(partial(found, carry, path)) == code, path


def test_what_the_look_refuses_is_not_touched(carry: Import, source: Path) -> None:
    def look(_path: Path) -> model_shelf.Looked:
        raise UserError("library.not_a_model")

    call = lambda: examine(source, carry.entries, look)  # noqa: E731 - called below
    assert code_of(call) == "library.not_a_model"
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


def test_other_disks_are_moved_to_and_not_linked_to(
    small_disk: Path, tmp_path: Path, source: Path
) -> None:
    small = small_disk / "s.gguf"
    data = model_shelf.write(small, PIECE)
    carry = Import(Shelf(tmp_path / "models"), (), lambda _unknown: True)
    assert code_of(lambda: bring(carry, small, How.LINK)) == "library.import_no_link"
    assert bring(carry, small, How.CLONE).path.read_bytes() == data  # copied
    carry.shelf.remove(carry.shelf.files()[0].path)
    assert bring(carry, small, How.MOVE).path.read_bytes() == data
    assert not small.exists()
    assert source.exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(carry: Import, source: Path) -> None:
    source.chmod(0)
    assert code_of(lambda: bring(carry, source)) == "library.unreadable"


def test_a_shelf_for_all_users_is_readable_by_them(carry: Import, source: Path) -> None:
    carry.for_all = True
    assert bring(carry, source).path.stat().st_mode & 0o777 == 0o644


def test_a_link_is_nothing_for_all_users(carry: Import, source: Path) -> None:
    carry.for_all = True
    assert code_of(lambda: bring(carry, source, How.LINK)) == "library.import_link_not_shared"
    assert not carry.shelf.folder.exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root shares files of others")
def test_a_file_that_is_moved_to_all_users_is_no_longer_its_owner_s(carry: Import, source: Path) -> None:
    os.chown(source, 4711, 4711)
    carry.for_all = True
    moved = bring(carry, source, How.MOVE).path.stat()
    assert (moved.st_uid, moved.st_gid, moved.st_mode & 0o777) == (0, 0, 0o644)


@pytest.mark.parametrize("reason", [errno.EXDEV, errno.EACCES])
def test_a_file_of_the_same_disk_that_cannot_be_renamed_is_copied(
    carry: Import, source: Path, data: bytes, monkeypatch: pytest.MonkeyPatch, reason: int
) -> None:
    """One disk may be seen in two places, and from some folders nothing may be taken."""

    def refuse(*_: object) -> None:
        raise OSError(reason, "not from there")

    asked: list[importing.Unknown] = []

    def accept(unknown: importing.Unknown) -> bool:
        asked.append(unknown)
        return True

    carry.entries, carry.accept = (), accept
    monkeypatch.setattr(importing, "rename_all", refuse)
    done = bring(carry, source, How.MOVE)
    assert done.path.read_bytes() == data
    assert not source.exists()
    assert len(asked) == 1
    assert names(carry.shelf.folder) == [done.path.name]


def test_names_that_cannot_be_taken_away_stay_the_only_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = [tmp_path / "from" / name for name in ("a", "b")]
    sources[0].parent.mkdir()
    for source in sources:
        source.write_text(source.name)
    real = Path.unlink

    def unlink(path: Path, missing_ok: bool = False) -> None:
        if path == sources[1]:
            raise PermissionError(errno.EACCES, "not from there")
        real(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    with pytest.raises(PermissionError):
        rename_all(sources, [tmp_path / "a", tmp_path / "b"])
    assert names(sources[0].parent) == ["a", "b"]
    assert names(tmp_path) == ["from"]
