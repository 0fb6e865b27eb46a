"""What somebody chose or dropped, as models."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.library.carrying import chosen
from app.library.carrying.chosen import models_among


def put(folder: Path, *names: str) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in names]
    for path in paths:
        path.write_bytes(b"GGUF")
    return paths


def test_parts_are_one_model_and_files_count_whatever_their_name(tmp_path: Path) -> None:
    first, second, other, blob = put(
        tmp_path, "a-00001-of-00002.gguf", "a-00002-of-00002.gguf", "b.gguf", "sha256-0"
    )
    assert models_among([second, other, first, blob]).models == (first, other, blob)
    assert models_among([other, other]).models == (other,)


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_a_link_that_leads_to_itself_costs_the_others_nothing(tmp_path: Path) -> None:
    (good,) = put(tmp_path, "b.gguf")
    (tmp_path / "a.gguf").symlink_to("a.gguf")
    assert models_among([tmp_path]).models == (good,)


def test_a_folder_is_the_models_in_it(tmp_path: Path) -> None:
    inside = tmp_path / "download"
    put(inside, "read me.txt", "m.GGUF")
    put(inside / "deep" / "er", "a-00002-of-00002.gguf", "a-00001-of-00002.gguf")
    put(inside / ".removed", "old.gguf")
    found = models_among([inside])
    assert found.models == (inside / "m.GGUF", inside / "deep" / "er" / "a-00001-of-00002.gguf")
    assert found.without == ()


def test_a_folder_without_a_model_says_so_and_costs_the_others_nothing(tmp_path: Path) -> None:
    (model,) = put(tmp_path, "m.gguf")
    empty = tmp_path / "letters\u202e"
    put(empty, "letter.txt")
    found = models_among([empty, model])
    assert found.models == (model,)
    (error,) = found.without
    assert "The folder letters\ufffd holds no model file." in error.sentence


@pytest.mark.skipif(os.name != "posix", reason="links of this kind")
def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    put(tmp_path / "elsewhere", "m.gguf")
    folder = tmp_path / "folder"
    (model,) = put(folder, "own.gguf")
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    (folder / "loop").symlink_to(folder)
    (folder / "linked.gguf").symlink_to(tmp_path / "elsewhere" / "m.gguf")
    (folder / "dangling.gguf").symlink_to(tmp_path / "nothing")
    assert models_among([folder]).models == (folder / "linked.gguf", model)


def test_a_folder_of_very_many_files_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "many", "a.gguf", "b.gguf", "c.gguf")
    monkeypatch.setattr(chosen, "MOST_LISTED", 2)
    assert len(models_among([tmp_path / "many"]).models) == 2
