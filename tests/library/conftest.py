"""A shelf, what is carried to it, a run of downloads, and a small disk."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.library.carrying.importing import Import
from app.library.kit import making
from app.library.kit.making import Made
from app.library.kit.packing import Contents
from app.library.known.catalogue import CatalogueEntry
from app.library.shelf.shelf import Shelf
from tests.library.kits import KIT_FILE
from tests.support.models import model_shelf
from tests.support.models.model_shelf import PIECE
from tests.support.network.fetching import Run


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


@pytest.fixture
def run() -> Run:
    return Run()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, check=False).returncode:
        pytest.skip("a small disk can only be mounted by root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def kit_data(tmp_path: Path) -> bytes:
    return model_shelf.write(tmp_path / "from" / KIT_FILE, 5 * PIECE + 3)


@pytest.fixture
def kit_entries(kit_data: bytes) -> list[CatalogueEntry]:
    return [model_shelf.entry((KIT_FILE, kit_data))]


@pytest.fixture
def make_kit(tmp_path: Path, kit_data: bytes) -> Callable[..., Made]:
    def run(largest: int = 2 * PIECE, folder: Path | None = None) -> Made:
        installer = tmp_path / "from" / "cloister-1.0.msi"
        installer.write_bytes(b"an installer")
        contents = Contents(
            {tmp_path / "from" / KIT_FILE: model_shelf.sha256(kit_data)}, [installer], "Read me\n"
        )
        return making.make(folder or tmp_path / "kit", contents, largest)

    return run


@pytest.fixture
def kit_shelf(tmp_path: Path, kit_entries: list[CatalogueEntry]) -> Shelf:
    return Shelf(tmp_path / "models", tmp_path / "index.json", entries=kit_entries)
