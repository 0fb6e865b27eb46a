"""Paths that cannot be asked about are not there, and stop nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core import there
from app.core.errors import UserError
from app.library.files import free_space
from app.library.kit import verifying
from app.library.known.known_models import known_models
from app.library.shelf.shelf import Shelf

UNASKABLE = "x" * 300
"""Longer than a name may be; pathlib raises as for a folder that may not be entered."""


def test_pathlib_raises_and_we_do_not(tmp_path: Path) -> None:
    for ask, same in (
        (there.is_file, Path.is_file),
        (there.is_folder, Path.is_dir),
        (there.is_there, Path.exists),
    ):
        with pytest.raises(OSError, match="too long"):
            same(tmp_path / UNASKABLE)
        assert not ask(tmp_path / UNASKABLE)
        assert not ask(tmp_path / "none")
    file = tmp_path / "file"
    file.write_bytes(b"x")
    assert (there.is_file(file), there.is_folder(file), there.is_there(file)) == (True, False, True)
    assert (there.is_file(tmp_path), there.is_folder(tmp_path)) == (False, True)


def test_a_folder_nobody_here_may_enter_is_named_and_the_other_catalogues_count(tmp_path: Path) -> None:
    path = tmp_path / UNASKABLE / "catalogue.toml"
    known = known_models([path, tmp_path / "none.toml"])
    assert known.named("gpt-oss-20b") is not None
    (complaint,) = known.complaints
    assert complaint.code == "library.catalogue_unreachable"
    assert f"The folder {path.parent} cannot be reached" in complaint.sentence
    assert path.name not in complaint.sentence, "nobody knows whether there is one"


def test_a_folder_of_model_files_nobody_here_may_enter_is_gone(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / UNASKABLE, chosen=True)
    assert shelf.gone
    assert shelf.files() == ()
    assert free_space.free_bytes(tmp_path / UNASKABLE / "models") > 0


def test_a_kit_nobody_here_may_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="kit_unreadable"):
        verifying.verify(tmp_path / UNASKABLE)
