"""What a stick does to a kit: pieces that fit FAT, no more room, no writing."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.core.errors import UserError
from app.library.files import free_space
from app.library.kit import installing, parts, verifying
from app.library.kit.making import Made
from app.library.known.catalogue import CatalogueEntry
from app.library.shelf.shelf import Shelf
from tests.library.carrying import code_of
from tests.library.kits import never_asked
from tests.support.models.model_shelf import PIECE


def test_pieces_add_up() -> None:
    assert parts.FAT_PIECE < 2**32 - 1, "the largest file on FAT32"
    size = 12_109_566_624
    pieces = parts.pieces_of("models/x.gguf", size, parts.FAT_PIECE)
    assert [piece.path[-4:] for piece in pieces] == [".001", ".002", ".003"]
    assert sum(piece.size for piece in pieces) == size
    assert [piece.begin for piece in pieces] == [0, parts.FAT_PIECE, 2 * parts.FAT_PIECE]
    assert parts.pieces_of("a", 0, 5) == (parts.Piece("a", 0, 0),)


Remount = Callable[[], None]


@pytest.fixture(params=["vfat", "tmpfs"])
def stick(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, Remount]]:
    """Mount a file system of 48 MiB, FAT where the system can; and how to make it read-only."""
    folder, image = tmp_path / "stick", tmp_path / "stick.img"
    folder.mkdir()
    what = ["-o", "size=48m", "tmpfs"]
    if request.param == "vfat":
        what = ["-o", "loop", str(image)]
        with image.open("wb") as file:
            file.truncate(48 * PIECE)
        if shutil.which("mkfs.vfat") is None:
            pytest.skip("no FAT can be made here")
        subprocess.run(["mkfs.vfat", "-F", "32", str(image)], check=True, capture_output=True)
    mount = ["mount", "-t", request.param, *what, str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False).returncode:
        pytest.skip("a stick can only be mounted by root")

    def to_read_only() -> None:
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)

    yield folder, to_read_only
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_stick_carries_it_and_may_be_read_only(
    stick: tuple[Path, Remount],
    make_kit: Callable[..., Made],
    kit_shelf: Shelf,
    kit_entries: list[CatalogueEntry],
    kit_data: bytes,
    request: pytest.FixtureRequest,
) -> None:
    folder, to_read_only = stick
    assert free_space.is_fat(folder / "kit") == ("vfat" in request.node.name)
    make_kit(folder=folder / "kit")
    to_read_only()
    assert verifying.verify(folder / "kit").sound
    (path,) = installing.install(folder / "kit", kit_shelf, kit_entries, never_asked)
    assert path.read_bytes() == kit_data
    assert code_of(lambda: make_kit(folder=folder / "kit")) == "library.kit_not_written"


@pytest.mark.parametrize(("kind", "fat"), [("vfat", True), ("FAT32", True), ("exfat", False)])
def test_the_innermost_mount_tells_whether_it_is_fat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, fat: bool
) -> None:
    assert not free_space.is_fat(tmp_path)
    mounts = [
        SimpleNamespace(mountpoint="/", fstype="ext4"),
        SimpleNamespace(mountpoint=str(tmp_path.resolve()), fstype=kind),
    ]
    monkeypatch.setattr("psutil.disk_partitions", lambda **_: mounts)
    assert free_space.is_fat(tmp_path / "kit") == fat
    assert not free_space.is_fat(tmp_path.parent)


def test_a_stick_that_is_too_small(small_disk: Path, make_kit: Callable[..., Made]) -> None:
    assert code_of(lambda: make_kit(folder=small_disk / "kit")) == "library.no_space"
    assert not (small_disk / "kit" / "models").exists()


def test_a_stick_that_is_pulled_out_while_it_is_verified(
    make_kit: Callable[..., Made], tmp_path: Path
) -> None:
    make_kit()

    def pulled(_done: int, _total: int) -> None:
        shutil.rmtree(tmp_path / "kit", ignore_errors=True)

    with pytest.raises(UserError, match="kit_unreadable"):
        verifying.verify(tmp_path / "kit", pulled)
