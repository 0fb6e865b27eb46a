"""What a download or an import left half done: named, taken together, deleted, but under no writer."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import UserError
from app.library.fetch.part_file import PartFile
from app.library.files.copying import Work
from app.library.shelf import half_done
from app.library.shelf.half_done import by_model, discard
from app.library.shelf.shelf import Shelf

PARTS = tuple(f"big-0000{number}-of-00003.gguf" for number in (1, 2, 3))


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_each_is_named_and_deleted_with_its_record(tmp_path: Path) -> None:
    for name in ("x.gguf.part", "x.gguf.part.json", "y.gguf.import", "y.gguf.import.json", "z.gguf"):
        (tmp_path / name).write_bytes(b"12345")
    found = Shelf(tmp_path).unfinished()
    assert [(one.name, one.size, one.kind) for one in found] == [
        ("x.gguf", 5, half_done.DOWNLOAD),
        ("y.gguf", 5, half_done.IMPORT),
    ]
    for one in found:
        discard(one)
    assert files(tmp_path) == ["z.gguf"]


def test_the_parts_of_a_model_are_one(tmp_path: Path) -> None:
    for name in PARTS[:2]:
        (tmp_path / f"{name}.import").write_bytes(b"12345")
    (tmp_path / f"{PARTS[2]}.part").write_bytes(b"123")
    copied, fetched = by_model(Shelf(tmp_path).unfinished())
    assert (copied.name, copied.size, len(copied.parts)) == (PARTS[0], 10, 2)
    assert {PARTS[0], PARTS[1], f"{PARTS[1]}.import"} <= copied.names
    assert (fetched.name, fetched.kind, fetched.size) == (PARTS[0], half_done.DOWNLOAD, 3)


def test_what_another_program_downloads_is_not_ours_to_name_or_delete(tmp_path: Path) -> None:
    for name in ("film.mkv.part", "letter.odt.import", ".part", "x.GGUF.part"):
        (tmp_path / name).write_bytes(b"12345")
    assert [one.path.name for one in Shelf(tmp_path).unfinished()] == ["x.GGUF.part"]


def test_what_lies_in_a_folder_of_all_users_is_told_apart(tmp_path: Path) -> None:
    own, shared = tmp_path / "own", tmp_path / "shared"
    for folder in (own, shared):
        folder.mkdir()
        (folder / "y.gguf.import").write_bytes(b"12345")
    found = by_model(Shelf(own, None, (shared,)).unfinished())
    assert [(one.name, one.shared) for one in found] == [("y.gguf", False), ("y.gguf", True)]
    discard(found[1].parts[0])
    assert (files(own), files(shared)) == (["y.gguf.import"], [])


def refused(folder: Path) -> str:
    (one,) = Shelf(folder).unfinished()
    with pytest.raises(UserError) as error:
        discard(one)
    return error.value.code


def test_nothing_is_deleted_under_an_import_that_runs(tmp_path: Path) -> None:
    source, told = tmp_path / "from", []
    source.write_bytes(b"x" * 100)
    shelf = tmp_path / "models"
    shelf.mkdir()

    def meanwhile(_done: int, _total: int) -> None:
        told.append(refused(shelf))

    work = Work(shelf / "y.gguf")
    work.copy([source], meanwhile)
    assert set(told) == {"library.left_busy"}
    assert work.path.read_bytes() == source.read_bytes()
    discard(Shelf(shelf).unfinished()[0])
    assert files(shelf) == []


def test_nothing_is_deleted_under_a_download_that_runs(tmp_path: Path) -> None:
    part = PartFile(tmp_path / "x.gguf", 0, "this run")
    try:
        assert refused(tmp_path) == "library.left_busy"
    finally:
        part.close()
    discard(Shelf(tmp_path).unfinished()[0])
    assert files(tmp_path) == []
