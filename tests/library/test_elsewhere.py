"""Files that other programs keep: found where they really lie, never trusted, never followed out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.library.carrying import elsewhere, examining
from app.library.carrying.elsewhere import CACHES, Elsewhere
from app.library.carrying.importing import How, Import
from app.library.known.catalogue import CatalogueEntry
from app.library.shelf.shelf import Shelf
from tests.support.models import model_shelf

NAME = "tiny.gguf"


@pytest.fixture
def data(tmp_path: Path) -> bytes:
    return model_shelf.write(tmp_path / "original", 5000)


@pytest.fixture
def entries(data: bytes) -> list[CatalogueEntry]:
    return [model_shelf.entry((NAME, data))]


def _find(
    tmp_path: Path, entries: list[CatalogueEntry], patience_s: float = 5.0
) -> tuple[Elsewhere, ...]:
    return elsewhere.find(entries, tmp_path / "home", tmp_path / "root", patience_s)


def _put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("program", "cache"), CACHES)
def test_each_program_s_folder(
    tmp_path: Path, entries: list[CatalogueEntry], data: bytes, program: str, cache: str
) -> None:
    path = _put(tmp_path / "home" / cache / "someone" / "repository" / NAME, data)
    _put(path.with_name("other.gguf"), data[:-1])
    (found,) = _find(tmp_path, entries)
    assert (found.path, found.program, found.entry.name) == (path, program, "tiny")
    assert not found.named_by_hash


def test_names_that_are_hashes(tmp_path: Path, entries: list[CatalogueEntry], data: bytes) -> None:
    sha256 = model_shelf.sha256(data)
    blobs = tmp_path / "root/usr/share/ollama/.ollama/models/blobs"
    ollama = _put(blobs / f"sha256-{sha256}", data)
    _put(blobs / f"sha256-{'0' * 64}", data)  # names another hash: not asked about
    hub = tmp_path / "home/.cache/huggingface/hub/models--a--b"
    blob = _put(hub / "blobs" / sha256, data)
    link = hub / "snapshots" / NAME
    link.parent.mkdir()
    link.symlink_to(blob)
    found = _find(tmp_path, entries)
    assert {one.path for one in found} == {ollama, blob}  # the blob once, not its link too
    assert all(one.named_by_hash for one in found)


def test_what_is_found_is_hashed_before_it_is_used(
    tmp_path: Path, entries: list[CatalogueEntry], data: bytes
) -> None:
    blobs = tmp_path / "home/.ollama/models/blobs"
    _put(blobs / f"sha256-{model_shelf.sha256(data)}", data)
    (found,) = _find(tmp_path, entries)
    carry = Import(Shelf(tmp_path / "models", None, entries=entries), entries)
    there = examining.examine(found.path, entries, model_shelf.look)
    done = carry.run(there, How.CLONE)
    assert (done.path.name, done.entry) == (NAME, "tiny")
    done.path.unlink()
    _put(found.path, data[:-1] + b"\0")  # another file under the right name
    there = examining.examine(found.path, entries, model_shelf.look)
    with pytest.raises(UserError) as error:
        carry.run(there, How.CLONE)
    assert error.value.code == "library.import_refused"
    assert list((tmp_path / "models").iterdir()) == []


def test_links_lead_nowhere_else(tmp_path: Path, entries: list[CatalogueEntry], data: bytes) -> None:
    _put(tmp_path / "private" / NAME, data)
    cache = tmp_path / "home/.lmstudio/models"
    cache.mkdir(parents=True)
    (cache / "folder").symlink_to(tmp_path / "private")
    (cache / NAME).symlink_to(tmp_path / "private" / NAME)
    (cache / "loop").symlink_to(cache)
    os.mkfifo(cache / "pipe.gguf")
    assert _find(tmp_path, entries) == ()


def test_a_model_in_parts_is_found_by_their_names_and_only_whole(tmp_path: Path) -> None:
    names = [f"big-0000{number}-of-00002.gguf" for number in (1, 2)]
    parts = [model_shelf.write(tmp_path / name, 3000, seed) for seed, name in enumerate(names)]
    entries = [model_shelf.entry(*zip(names, parts, strict=True), name="big")]
    hub = tmp_path / "home/.cache/huggingface/hub/models--a--b"
    shown = hub / "snapshots" / "main"
    shown.mkdir(parents=True)
    for name, part in zip(names, parts, strict=True):
        _put(hub / "blobs" / model_shelf.sha256(part), part)
        (shown / name).symlink_to(Path("../../blobs") / model_shelf.sha256(part))
    (found,) = _find(tmp_path, entries)
    assert (found.path, found.entry.name, found.named_by_hash) == (shown / names[0], "big", True)
    there = examining.examine(found.path, entries, model_shelf.look)
    carry = Import(Shelf(tmp_path / "models", None, entries=entries), entries)
    assert carry.run(there, How.LINK).entry == "big"
    (shown / names[1]).unlink()
    assert _find(tmp_path, entries) == ()
    (shown / names[1]).symlink_to(tmp_path / names[1])  # leads out of the cache
    assert _find(tmp_path, entries) == ()
    plain = tmp_path / "home/.lmstudio/models"
    for name, part in zip(names, parts, strict=True):
        _put(plain / name, part)
    (found,) = _find(tmp_path, entries)
    assert (found.path, found.named_by_hash) == (plain / names[0], False)


def test_it_ends_in_time_and_with_nothing_there(
    tmp_path: Path, entries: list[CatalogueEntry], data: bytes
) -> None:
    assert _find(tmp_path, entries) == ()
    _put(tmp_path / "home/.lmstudio/models" / NAME, data)
    assert _find(tmp_path, entries, patience_s=0.0) == ()
    assert len(_find(tmp_path, entries)) == 1
