"""What goes into a kit under which name: whatever the files are called, the kit verifies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.library.kit import installing, making, verifying
from app.library.kit.packing import Contents
from app.library.shelf.shelf import Shelf
from tests.library.carrying import code_of
from tests.support.models import model_shelf
from tests.support.models.model_shelf import PIECE


def _models(tmp_path: Path, *names: str, seeds: tuple[int, ...] = ()) -> dict[Path, str]:
    """Write files of these names, each in a folder of its own unless it is another's part."""
    models = {}
    for number, name in enumerate(names):
        path = tmp_path / "from" / name
        data = model_shelf.write(path, PIECE + 5, seeds[number] if seeds else number)
        models[path] = model_shelf.sha256(data)
    return models


def _carried(tmp_path: Path, models: dict[Path, str], largest: int = 0) -> dict[str, str]:
    """Make, verify and install a kit; returns the hashes of what was installed by name."""
    kit = tmp_path / "kit"
    making.make(kit, Contents(models), largest)
    assert verifying.verify(kit).sound
    shelf = Shelf(tmp_path / "there", tmp_path / "index.json")
    installing.install(kit, shelf, (), lambda _model: True)
    return {path.name: model_shelf.sha256(path.read_bytes()) for path in shelf.folder.iterdir()}


def test_one_model_in_two_folders_goes_in_once(tmp_path: Path) -> None:
    models = _models(tmp_path, "mine/tiny.gguf", "shared/tiny.gguf", seeds=(1, 1))
    assert _carried(tmp_path, models) == {"tiny.gguf": next(iter(models.values()))}
    assert [path.name for path in (tmp_path / "kit" / "models").iterdir()] == ["tiny.gguf"]


@pytest.mark.parametrize("largest", [0, PIECE // 2])
def test_two_models_of_one_name_both_go_in(tmp_path: Path, largest: int) -> None:
    models = _models(tmp_path, "mine/tiny.gguf", "shared/Tiny.gguf", "third/tiny-2.gguf")
    first, second, third = models.values()
    carried = _carried(tmp_path, models, largest)
    assert carried == {"tiny.gguf": first, "Tiny-2.gguf": second, "tiny-2-2.gguf": third}


def test_two_models_in_parts_of_one_name_both_go_in(tmp_path: Path) -> None:
    parts = ("x-00001-of-00002.gguf", "x-00002-of-00002.gguf")
    models = _models(tmp_path, *(f"{folder}/{part}" for folder in ("a", "b") for part in parts))
    carried = _carried(tmp_path, models)
    names = ("x-00001-of-00002", "x-00002-of-00002", "x-2-00001-of-00002", "x-2-00002-of-00002")
    assert carried == {
        f"{name}.gguf": sha256 for name, sha256 in zip(names, models.values(), strict=True)
    }


@pytest.mark.parametrize("name", ["UPPER.GGUF", f"{'x' * 190}.gguf", "größer 20b.gguf", "con.gguf"])
def test_a_name_that_a_kit_cannot_have_is_made_plain(tmp_path: Path, name: str) -> None:
    models = _models(tmp_path, name)
    assert list(_carried(tmp_path, models, PIECE // 2).values()) == list(models.values())


def test_an_installer_that_is_not_there_spoils_no_kit(tmp_path: Path) -> None:
    models = _models(tmp_path, "tiny.gguf")
    kit = tmp_path / "kit"
    seal = making.make(kit, Contents(models)).seal
    (tmp_path / "folder.msi").mkdir()
    for missing in ("none.msi", "folder.msi"):
        with pytest.raises(UserError, match="kit_no_installer"):
            making.make(kit, Contents(models, [tmp_path / missing]))
        assert verifying.verify(kit).seal == seal


def test_two_installers_of_one_name_are_told_apart(tmp_path: Path) -> None:
    paths = [tmp_path / "old" / "setup.msi", tmp_path / "new" / "Setup.msi"]
    for path in paths:
        path.parent.mkdir()
        path.write_bytes(b"x")
    kit = tmp_path / "kit"
    twice = Contents({}, paths)
    assert code_of(lambda: making.make(kit, twice)) == "library.kit_installer_twice"
    making.make(kit, Contents({}, [paths[0], paths[0]]))
    assert verifying.verify(kit).sound


@pytest.mark.skipif(os.name != "posix", reason="users of another kind")
def test_who_receives_a_kit_may_read_it(tmp_path: Path) -> None:
    models = _models(tmp_path, "tiny.gguf")
    before = os.umask(0o077)
    try:
        kit = tmp_path / "kit"
        making.make(kit, Contents(models), PIECE // 2)
    finally:
        os.umask(before)
    modes = {path.relative_to(kit).as_posix(): path.stat().st_mode & 0o777 for path in kit.rglob("*")}
    assert kit.stat().st_mode & 0o777 == 0o755
    assert modes["models"] == modes["licences"] == 0o755
    assert {mode for path, mode in modes.items() if (kit / path).is_file()} == {0o644}
