"""Room on a disk, in figures that a person can compare."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.children.child import Child
from app.core.errors import UserError
from app.library.carrying.examining import examine
from app.library.carrying.importing import How, Import
from app.library.fetch.client import Fetch
from app.library.fetch.protocol import FetchRequest
from app.library.files import free_space
from app.library.files.free_space import GB
from app.library.shelf.shelf import Shelf
from tests.support.models import model_shelf


@pytest.mark.parametrize(
    ("needed", "free", "words"),
    [
        (12_109_566_624, 12_080_000_000, ("12.2 GB", "12.0 GB")),
        (12_149_000_000, 12_101_000_000, ("12.2 GB", "12.1 GB")),
        (4_418_720, 4_340_000, ("0.005 GB", "0.004 GB")),
        (12_100_000_000, 0, ("12.1 GB", "0.000 GB")),
    ],
)
def test_what_is_needed_and_what_is_free_are_never_told_as_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, needed: int, free: int, words: tuple[str, str]
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(total=500 * GB, free=free))
    with pytest.raises(UserError) as error:
        free_space.require(tmp_path, needed, to_the_end=True)
    for word in words:
        assert word in error.value.sentence


@pytest.fixture
def fat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the system say that the folder lies on FAT."""
    mount = SimpleNamespace(mountpoint=str(tmp_path.resolve()), fstype="vfat")
    monkeypatch.setattr("psutil.disk_partitions", lambda **_: [mount])
    return tmp_path / "models"


def test_a_long_file_is_refused_where_none_can_be_before_anything_is_fetched(fat: Path) -> None:
    def start(_role: str) -> Child:
        raise AssertionError("nothing need start to find that out")

    wish = FetchRequest("a/b", "0" * 40, "x.gguf", str(fat), size=2**32, sha256="a" * 64)
    with pytest.raises(UserError, match="fetch_small_files_only"):
        Fetch(start).run(wish, lambda _event: None)
    with pytest.raises(AssertionError):
        Fetch(start).run(replace(wish, size=2**32 - 1), lambda _event: None)


def test_a_long_file_is_refused_where_none_can_be_before_anything_is_copied(
    fat: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "long.gguf"
    model_shelf.write(source, 5000)
    os.truncate(source, 2**32)  # nothing of it takes room here
    monkeypatch.setattr("app.library.files.cloning.clone", lambda *_: False)
    carry = Import(Shelf(fat), (), lambda _unknown: True)
    found = examine(source, (), model_shelf.look)
    with pytest.raises(UserError, match="fetch_small_files_only"):
        carry.run(found, How.COPY)
    assert list(fat.iterdir()) == []


def test_who_cannot_say_what_a_disk_is_hinders_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("psutil.disk_partitions", refuse)
    free_space.require_whole(tmp_path, 2**40)
